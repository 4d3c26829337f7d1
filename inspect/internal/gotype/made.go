package gotype

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// madeKey is the key of the tag that says what reflect cannot make: the name of a struct type, on its
// first field, behind a plus if that field is embedded.
const madeKey = "sightglass-made"

// Tag returns the tag of a field of a struct type that was made with reflect. name is that of the
// struct, with its import path, if this is its first field, and "" else. rest is its tag in the source.
func Tag(name string, embedded bool, rest string) reflect.StructTag {
	if embedded {
		name = "+" + name
	}
	if name == "" {
		return reflect.StructTag(rest)
	}
	return reflect.StructTag(strings.TrimSuffix(madeKey+":"+strconv.Quote(name)+" "+rest, " "))
}

// Embedded reports whether a field is embedded, or was in the source of a type that was made.
func Embedded(f reflect.StructField) bool {
	return f.Anonymous || strings.HasPrefix(f.Tag.Get(madeKey), "+")
}

// madeName returns the name of a struct type that was made, "" for any other type.
func madeName(t reflect.Type) string {
	if t.Kind() != reflect.Struct || t.Name() != "" || t.NumField() == 0 {
		return ""
	}
	return text.ShortPaths(strings.TrimPrefix(t.Field(0).Tag.Get(madeKey), "+"))
}

// absent reports whether a field's tag says that nobody sees that it exists.
func absent(f reflect.StructField) bool {
	return slices.Contains(strings.Split(f.Tag.Get("inspect"), ","), "-")
}

// isTagged reports whether a tag says how the type of that name is written.
func isTagged(name string) bool {
	return strings.Contains(name, madeKey) || strings.Contains(name, `inspect:\"`)
}

// nameByTags is [Name] for a type that is written as tags in it say.
func nameByTags(t reflect.Type) string {
	if name := madeName(t); name != "" {
		return name
	}
	if t.Name() != "" || !isTagged(t.String()) {
		return t.String()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + nameByTags(t.Elem())
	case reflect.Slice:
		return "[]" + nameByTags(t.Elem())
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), nameByTags(t.Elem()))
	case reflect.Map:
		return "map[" + nameByTags(t.Key()) + "]" + nameByTags(t.Elem())
	case reflect.Chan:
		return t.ChanDir().String() + " " + nameByTags(t.Elem())
	case reflect.Func:
		return "func" + signature(t)
	case reflect.Struct:
		var fields []string
		for i := range t.NumField() {
			f := t.Field(i)
			name := nameByTags(f.Type)
			if !Embedded(f) {
				name = f.Name + " " + name
			}
			if !absent(f) {
				fields = append(fields, name)
			}
		}
		return "struct { " + strings.Join(fields, "; ") + " }"
	}
	return t.String()
}

// signature writes the parameters and the results of a func type.
func signature(t reflect.Type) string {
	in, out := make([]string, t.NumIn()), make([]string, t.NumOut())
	for i := range in {
		in[i] = nameByTags(t.In(i))
		if t.IsVariadic() && i == len(in)-1 {
			in[i] = "..." + nameByTags(t.In(i).Elem())
		}
	}
	for i := range out {
		out[i] = nameByTags(t.Out(i))
	}
	switch s := "(" + strings.Join(in, ", ") + ")"; len(out) {
	case 0:
		return s
	case 1:
		return s + " " + out[0]
	default:
		return s + " (" + strings.Join(out, ", ") + ")"
	}
}
