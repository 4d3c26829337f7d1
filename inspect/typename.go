package inspect

import (
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// TypeName writes t as in Go source: any for the empty interface, []byte for []uint8, and type
// arguments with their package's name and not its path. It is "" for nil.
func TypeName(t reflect.Type) string {
	if t == nil {
		return ""
	}
	s := t.String()
	s = strings.ReplaceAll(s, "interface {}", "any")
	s = strings.ReplaceAll(s, "[]uint8", "[]byte")
	if t.Kind() == reflect.Array && strings.HasSuffix(s, "]uint8") {
		s = strings.TrimSuffix(s, "uint8") + "byte"
	}
	if !strings.Contains(s, "[") || !strings.Contains(s, "/") {
		return s
	}
	return text.ShortPaths(s)
}

// qualified returns the import path of t's package and t's name without type arguments, as in
// "sync/atomic.Pointer". The package recognizes types of the standard library by it: those of
// another process have the same names, but are not this process's types.
func qualified(t reflect.Type) string {
	name, _, _ := strings.Cut(t.Name(), "[")
	return t.PkgPath() + "." + name
}
