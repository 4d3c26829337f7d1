package render

import "strings"

// shortType returns a type's name as it stands before the braces. A struct type without a name is
// just struct, since its fields follow.
func shortType(name string) string {
	head, rest, ok := strings.Cut(name, "struct {")
	if !ok || strings.HasPrefix(rest, "}") {
		return strings.ReplaceAll(name, "struct {}", "struct{}")
	}
	return head + "struct"
}

// partTypes returns the types of the keys and elements in the name of a list's or map's type, "" if
// the name does not tell.
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
