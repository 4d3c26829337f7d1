// Package redact says what the type of a value adds to its name: which kinds of content the type
// holds, and so whether a secret name hides the value as a whole; which types are secret by their
// own name; which fields inherit from the name of their struct; and which keys of a map hold a
// secret.
package redact

import (
	"reflect"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// Hides reports whether a value of type t is hidden as a whole if kinds are secret in it. The type
// of what a nil interface holds is nil: any kind hides it.
func Hides(kinds secret.Kinds, t reflect.Type) bool {
	if kinds == 0 || t == nil {
		return kinds != 0
	}
	switch contentOf(t) {
	case textContent:
		return kinds&secret.Text != 0
	case numberContent:
		return kinds&secret.Number != 0 || kinds&secret.Elements != 0 && isCollection(t)
	case mixedContent:
		return kinds&secret.All != 0
	}
	return false
}

// isCollection reports whether t, or what it points to, is a list or map.
func isCollection(t reflect.Type) bool {
	switch kind.Deref(t).Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return true
	}
	return false
}

// ByType returns the kinds of content that are secret in a value of type t, by the name of t alone.
// A text, or a struct that wraps one, is as secret as a field of that name. So is a number whose
// type is named for nothing but a secret (PIN). Any other type is secret if its name ends in that
// of a secret (DBCredentials, PrivateKey). t may be nil.
func ByType(t reflect.Type) secret.Kinds {
	if t == nil {
		return 0
	}
	if kinds, ok := byType.Load(t); ok {
		return kinds.(secret.Kinds)
	}
	kinds := byTypeName(kind.Deref(t))
	byType.Store(t, kinds)
	return kinds
}

// byType caches ByType. It grows with the types of the program, as reflect's own caches do.
var byType sync.Map // of reflect.Type to secret.Kinds

func byTypeName(t reflect.Type) secret.Kinds {
	name, _, _ := strings.Cut(t.Name(), "[")
	switch {
	case t.PkgPath() == "net/http/cookiejar" && name == "entry":
		return secret.Text
	case t.PkgPath() == "" || !secret.Suspect(name):
		return 0
	case kind.IsText(t):
		return secret.ByName(name)
	}
	switch content := contentOf(t); t.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Map:
		if kinds := secret.ByTypeName(name); kinds != 0 {
			return kinds
		}
		if t.Kind() == reflect.Struct && content == textContent {
			// It wraps a text, as Token{value} does.
			return secret.ByName(name)
		}
	default:
		if kinds := secret.ByName(name); content == numberContent && kinds&secret.Number != 0 && !secret.Counted(name) {
			return kinds
		}
	}
	return 0
}
