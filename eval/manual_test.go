package eval

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
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
		if _, err := s.Eval(t.Context(), f.Example); err != nil {
			t.Errorf("%s: %v", f.Example, err)
		}
		if f.Summary == "" || f.Summary != strings.TrimSuffix(strings.TrimSpace(f.Summary), ".") {
			t.Errorf("the summary of %s is %q", f.Name, f.Summary)
		}
		if f.Args == "" && functions[f.Name].max != 0 {
			t.Errorf("the manual does not say what %s takes", f.Name)
		}
	}
	slices.Sort(names)
	if all := functionNames(); !slices.Equal(names, all) {
		t.Errorf("the manual has\n%v\nand there are\n%v", names, all)
	}
}
