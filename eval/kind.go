package eval

import (
	"fmt"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
)

// kind names what x is, for error texts: "a number", "a list", "a *shop.Cache". It never tells the value.
func kind(x any) string {
	switch x := x.(type) {
	case nil:
		return "nil"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case float64:
		return "a float"
	case complex128:
		return "a complex number"
	case []byte:
		return "bytes"
	case []any, ints:
		return "a list"
	case *pipe:
		if x.keyed {
			return "a map"
		}
		return "a list"
	case map[string]any, *anyMap:
		return "a map"
	case time.Time:
		return "a time"
	case time.Duration:
		return "a duration"
	case *time.Location:
		return "a time zone"
	case namespace:
		return "a namespace"
	case *snapshot:
		return x.kind()
	case *access.Redacted:
		return "a redacted value"
	case *access.View:
		if t := x.Value().Type(); t != nil {
			return article(inspect.TypeName(t))
		}
		return "nil"
	}
	if _, ok := number.Of(x); ok {
		return "an integer"
	}
	return fmt.Sprintf("a %T", x)
}

// article puts a or an before a name.
func article(name string) string {
	if strings.ContainsAny(name[:min(len(name), 1)], "aeio") {
		return "an " + name
	}
	return "a " + name
}

// typeName is what type(x) says: expr-lang's names for plain data, Go's types for live objects.
func typeName(x any) string {
	switch x := x.(type) {
	case nil:
		return "nil"
	case bool:
		return "bool"
	case string:
		return "string"
	case float32, float64:
		return "float"
	case uint, uint8, uint16, uint32, uint64:
		return "uint"
	case []any, []byte, ints:
		return "array"
	case *anyMap:
		if x.typ != "" {
			return x.typ
		}
		return "map"
	case map[string]any, namespace:
		return "map"
	case time.Time:
		return "time.Time"
	case time.Duration:
		return "time.Duration"
	case *time.Location:
		return "*time.Location"
	case *snapshot:
		return x.typeName()
	case *access.View:
		if t := x.Value().Type(); t != nil {
			return inspect.TypeName(t)
		}
		return "nil"
	}
	if _, ok := number.Of(x); ok {
		return "int"
	}
	return fmt.Sprintf("%T", x)
}

// refuse returns an error if one of the values may not be looked at: every operation starts with
// it or ends in it, so that no outcome depends on a secret.
func refuse(xs ...any) error {
	for _, x := range xs {
		if r, ok := x.(*access.Redacted); ok {
			return redacted(r)
		}
	}
	return nil
}

func redacted(r *access.Redacted) error {
	what := "this value"
	if r.Path != "" {
		what = r.Path
	}
	return fault.New("redacted", "%s is redacted", what).With("it may be shown as redacted, and nothing else")
}

// isList reports whether x is walked by position.
func isList(x any) bool {
	switch x := x.(type) {
	case []any, []byte, ints:
		return true
	case *pipe:
		return !x.keyed
	case *snapshot:
		return x.node.Shape == inspect.List
	case *access.View:
		_, shape, err := resolve(x)
		return err == nil && shape == inspect.List
	}
	return false
}

// isMap reports whether x is walked by key.
func isMap(x any) bool {
	switch x := x.(type) {
	case map[string]any, *anyMap, namespace:
		return true
	case *pipe:
		return x.keyed
	case *snapshot:
		return x.node.Shape == inspect.Map
	case *access.View:
		_, shape, err := resolve(x)
		return err == nil && shape == inspect.Map
	}
	return false
}
