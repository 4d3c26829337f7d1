package eval

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr/builtin"

	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/registry"
)

// TestBuiltins is the table of all functions of expr-lang by kinds of argument: each cell has what it should be.
func TestBuiltins(t *testing.T) {
	w := newTableWorld()
	reg := registry.New()
	reg.Expose("w", w)
	s := NewSession(reg, Limits{Time: time.Hour})
	subjects := tableSubjects(t, s)
	cells := 0
	for _, name := range builtin.Names {
		e, ok := expectations[name]
		if !ok {
			t.Errorf("nothing is expected of %s", name)
			continue
		}
		for _, x := range subjects {
			cells++
			source := strings.Replace(e.call, "x", x.source, 1)
			if i := strings.Index(e.call, "(x"); i >= 0 { // not the x in max
				source = e.call[:i+1] + x.source + e.call[i+2:]
			}
			want := e.want(x)
			switch {
			case x.code == "redacted":
				want = failure(x.code)
			case x.code != "" && (name == "len" || name == "type" || name == "string" || name == "get"):
				want = some // what is there they know
			case x.code != "" && e.want(subject{elems: []any{}}) != failure("type"):
				want = failure(x.code)
			}
			got, err := ours(t, s, source)
			if f, fails := want.(failure); fails {
				if codeOfError(err) != string(f) {
					t.Errorf("%s = %.100s, %v, want the error %q", source, got, err, f)
				}
				continue
			}
			if text := canonical(reflect.ValueOf(want)); got != text || err != nil {
				t.Errorf("%s = %.100s, %v, want %.100s", source, got, err, text)
			}
		}
	}
	t.Logf("%d functions, %d kinds of argument, %d cells", len(builtin.Names), len(subjects), cells)
	isTable(t, functionTable("functions", builtin.Names, subjects, func(name string, x subject) bool {
		return !reflect.DeepEqual(expectations[name].want(x), failure("type"))
	}))
}

// TestOwnFunctions calls each function that expr-lang does not have with every kind of argument. None may answer
// about what is redacted, or fail in a way of ours.
func TestOwnFunctions(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", newTableWorld())
	s := NewSession(reg, Limits{Time: time.Hour})
	subjects := tableSubjects(t, s)
	var names []string
	for _, name := range library.Names() {
		if fn := library.Lookup(name); !syntax.IsBuiltin(name) && max(fn.Min, fn.Max) > 0 {
			names = append(names, name)
		}
	}
	isTable(t, functionTable("sightglass's own", names, subjects, func(name string, x subject) bool {
		source := leastCall(library.Lookup(name), x.source)
		_, err := s.Eval(t.Context(), source)
		code := codeOfError(err)
		if code == "internal" || x.code == "redacted" && code != x.code {
			t.Errorf("%s: %v", source, err)
		}
		return err == nil
	}))
}

// leastCall calls fn with as few arguments as it takes, and x for what is looked at.
func leastCall(fn *library.Function, x string) string {
	args := []string{x}
	for _, written := range strings.Split(fn.Args, ", ")[1:max(fn.Min, 1)] {
		if written == "n" {
			x = "2"
		}
		args = append(args, x)
	}
	return fmt.Sprintf("%s(%s)", fn.Name, strings.Join(args, ", "))
}

// isTable holds that docs/expressions.md has the table, and writes it there with -update.
func isTable(t *testing.T, table string) {
	t.Helper()
	const file = "../docs/expressions.md"
	manual, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(table, "\n")
	before, rest, ok := strings.Cut(string(manual), first+"\n")
	if !ok {
		t.Fatalf("%s has no table with the heading %s", file, first)
	}
	_, after, _ := strings.Cut(first+"\n"+rest, "\n\n")
	switch want := before + table + "\n" + after; {
	case want == string(manual):
	case *update:
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s has not this table; -update writes it:\n%s", file, table)
	}
}

var update = flag.Bool("update", false, "rewrite the tables of functions in docs/expressions.md")

// functionTable is a table of the manual: which functions take which kinds of argument.
func functionTable(heading string, names []string, subjects []subject, takes func(name string, x subject) bool) string {
	kinds := []struct{ name, source string }{
		{"list", "w.slice w.named w.nested"}, {"map", "w.m w.ids"}, {"text", "w.str"}, {"bytes", "w.bytes"}, {"integer", "w.i64"}, {"float", "w.f64"}, {"duration", "w.d"}, {"time", "w.t"}, {"boolean", "w.b"}, {"channel", "w.ch"}, {"struct", "w.record"}, {"nil", "nil"},
	}
	rows := map[string][]string{}
	var order []string
	for _, name := range names {
		var cells []string
		for _, kind := range kinds {
			cell := " "
			for _, s := range subjects { // of a kind one that it takes, as join takes lists of text
				if slices.Contains(strings.Fields(kind.source), s.source) && takes(name, s) {
					cell = "yes"
				}
			}
			cells = append(cells, cell)
		}
		row := strings.Join(cells, " | ")
		if rows[row] == nil {
			order = append(order, row)
		}
		rows[row] = append(rows[row], "`"+name+"`")
	}
	var b strings.Builder
	b.WriteString("| " + heading + " |")
	for _, kind := range kinds {
		b.WriteString(" " + kind.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(kinds)) + "\n")
	for _, row := range order {
		fmt.Fprintf(&b, "| %s | %s |\n", strings.Join(rows[row], " "), row)
	}
	return b.String()
}
