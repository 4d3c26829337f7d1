package eval

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
)

// TestOneParse: an evaluation parses its line once, whatever becomes of the answer. The path of a live object that
// is reached by another expression is parsed beside it, for the variable that keeps it.
func TestOneParse(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	for _, line := range []struct {
		source string
		parses int64
	}{
		{"1 + 1", 1}, {"cache", 1}, {"cache.items", 1}, {"nums", 1}, {"_", 2}, {"hot = filter(cache.items, .hits > 1)", 1},
		{"hot", 1}, {"cache.items[\"ax\"]", 1}, {"map(cache.items, .hits)", 1}, {"top(cache.items, 1, .hits)", 1},
		{"c = cache", 1}, {"c.items", 2}, {"18446744073709551615", 1}, {"cache.nope", 1}, {"cache.", 1}, {"cache..items", 1}, {"f(", 1},
		{"x = = 1", 0}, {"", 0},
	} {
		before := syntax.Parses()
		_, _ = s.Eval(t.Context(), line.source)
		if n := syntax.Parses() - before; n != line.parses {
			t.Errorf("%q was parsed %d times, not %d", line.source, n, line.parses)
		}
	}
}

// TestPostfix: what the tokens say of brackets behind an expression is what the parser makes of them.
func TestPostfix(t *testing.T) {
	m := &maker{
		Rand:   rand.New(rand.NewPCG(1, 2)),
		atoms:  []string{"a", "b.c", "a?.b", `"s"`, "[1, 2]", "{k: 1}", "nil", "true", "(a)", "(a + b)", "#", "_", "x.f(1)", "a[1:2]", "-a", "not a", "1..3", "a | len()", "let y = a; y", "a ?: b", "a; b", "if a { b } else { c }"},
		fields: []string{"a", "b"},
	}
	bare, enclosed := 0, 0
	for range 5_000 {
		source := m.expression(1 + m.IntN(3))
		st, err := parse(source, Limits{}.Filled())
		if err != nil || st.Name != "" {
			continue
		}
		switch st.Tree.(type) {
		case *ast.IntegerNode, *ast.BoolNode, *ast.NilNode:
			continue // has no elements
		}
		part, err := parse(st.Text+"[0:1]", Limits{}.Filled())
		slice, is := part.Tree.(*ast.SliceNode)
		want := err == nil && is && reflect.TypeOf(slice.Node) == reflect.TypeOf(st.Tree) && slice.Node.Location().From == st.Tree.Location().From
		if got := st.Postfix(); got != want {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
		if want {
			bare++
		} else {
			enclosed++
		}
	}
	if bare < 100 || enclosed < 100 {
		t.Errorf("%d expressions need no parentheses, and %d do", bare, enclosed)
	}
}
