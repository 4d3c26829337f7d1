package syntax

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	_ "github.com/sightglass-go/sightglass/internal/attack"
)

var limits = Limits{Line: 1 << 10, Nesting: 20}

// functions are those of the tests: count is expr-lang's, top and freq are not.
func functions(name string) (predicate int, known bool) {
	predicate, known = map[string]int{"len": 0, "filter": 1, "count": 1, "reduce": 1, "freq": 1, "top": 2}[name]
	return predicate, known
}

// TestParse: what a line is parsed to. Names are shown as what Original makes of them.
func TestParse(t *testing.T) {
	for source, want := range map[string]string{
		"1 + 2":                      "1 + 2",
		" x = 1":                     "x@2 = 1",
		"a.b!":                       "all of a.b",
		" x = a[1] ! // all":         "x@2 = all of a[1]",
		"f(a) !":                     "all of f(a)",
		"a!!":                        "1:2 unexpected",
		"!":                          "1:1 the expression ends too early",
		"!a":                         "!a",
		"!a!":                        "all of !a",
		"a !b":                       "1:3 ",
		"a + !":                      "1:5 the expression ends too early",
		"a != b":                     "a != b",
		"x == 1":                     "x == 1",
		"x = y = 1":                  "1:7 an expression cannot assign",
		"let a = 1; a":               "let a = 1; a",
		"count(xs, .a > #)":          "count(xs, .a > #)",
		"freq(xs, #.a)":              "freq(xs, .a)",
		"freq(xs, .a.b ?? #index)":   "freq(xs, .a.b ?? #index)",
		"freq(xs, {.a})":             "freq(xs, .a)",
		"xs | freq(.a)":              "freq(xs, .a)",
		"top(xs, 3, .a)":             "top(xs, 3, .a)",
		"xs | top(3, .a)":            "top(xs, 3, .a)",
		"top(xs, .a, 3)":             "1:1 the predicate of top stands elsewhere",
		"freq(count(xs, .a), .b)":    "freq(count(xs, .a), .b)",
		"freq(xs, count(.c, # > 1))": "freq(xs, count(.c, # > 1))",
		"x.freq(.a)":                 "1:2 this is a function",
		"freq = 1":                   "freq@1 = 1",
		"9223372036854775808":        "9223372036854775808",
		"18446744073709551615 + 0xFFFFFFFFFFFFFFFF": "18446744073709551615 + 18446744073709551615",
		"18446744073709551616":                      "too large",
		"x.ttl > 1.5s and x.size < 10KB":            "x.ttl > 1500000000 and x.size < 10000",
		"xs | top(1m, .a + 5s)":                     "top(xs, 60000000000, .a + 5000000000)",
		"1m 5":                                      `1:1 something is missing after 1m`,
		"{1m: 5}":                                   "1:2 1m is no key here",
		"$8446744073709551615":                      "_8446744073709551615",
		"":                                          "1:1 there is no expression here",
		"x = ":                                      "1:5 there is no expression here",
		"a\xff":                                     "not valid UTF-8",
		strings.Repeat("1+", 600) + "1":             "the line has 1,201 bytes, and 1,024 are allowed",
		strings.Repeat("(", 21):                     "1:21 this is nested more than 20 deep",
		strings.Repeat("(", 20):                     "1:20 this ( is not closed",
	} {
		s, err := Parse(source, functions, limits)
		got := ""
		if err == nil {
			if s.Name != "" {
				got = fmt.Sprintf("%s@%d = ", s.Name, s.NamePos)
			}
			if s.All {
				got += "all of "
			}
			got += shown(s.Tree)
		} else {
			e := fault.From(err)
			got = fmt.Sprintf("1:%d %s", e.Pos, e.Text)
		}
		if (err == nil && got != want) || err != nil && !strings.Contains(got, want) {
			t.Errorf("%.40s: %s, want %s", source, got, want)
		}
	}
}

