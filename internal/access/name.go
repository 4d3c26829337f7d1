package access

import (
	"fmt"
	"strings"
	"unicode"
)

// reserved are the words that mean something else at the prompt: expr-lang's literals and word
// operators (its docs/language-definition.md), and the name of the last answer.
var reserved = map[string]bool{
	"true": true, "false": true, "nil": true, "let": true, "if": true, "else": true,
	"in": true, "not": true, "and": true, "or": true,
	"matches": true, "contains": true, "startsWith": true, "endsWith": true, "_": true,
}

// checkName says why name cannot be exposed; nil if it can.
func checkName(name string) error {
	for _, part := range strings.Split(name, ".") {
		switch {
		case !identifier(part):
			return fmt.Errorf("a name is made of identifiers joined by dots, and %q is none", part)
		case reserved[part]:
			return fmt.Errorf("%s is a word of the expression language", part)
		}
	}
	return nil
}

// identifier reports whether s can be typed as a name.
func identifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}
