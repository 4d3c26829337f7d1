package inspect

import (
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// TypeName is t as one would write it in Go source: any for the empty interface,
// []byte for []uint8, and type arguments by their package's name instead of its
// whole path. It is "" for nil.
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
