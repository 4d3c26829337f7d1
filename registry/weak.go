package registry

import (
	"reflect"
	"weak"
)

// weakObject stands for an object that Expose does not keep alive.
type weakObject struct {
	get func() any
	typ reflect.Type
}

// Weak returns a stand-in for object, for [Registry.Expose], which does not keep object alive:
//
//	registry.Expose("session", registry.Weak(s))
//
// Once object is collected the name reads as nil, and the listing says so. An expression that has
// reached it keeps it until the expression ends. Weak panics if object is nil.
func Weak[T any](object *T) any {
	if object == nil {
		panic("registry: Weak: the object is nil")
	}
	p := weak.Make(object)
	return weakObject{
		get: func() any {
			if object := p.Value(); object != nil {
				return object
			}
			return nil
		},
		typ: reflect.TypeFor[*T](),
	}
}
