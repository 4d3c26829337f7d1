package render

import "strings"

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
				if isMap {
					key = name[1:i]
				}
				return key, name[i+1:]
			}
		}
	}
	return "", ""
}
