package eval

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr/builtin"

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
	manual, err := os.ReadFile("../docs/expressions.md")
	if err != nil {
		t.Fatal(err)
	}
	if table := functionTable(subjects); !strings.Contains(string(manual), table) {
		t.Errorf("docs/expressions.md has not this table:\n%s", table)
	}
}

// functionTable is the manual's table: which functions take which kinds of argument.
func functionTable(subjects []subject) string {
	kinds := []struct{ name, source string }{
		{"list", "w.slice w.named w.nested"}, {"map", "w.m w.ids"}, {"text", "w.str"}, {"bytes", "w.bytes"}, {"integer", "w.i64"}, {"float", "w.f64"}, {"duration", "w.d"}, {"time", "w.t"}, {"boolean", "w.b"}, {"channel", "w.ch"}, {"struct", "w.record"}, {"nil", "nil"},
	}
	rows := map[string][]string{}
	var order []string
	for _, name := range builtin.Names {
		var cells []string
		for _, kind := range kinds {
			cell := " "
			for _, s := range subjects { // of a kind one that it takes, as join takes lists of text
				if slices.Contains(strings.Fields(kind.source), s.source) && !reflect.DeepEqual(expectations[name].want(s), failure("type")) {
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
	b.WriteString("| functions |")
	for _, kind := range kinds {
		b.WriteString(" " + kind.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(kinds)) + "\n")
	for _, row := range order {
		fmt.Fprintf(&b, "| %s | %s |\n", strings.Join(rows[row], " "), row)
	}
	return b.String()
}
