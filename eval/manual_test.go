package eval

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr/builtin"

	"github.com/sightglass-go/sightglass/eval/internal/library"
)

// TestFunctions runs the example of each function, and holds that none is missing from the manual.
func TestFunctions(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	var names []string
	for _, f := range Functions() {
		names = append(names, f.Name)
		if !regexp.MustCompile(`\b` + f.Name + `\(`).MatchString(f.Example) {
			t.Errorf("the example of %s is %s", f.Name, f.Example)
		}
		// go test links without the debug information that has package variables: TestPackages calls pkg.
		if _, err := s.Eval(t.Context(), f.Example); err != nil && !(f.Name == "pkg" && codeOfError(err) == "unknown_name") {
			t.Errorf("%s: %v", f.Example, err)
		}
		if f.Summary == "" || f.Summary != strings.TrimSuffix(strings.TrimSpace(f.Summary), ".") {
			t.Errorf("the summary of %s is %q", f.Name, f.Summary)
		}
		fn := library.Lookup(f.Name)
		if f.Args == "" && max(fn.Min, fn.Max) != 0 {
			t.Errorf("the row of %s does not say what it takes", f.Name)
		}
		if either := fn.FoldMax > fn.Predicate; (fn.Run == nil) == (fn.Fold == nil) != either || (fn.Fold != nil) != fn.IsFold() {
			t.Errorf("the row of %s has a run and a fold that do not go with its predicate", f.Name)
		}
	}
	for _, name := range builtin.Names {
		if !slices.Contains(names, name) {
			t.Errorf("expr-lang's %s has no row", name)
		}
	}
}
