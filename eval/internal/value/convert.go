package value

import (
	"fmt"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
)

// Of returns plain Go data as a Value: what package access returns, what expr-lang's functions
// return, and what a snapshot has of a scalar. Lists and maps are copied.
func Of(x any) Value {
	switch x := x.(type) {
	case nil:
		return Nil
	case Value:
		return x
	case bool:
		return Bool(x)
	case string:
		return String(x)
	case []byte:
		return Bytes(x)
	case complex64:
		return Complex64(x)
	case complex128:
		return Complex(x)
	case time.Time:
		return Time(x)
	case time.Duration:
		return Duration(x)
	case *time.Location:
		return Zone{x}
	case *access.View:
		return Live{x}
	case access.TypedNil:
		return newNilOf(x.Type)
	case *access.Redacted:
		return Redacted{x}
	case []any:
		list := make(List, len(x))
		for i, elem := range x {
			list[i] = Of(elem)
		}
		return list
	case map[string]any:
		m := make(Map, len(x))
		for name, elem := range x {
			m[name] = Of(elem)
		}
		return m
	}
	if n, ok := number.Of(x); ok {
		y, _ := OfNumber(n)
		return y
	}
	return foreign{x}
}

// foreign is a value that expressions know nothing of.
type foreign struct{ any }

func (x foreign) Kind() string { return fmt.Sprintf("a %T", x.any) }
func (x foreign) Type() string { return fmt.Sprintf("%T", x.any) }
func (x foreign) Go() any      { return x.any }

// Pass returns x as package access takes it: as an argument of a method, or as a key.
func Pass(t *Thread, x Value) (any, error) {
	switch x := x.(type) {
	case Typed:
		return Pass(t, x.Value)
	case Scalar:
		return x.Go(), nil
	case Passable:
		if t.passing++; t.passing > MaxDepth {
			t.passing--
			return nil, fault.New("budget", "the value is nested too deeply for the application").With("take a part of it")
		}
		defer func() { t.passing-- }()
		return x.Pass(t)
	}
	return x, nil
}

// IsScalar reports whether x stands for itself, and refers to nothing that was kept.
func IsScalar(x Value) bool {
	if _, ok := x.(Bool); ok {
		return true
	}
	_, ok := x.(Scalar)
	return ok
}

// ShapeOf is the shape of x; see Composite. It is inspect.Scalar for what is none.
func ShapeOf(x Value) inspect.Shape {
	if c, ok := x.(Composite); ok {
		return c.Shape()
	}
	return inspect.Scalar
}

// IsList reports whether x is walked by position.
func IsList(x Value) bool { return ShapeOf(x) == inspect.List }

// IsMap reports whether x is walked by key.
func IsMap(x Value) bool { return ShapeOf(x) == inspect.Map }

// IsStruct reports whether x has fields.
func IsStruct(x Value) bool { return ShapeOf(x) == inspect.Struct }

// Fields lists the names of the fields of a struct, in order.
func Fields(x Value) ([]string, error) {
	if s, ok := x.(HasFields); ok {
		return s.Fields()
	}
	return nil, nil
}
