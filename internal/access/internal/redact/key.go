package redact

import (
	"reflect"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// A hidden key must not be found either: who can ask for each of ten thousand PINs knows them all.
// So nothing is looked up in a map whose keys are hidden, or have a hidden part, by their type or
// by the name of the map. The type of a key that an interface holds is known only once the key is
// met; if it is hidden there, it equals nothing.

// HidesKeys reports whether the keys of a map, of type t, may be hidden if kinds are secret in the
// map.
func HidesKeys(kinds secret.Kinds, t reflect.Type) bool {
	kinds = kinds.OfKeys()
	return Hides(kinds, t) || kinds != 0 && contentOf(t) == mixedContent || typeHoldsSecret(t)
}

// typesWithSecret caches typeHoldsSecret for types that are not predeclared.
var typesWithSecret sync.Map // of reflect.Type to bool

// typeHoldsSecret reports whether a key of type t is hidden, or has a hidden or absent part, as far
// as the type tells.
func typeHoldsSecret(t reflect.Type) bool {
	if t.PkgPath() == "" && t.Name() != "" {
		return false
	}
	if secret, ok := typesWithSecret.Load(t); ok {
		return secret.(bool)
	}
	secret := typeHoldsSecretAt(t, 0)
	typesWithSecret.Store(t, secret)
	return secret
}

func typeHoldsSecretAt(t reflect.Type, depth int) bool {
	if depth > maxDepth || Hides(ByType(t), t) {
		return true
	}
	switch t.Kind() {
	case reflect.Array:
		return typeHoldsSecretAt(t.Elem(), depth+1)
	case reflect.Struct:
		for _, f := range FieldsOf(t) {
			if f.Absent || f.Secret || Hides(f.Kinds, f.Type) || typeHoldsSecretAt(f.Type, depth+1) {
				return true
			}
		}
	}
	return false
}

// HoldsSecret reports whether val, a key, is hidden or has a hidden part. kinds are secret in it by
// the name of its map.
func HoldsSecret(val inspect.Value, kinds secret.Kinds) bool { return holdsSecret(val, kinds, 0) }

func holdsSecret(val inspect.Value, kinds secret.Kinds, depth int) bool {
	t := val.Type()
	if t == nil {
		return false
	}
	if kinds |= ByType(t); depth > maxDepth || Hides(kinds, t) {
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
		return err != nil || holdsSecret(content, kinds, depth+1)
	case reflect.Array:
		if kind.IsText(t) {
			b, _, err := val.Bytes(0, inspect.MaxKey)
			return err != nil || secret.In(string(b))
		}
		for i := range t.Len() {
			if e, err := val.Index(i); err != nil || holdsSecret(e, kinds.OfElements(), depth+1) {
				return true
			}
		}
	case reflect.Struct:
		for _, f := range FieldsOf(t) {
			own := f.Kinds
			if f.Inherits {
				own |= kinds
			}
			if f.Absent || f.Secret || holdsSecret(val.Field(f.Index), own, depth+1) {
				return true
			}
		}
	}
	return false
}

// LooksSecret reports whether key, a plain key to look up, or a part of it looks like a secret. A
// key that is too long for a map's key does not: it is never found.
func LooksSecret(key any) bool { return looksSecret(key, 0) }

func looksSecret(key any, depth int) bool {
	if depth > maxDepth {
		return true
	}
	switch key := key.(type) {
	case string:
		return len(key) <= inspect.MaxKey && secret.In(key)
	case []byte:
		return len(key) <= inspect.MaxKey && secret.In(string(key))
	case []any:
		for _, part := range key {
			if looksSecret(part, depth+1) {
				return true
			}
		}
	case map[string]any:
		for _, part := range key {
			if looksSecret(part, depth+1) {
				return true
			}
		}
	}
	return false
}
