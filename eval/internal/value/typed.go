package value

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// Typed is a scalar that was read, with the Go type of the place where it lay: what a variable or a
// snapshot holds of a named string or a uint32. Like a place it is loaded before anything is
// computed with it.
type Typed struct {
	Value
	goType  string
	written bool // the type was written with it, as in m[int32(7)]

	constants *inspect.Constants // the names of its values, nil if they have none
}

// Type is the Go type of the place.
func (x Typed) Type() string { return x.goType }

// WithType returns x as what lay in a place of that Go type; x itself if the type says no more than
// x does.
func WithType(x Value, goType string) Value {
	if _, ok := x.(Scalar); !ok || x == Nil || goType == "" || goType == x.Type() || ShapeOf(x) != inspect.Scalar {
		return x
	}
	return Typed{Value: x, goType: goType}
}

// Conversion returns x as a key that is written with its type, as in m[int32(7)]: in a map with keys
// of several types it finds a key of that type, and no other.
func Conversion(x Value, goType string) Value {
	if _, ok := x.(Scalar); !ok {
		return x
	}
	return Typed{Value: x, goType: goType, written: true}
}

// HasTypedKeys reports whether x may be a map of the application in which keys of several types are
// equal. It reads nothing.
func HasTypedKeys(x Value) bool {
	l, live := x.(Live)
	if !live {
		return false
	}
	t := Pointee(l.View.Value().Type())
	if t == nil {
		return false
	}
	switch t.Kind() {
	case reflect.Map:
		return t.Key().Kind() == reflect.Interface
	case reflect.Interface, reflect.Struct: // a map in it, a sync.Map
		return true
	}
	return false
}

// maxHops bounds the pointers that are followed in a type: one may point to itself.
const maxHops = 64

// Pointee returns t without the pointers before it. It is a pointer still if they never end.
func Pointee(t reflect.Type) reflect.Type {
	for range maxHops {
		if t == nil || t.Kind() != reflect.Pointer {
			break
		}
		t = t.Elem()
	}
	return t
}

// LoadTyped loads x as [Load] does and says what its type is: that of a place, and behind an
// interface that of its content. Both are of one moment.
func LoadTyped(x Value) (y Value, goType string, err error) {
	l, live := x.(Live)
	if !live {
		goType = x.Type()
		y, err = Load(x)
		return y, goType, err
	}
	content, err := l.View.Content()
	switch {
	case err != nil:
		// It may be redacted, which is no error of looking at it.
		y, err = Load(x)
		return y, x.Type(), err
	case content == nil:
		return Nil, Nil.Type(), nil
	}
	if y, err = Load(Live{content}); err != nil {
		return nil, "", err
	}
	if _, composite := y.(Live); composite {
		y = x
	}
	if t := content.Value().Type(); y == Nil && content != l.View && t != nil {
		y = newNilOf(t)
	}
	return y, Live{content}.Type(), nil
}

// glossLimit bounds what is read for a gloss.
var glossLimit = render.Limit{Depth: 1, Items: 1, Bytes: 1024, Nodes: 4}

// Gloss is what people are told besides the scalar x, which was read at a place: what a lens of its
// type says, or the time that a number stands for. It is "" where the place holds another value by now.
func Gloss(place, x Value) string {
	l, live := place.(Live)
	s, scalar := x.(Scalar)
	if !live || !scalar {
		return ""
	}
	t := l.View.Value().Type()
	if t == nil || t.PkgPath() == "" || t.Name() != "Duration" && !l.View.Lensed() {
		return ""
	}
	if n := l.View.Snap(glossLimit); n.Scalar == s.Go() {
		return n.Gloss
	}
	return ""
}

// KindOf is the word for what an expression computes with x as: expr-lang's names of kinds, whatever
// the Go type. x is loaded.
func KindOf(x Value) string {
	switch ShapeOf(x) {
	case inspect.Nil:
		return "nil"
	case inspect.List:
		return "array"
	case inspect.Map:
		return "map"
	case inspect.Struct, inspect.Opaque:
		return "struct"
	case inspect.Chan:
		return "chan"
	case inspect.Func:
		return "func"
	}
	if n, ok := NumberOf(x); ok {
		if n.IsFloat {
			return "float"
		}
		return "int"
	}
	switch x.(type) {
	case NilType, NilOf:
		return "nil"
	case Bool:
		return "bool"
	case Time:
		return "time"
	case Duration:
		return "duration"
	case Zone:
		return "timezone"
	case Complex, Complex64:
		return "complex"
	}
	return "string"
}
