package value

import (
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
)

// ConstantsOf returns the names of the integers that lie at a place, nil if they have none. Of what an
// interface holds they are known once that is the place; see [Content].
func ConstantsOf(place Value) *inspect.Constants {
	switch x := place.(type) {
	case Live:
		return x.View.Constants()
	case Typed:
		return x.constants
	}
	return nil
}

// Named returns the integer x, which was read at a place of a type with names: not loaded.
func Named(x Value, names *inspect.Constants) Value {
	if names == nil || !isInteger(DatumOf(x)) {
		return x
	}
	return Typed{Value: x, goType: inspect.TypeName(names.Type()), constants: names}
}

func isInteger(d inspect.Datum) bool {
	return d.Kind == inspect.IntDatum || d.Kind == inspect.UintDatum
}

// Constant returns the integer that has this name, or an error that names one that is near.
func Constant(names *inspect.Constants, name string) (Value, error) {
	d, ok := names.Datum(name)
	if !ok {
		text, hint, _ := strings.Cut(names.Missing(name), "; ")
		return nil, fault.New("type", "%s", text).With("%s", hint)
	}
	return OfDatum(d), nil
}

// Content returns the place of what the interface x holds, and x itself if it is none.
func Content(x Value) (Value, error) {
	if !InInterface(x) {
		return x, nil
	}
	l := x.(Live)
	content, err := l.View.Content()
	if err != nil || content == nil {
		return x, err
	}
	return Live{content}, nil
}
