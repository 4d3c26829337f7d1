package compile

import (
	"strings"
	"testing"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// TestHints: a name stands in one row, and in none if the language has a function of that name, whose
// own error comes first.
func TestHints(t *testing.T) {
	for _, table := range []hints{foreignNames, elementNames, foreignFunctions} {
		seen := map[string]bool{}
		for _, row := range table {
			names, hint, _ := strings.Cut(row, ": ")
			for _, name := range strings.Fields(names) {
				if seen[name] || isFunction(name) || table.of(name) != hint || hint == "" {
					t.Errorf("%s cannot be the hint for %s", hint, name)
				}
				seen[name] = true
			}
		}
		if table.of("") != "" {
			t.Error("there is a hint for no name")
		}
	}
}
