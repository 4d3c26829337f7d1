package eval

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/library"
	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// maker makes expressions at random: every operator and every function of the
// language, on atoms that are given to it.
type maker struct {
	*rand.Rand
	atoms  []string // what an expression can start from
	fields []string // what may follow a dot
	except []string // functions whose answers differ from one moment to the next
}

// shapes of an expression: an atom, a field, a sub-expression, a predicate, a function stand for @, ., %, ~ and ƒ.
var shapes = []string{
	"@", "@", "@", "@.", "@.", "(%).", "@?.", "(%)[%]", "@[%]", "@[%:%]", "#", "#.", ".", "#index", "#key", "#acc",
	"(%) == (%)", "(%) != (%)", "(%) < (%)", "(%) >= (%)", "(%) + (%)", "(%) - (%)", "(%) * (%)", "(%) / (%)", "(%) % (%)", "(%) ** 2", "-(%)", "not (%)",
	"(%) and (%)", "(%) or (%)", "(%) ?? (%)", "(%) ? (%) : (%)", "(%) in (%)", "(%) not in (%)", "(%) contains (%)", "(%) startsWith (%)", "(%) endsWith (%)",
	"(%) matches (%)", "(%)..(%)", "[%, %]", "{a: %, b: %}", "{(%): %}", "let z = %; [z, z == (%)]", "if % { % } else { % }", "@ | ƒ(%)",
	"ƒ(%)", "ƒ(%)", "ƒ(%)", "ƒ(%, %)", "ƒ(%, %)", "ƒ(%, %, %)", "ƒ(@)", "ƒ(@)", "ƒ(@, %)", "~", "~", "~", "~",
}

// predicates are the functions that take one.
var predicates = []string{"all", "any", "none", "one", "count", "find", "findIndex", "findLast", "findLastIndex", "filter", "map", "sum", "groupBy", "sortBy", "reduce", "freq", "hist"}

// expression returns one of that depth.
func (m *maker) expression(depth int) string {
	if depth == 0 {
		return m.pick(m.atoms)
	}
	var b strings.Builder
	for _, r := range m.pick(shapes) {
		switch r {
		case '@':
			b.WriteString(m.pick(m.atoms))
		case '.':
			b.WriteString("." + m.pick(m.fields))
		case '%':
			b.WriteString(m.expression(m.IntN(depth)))
		case '~':
			fmt.Fprintf(&b, "%s(%s, %s)", m.pick(predicates), m.expression(m.IntN(depth)), m.expression(m.IntN(depth)))
		case 'ƒ':
			b.WriteString(m.function())
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (m *maker) function() string {
	for {
		if name := m.pick(library.Names()); !slices.Contains(m.except, name) {
			return name
		}
	}
}

func (m *maker) pick(from []string) string { return from[m.IntN(len(from))] }

// statement is an expression, to which a name is given now and then.
func (m *maker) statement() string {
	source := m.expression(1 + m.IntN(4))
	if m.IntN(8) == 0 {
		return m.pick([]string{"x", "y"}) + " = " + source
	}
	return source
}
