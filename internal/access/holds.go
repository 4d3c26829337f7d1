package access

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// content is what values of a type hold, as far as their type says.
type content uint8

const (
	noContent     content = iota // nothing that can be shown: channels, functions, locks
	numberContent                // numbers, booleans and times
	textContent                  // texts and bytes, with or without numbers
	partContent                  // it depends on the parts: a structure, or what an interface holds
)

// contents caches contentOf. It grows with the types of the program, as reflect's own caches do.
var contents sync.Map // of reflect.Type to content

// contentOf is what values of type t hold. Pointers, lists and maps hold what is in them. So does a
// structure that wraps a single text or number, and says no more than whether it is there
// (sql.NullString).
func contentOf(t reflect.Type) content {
	if c, ok := contents.Load(t); ok {
		return c.(content)
	}
	c := contentAt(t, 0)
	contents.Store(t, c)
	return c
}

// maxContent is how deep a type is looked into. What lies deeper is asked when it is reached.
const maxContent = 8

func contentAt(t reflect.Type, depth int) content {
	if depth > maxContent {
		return partContent
	}
	switch t.Kind() {
	case reflect.String:
		return textContent
	case reflect.Pointer:
		return contentAt(t.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return textContent
		}
		return contentAt(t.Elem(), depth+1)
	case reflect.Map:
		return max(contentAt(t.Key(), depth+1), contentAt(t.Elem(), depth+1))
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return noContent
	case reflect.Interface:
		return partContent
	case reflect.Struct:
		return structContent(t, depth)
	}
	return numberContent
}

// structContent is contentAt of a struct.
func structContent(t reflect.Type, depth int) content {
	shape := inspect.ShapeOf(t)
	switch {
	case t == reflect.TypeFor[time.Time]():
		return numberContent
	case shape == inspect.Opaque:
		return noContent
	case kind.IsSync(t):
		return atomicContent(t, shape, depth)
	case shape == inspect.Scalar:
		return textContent
	case shape != inspect.Struct:
		return partContent
	}
	texts, numbers, flags := 0, 0, 0
	named := false // the text has a name that is about something else
	for _, f := range inspect.Fields(t) {
		if f.Name == "_" || f.Tagged("-") {
			continue
		}
		switch c := contentAt(f.Type, depth+1); {
		case f.Type.Kind() == reflect.Bool:
			flags++
		case c == partContent:
			return partContent
		case c == textContent:
			texts++
			named = named || secret.Metadata(f.GoName)
		case c == numberContent:
			numbers++
		}
	}
	switch {
	case texts == 1 && numbers == 0 && !named:
		return textContent
	case texts == 0 && numbers == 1:
		return numberContent
	case texts == 0 && numbers == 0 && flags == 0:
		return noContent
	}
	return partContent
}

// atomicContent is contentAt of a struct of the packages sync and sync/atomic.
func atomicContent(t reflect.Type, shape inspect.Shape, depth int) content {
	switch shape {
	case inspect.Scalar:
		return numberContent
	case inspect.Pointer:
		// Its type parameter stands in a field of no size, _ [0]*T.
		if f := t.Field(0).Type; f.Kind() == reflect.Array && f.Elem().Kind() == reflect.Pointer {
			return contentAt(f.Elem().Elem(), depth+1)
		}
	case inspect.Struct: // as sync.Cond and sync.Pool
		return noContent
	}
	return partContent
}

// contentField is the index of the only text among the fields of a struct that has numbers and
// flags besides, as a token with the time when it expires; -1 if there is none. It stands for the
// whole.
func contentField(t reflect.Type) int {
	only := -1
	for i, f := range inspect.Fields(t) {
		if f.Name == "_" || f.Tagged("-") {
			continue
		}
		switch contentOf(f.Type) {
		case partContent:
			return -1
		case textContent:
			if only >= 0 || secret.Metadata(f.GoName) {
				return -1
			}
			only = i
		}
	}
	return only
}

// isLexeme reports whether t is what a lexer calls a token: it has a kind, and says where in a
// source it stands.
func isLexeme(t reflect.Type) bool {
	kind, at := false, false
	for _, f := range inspect.Fields(t) {
		switch strings.ToLower(f.GoName) {
		case "kind", "type", "typ", "tok":
			kind = true
		case "pos", "line", "offset", "start":
			at = at || contentOf(f.Type) == numberContent
		}
	}
	return kind && at
}
