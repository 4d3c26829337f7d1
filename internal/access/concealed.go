package access

import (
	"reflect"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// A key that is hidden must not be found either: whoever may ask for each of ten thousand PINs
// knows them. So nothing is looked up in a map whose keys are hidden, or have a hidden part, by
// their type or by the map's name. Where a key is in an interface its type is known only when it is
// met: there it equals nothing.

// hidesKeys reports whether keys of the map v may be hidden, as far as its names and types say.
func (v *View) hidesKeys() bool {
	v.decide()
	t, tells := v.keyType(), v.tells.OfKeys()
	return hides(tells, t) || tells != 0 && contentOf(t) == partContent || hasSecret(t)
}

// keyType is the type of the keys of the map v.
func (v *View) keyType() reflect.Type {
	if t := v.val.Type(); t.Kind() == reflect.Map {
		return t.Key()
	}
	return reflect.TypeFor[any]() // of a sync.Map
}

// secretTypes caches hasSecret for types that are not predeclared.
var secretTypes sync.Map // of reflect.Type to bool

// hasSecret reports whether a key of type t is hidden, or has a part that is hidden or absent, as
// far as types say.
func hasSecret(t reflect.Type) bool {
	if t.PkgPath() == "" && t.Name() != "" {
		return false
	}
	if secret, ok := secretTypes.Load(t); ok {
		return secret.(bool)
	}
	secret := hasSecretAt(t, 0)
	secretTypes.Store(t, secret)
	return secret
}

func hasSecretAt(t reflect.Type, depth int) bool {
	if depth > maxContent || hides(tellsOfType(t), t) {
		return true
	}
	switch t.Kind() {
	case reflect.Array:
		return hasSecretAt(t.Elem(), depth+1)
	case reflect.Struct:
		for _, f := range structOf(t).fields {
			if f.absent || f.secret || hides(f.tells, f.Type) || hasSecretAt(f.Type, depth+1) {
				return true
			}
		}
	}
	return false
}

// conceals reports whether the key v is hidden or has a hidden part. The Meter is not told: what it
// costs would tell that the key was met.
func (v *View) conceals() bool {
	v.decide()
	return v.hidden || concealed(v.val, v.tells, 0)
}

func concealed(val inspect.Value, tells secret.Kinds, depth int) bool {
	t := val.Type()
	if t == nil {
		return false
	}
	if tells |= tellsOfType(t); depth > maxContent || hides(tells, t) {
		return true
	}
	if val.Shape() == inspect.Scalar {
		x, err := val.Scalar(inspect.MaxKey)
		s, _ := x.(string)
		return err != nil || secret.In(s)
	}
	switch t.Kind() {
	case reflect.Interface:
		content, err := val.Elem()
		return err != nil || concealed(content, tells, depth+1)
	case reflect.Array:
		if kind.IsText(t) {
			b, _, err := val.Bytes(0, inspect.MaxKey)
			return err != nil || secret.In(string(b))
		}
		for i := range t.Len() {
			if e, err := val.Index(i); err != nil || concealed(e, tells.OfElements(), depth+1) {
				return true
			}
		}
	case reflect.Struct:
		for _, f := range structOf(t).fields {
			own := f.tells
			if f.content {
				own |= tells
			}
			if f.absent || f.secret || concealed(val.Field(f.Index), own, depth+1) {
				return true
			}
		}
	}
	return false
}

// secretKey reports whether a key to look up looks like a secret, or a part of it does. One that is
// too long is never found.
func secretKey(key any, depth int) bool {
	if depth > maxContent {
		return true
	}
	switch key := key.(type) {
	case string:
		return len(key) <= inspect.MaxKey && secret.In(key)
	case []byte:
		return len(key) <= inspect.MaxKey && secret.In(string(key))
	case []any:
		for _, part := range key {
			if secretKey(part, depth+1) {
				return true
			}
		}
	case map[string]any:
		for _, part := range key {
			if secretKey(part, depth+1) {
				return true
			}
		}
	}
	return false
}
