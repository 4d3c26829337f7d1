package inspect

import (
	"reflect"
	"strings"
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
	return shortPaths(s)
}

// shortPaths drops the folders from the package paths in s. reflect writes whole
// paths in type arguments only.
func shortPaths(s string) string {
	b := make([]byte, 0, len(s))
	word := 0 // where in b the current path began
	for i := range len(s) {
		switch c := s[i]; c {
		case '/':
			b = b[:word]
		case '[', ']', ',', ' ', '*', '(', ')', '{', '}':
			b = append(b, c)
			word = len(b)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// shortType is a type's name as text shows it before the braces: a struct type
// without a name is just struct, since its fields follow.
func shortType(name string) string {
	head, rest, ok := strings.Cut(name, "struct {")
	if !ok || strings.HasPrefix(rest, "}") {
		return strings.ReplaceAll(name, "struct {}", "struct{}")
	}
	return head + "struct"
}

// partTypes are the types of the keys and of the elements in a list's or map's
// type name, "" where the name does not tell.
func partTypes(name string) (key, elem string) {
	name, isMap := strings.CutPrefix(name, "map")
	if !strings.HasPrefix(name, "[") {
		return "", ""
	}
	open := 0
	for i := range len(name) {
		switch name[i] {
		case '[':
			open++
		case ']':
			if open--; open == 0 {
				return either(isMap, name[1:i], ""), name[i+1:]
			}
		}
	}
	return "", ""
}
