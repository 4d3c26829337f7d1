package redact

import (
	"reflect"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// content is what the values of a type hold, as far as the type tells.
type content uint8

const (
	noContent     content = iota // nothing to show: channels, functions, locks
	numberContent                // numbers, booleans and times
	textContent                  // texts and bytes, with or without numbers
	mixedContent                 // its parts decide: a struct of several, or an interface
)

// contents caches contentOf. It grows with the types of the program, as reflect's own caches do.
var contents sync.Map // of reflect.Type to content

// contentOf returns what the values of type t hold. Pointers, lists and maps hold what their
// elements do. So does a struct that wraps a single text or number, and at most says whether it is
// set, as sql.NullString does.
func contentOf(t reflect.Type) content {
	if c, ok := contents.Load(t); ok {
		return c.(content)
	}
	c := contentAtDepth(t, 0)
	contents.Store(t, c)
	return c
}

// maxDepth bounds how deep a type is examined. What lies deeper is examined when it is reached.
const maxDepth = 8

func contentAtDepth(t reflect.Type, depth int) content {
	if depth > maxDepth {
		return mixedContent
	}
	switch t.Kind() {
	case reflect.String:
		return textContent
	case reflect.Pointer:
		return contentAtDepth(t.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return textContent
		}
		return contentAtDepth(t.Elem(), depth+1)
	case reflect.Map:
		return max(contentAtDepth(t.Key(), depth+1), contentAtDepth(t.Elem(), depth+1))
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return noContent
	case reflect.Interface:
		return mixedContent
	case reflect.Struct:
		return structContent(t, depth)
	}
	return numberContent
}

// structContent is contentAtDepth for structs.
func structContent(t reflect.Type, depth int) content {
	shape := inspect.ShapeOf(t)
	switch {
	case kind.IsTime(t):
		return numberContent
	case shape == inspect.Opaque:
		return noContent
	case kind.IsSync(t):
		return atomicContent(t, shape, depth)
	case shape == inspect.Scalar:
		return textContent
	case shape != inspect.Struct:
		return mixedContent
	}
	texts, numbers, flags := 0, 0, 0
	metadata := false // the name of the text says that it describes the rest
	for _, f := range inspect.Fields(t) {
		if f.Name == "_" || f.Tagged("-") {
			continue
		}
		switch c := contentAtDepth(f.Type, depth+1); {
		case f.Type.Kind() == reflect.Bool:
			flags++
		case c == mixedContent:
			return mixedContent
		case c == textContent:
			texts++
			metadata = metadata || secret.Metadata(f.GoName)
		case c == numberContent:
			numbers++
		}
	}
	switch {
	case texts == 1 && numbers == 0 && !metadata:
		return textContent
	case texts == 0 && numbers == 1:
		return numberContent
	case texts == 0 && numbers == 0 && flags == 0:
		return noContent
	}
	return mixedContent
}

// atomicContent is contentAtDepth for structs of sync and sync/atomic.
func atomicContent(t reflect.Type, shape inspect.Shape, depth int) content {
	switch shape {
	case inspect.Scalar:
		return numberContent
	case inspect.Pointer:
		// An atomic.Pointer[T] names T in its field _ [0]*T.
		if f := t.Field(0).Type; f.Kind() == reflect.Array && f.Elem().Kind() == reflect.Pointer {
			return contentAtDepth(f.Elem().Elem(), depth+1)
		}
	case inspect.Struct: // sync.Cond, sync.Pool
		return noContent
	}
	return mixedContent
}