// shown is the source of a tree in which no name stands for something else any more.
func shown(tree ast.Node) string {
	ast.Walk(&tree, originals{})
	return tree.String()
}

type originals struct{}

func (originals) Visit(n *ast.Node) {
	if name, ok := (*n).(*ast.IdentifierNode); ok {
		*n = Original(name)
	}
}

// TestPostfix: what the tokens say of brackets behind an expression is what the parser makes of
// them.
func TestPostfix(t *testing.T) {
	atoms := []string{"a", "b.c", "a?.b", `"s"`, "[1, 2]", "{k: 1}", "(a)", "(a + b)", "_", "x.f(1)", "a[1:2]", "-a", "not a", "1..3", "a | len()", "let y = a; y", "a ?: b", "a; b", "if a { b } else { c }"}
	shapes := []string{"%s", "%s.b", "(%s).b", "(%s)[0]", "-(%s)", "[%s]", "{a: %s}", "count(%s, .a)", "freq(%s, .a)", "(%s) == (%s)", "%s ?? %s", "%s | len()", "f(%s)(%s)", "(%s) ? 1 : %s", "let z = %s; z"}
	applies := map[bool]int{}
	for _, outer := range shapes {
		for _, inner := range shapes {
			for _, atom := range atoms {
				source := strings.ReplaceAll(outer, "%s", strings.ReplaceAll(inner, "%s", atom))
				s, err := Parse(source, functions, limits)
				if err != nil {
					continue
				}
				part, err := Parse(source+"[0:1]", functions, limits)
				slice, ok := part.Tree.(*ast.SliceNode)
				want := err == nil && ok && reflect.TypeOf(slice.Node) == reflect.TypeOf(s.Tree) && slice.Node.Location().From == s.Tree.Location().From
				if got := s.Postfix(); got != want {
					t.Errorf("%s: %v, want %v", source, got, want)
				}
				applies[want]++
			}
		}
	}
	if applies[true] < 100 || applies[false] < 100 {
		t.Errorf("brackets apply to all of %d expressions, and not of %d", applies[true], applies[false])
	}
}

// FuzzParse: a line is parsed, or an error says where and why not, without the letters that stand
// for signs. The positions of the tree are places in the line.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"count(cache.items, .hits > 10)", "xs | top(3, .a)", "freq(xs, {.a + #index})", "x = y ?? [1, 2][0:1]", "{a: 1, b: 0xFFFFFFFFFFFFFFFF}", "18446744073709551615",
		"let a = 1; a < 2 < 3", "if a { b } else { c }", "a ? b : c", "ꓸa", "ꓺ", "freq(xs, \"#\" /* . */)", "x === y", "(1", "10m - 1.5s * 10MiB", "{5s: 1h}", "a.b-c/d", "x.(y)", "[]int{1}", "b\"\\xff\"", "/*c*/ a", "select a from b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		s, err := Parse(source, functions, limits)
		if err != nil {
			var e *fault.Error
			if !errors.As(err, &e) || e.Code != "syntax" && e.Code != "budget" || e.Text == "" || int(e.Pos) > len(source)+1 {
				t.Fatalf("%#v", err)
			}
			if letters := "ꓸꓺꓐꓑꓒꓓꓔꓕꓖꓗꓘꓙ"; !strings.ContainsAny(source, letters) && strings.ContainsAny(e.Error(), letters) {
				t.Fatal(e)
			}
			return
		}
		if s.From < 0 || s.Text == "" || !strings.HasPrefix(string([]rune(source)[s.From:]), s.Text) {
			t.Fatalf("%q is not at %d", s.Text, s.From)
		}
		Text(s.Tree)
		if _, err := Parse(s.Text, functions, Limits{Line: math.MaxInt, Nesting: limits.Nesting}); err != nil && s.Name == "" {
			t.Fatalf("%q alone: %v", s.Text, err)
		}
	})
}
