package access

import (
	"reflect"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// hides reports whether nothing of a value of type t is shown.
func hides(s secret.Kinds, t reflect.Type) bool {
	if s == 0 || t == nil {
		return s != 0
	}
	switch contentOf(t) {
	case textContent:
		return s&secret.Text != 0
	case numberContent:
		return s&secret.Number != 0 || s&secret.Elements != 0 && collects(t)
	case partContent:
		return s&secret.All != 0
	}
	return false
}

// collects reports whether a value of type t holds others of one kind.
func collects(t reflect.Type) bool {
	switch kind.Deref(t).Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return true
	}
	return false
}

// tellsOfType is what the name of a type says of its values: of texts what a field of that name
// would say, and of structs that wrap one; of numbers likewise where they are nothing else (PIN);
// of other types if the name ends in a secret's (DBCredentials, PrivateKey). Tokens are what
// parsers are made of, and tell nothing.
func tellsOfType(t reflect.Type) secret.Kinds {
	if t == nil {
		return 0
	}
	if tells, ok := typeTells.Load(t); ok {
		return tells.(secret.Kinds)
	}
	tells := tellsOfTypeName(kind.Deref(t))
	typeTells.Store(t, tells)
	return tells
}

// typeTells caches tellsOfType. It grows with the types of the program, as reflect's own caches do.
var typeTells sync.Map // of reflect.Type to telling

// tellsOfTypeName is tellsOfType, worked out.
func tellsOfTypeName(t reflect.Type) secret.Kinds {
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
		if tells := secret.ByTypeName(name); tells != 0 {
			return tells
		}
		if t.Kind() == reflect.Struct && content == textContent {
			// It wraps a text, as Token{value}.
			return secret.ByName(name)
		}
	default:
		if tells := secret.ByName(name); content == numberContent && tells&secret.Number != 0 && !secret.Counted(name) {
			return tells
		}
	}
	return 0
}
