package eval

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// variable is what a session keeps under a name.
//
// It never holds application memory. An object that can be reached again for certain, by pointers,
// fields and array elements alone, is remembered by its path, and so stays live; any other live
// object, and what has such in it, is remembered as a bounded snapshot.
type variable struct {
	compile.Variable
	size int // of the value, in bytes, roughly
}

// variableSize is about what the session takes for a variable, beside its name and value.
const variableSize = 100

// originSize is about what one of the origins of a variable takes.
const originSize = 100

// weight is what v counts for of the bytes that a session may hold.
func (v variable) weight() int { return v.size + variableSize + originSize*len(v.Origins) }

// madeOf lists what the answer was made of, each once.
func (e *evaluation) madeOf() []access.Origin {
	all := e.Visit.Origins()
	for _, o := range e.Origins {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}

// variable makes x last beyond its evaluation. The note says what became of it.
func (e *evaluation) variable(x value.Value, st syntax.Statement) (v variable, note string) {
	if view, ok := x.(value.Live); ok {
		if tree := reachable(view.View, st); tree != nil {
			return variable{compile.Variable{Path: tree}, meter.ElementSize}, ""
		}
	}
	size, live := value.Measure(x, 0)
	if !live {
		return variable{compile.Variable{Value: x}, size}, ""
	}
	n := value.Copy(e.Thread, x, originOfAnswer(st))
	note = "a snapshot was kept: it does not follow the live object"
	if value.IsCut(n) {
		note = "a snapshot was kept, and it was cut: the live object has more"
	}
	return variable{compile.Variable{Value: value.NewSnapshot(n)}, value.Weight(n)}, note
}

// reachable is the path of a live object that can be reached again for certain; nil for any other. st is the line that
// it answers, which mostly is that path.
func reachable(v *access.View, st syntax.Statement) ast.Node {
	target, err := v.Target()
	if err != nil || target == nil || v.Path() == "" || !v.Steady() || !target.Steady() {
		return nil
	}
	for _, at := range []inspect.Value{v.Value(), target.Value()} {
		if !at.Solid() || at.Mark()&(inspect.Racy|inspect.Copied) != 0 {
			return nil
		}
	}
	if v.Path() == st.Text {
		return st.Tree
	}
	tree, err := syntax.ParsePath(v.Path())
	if err != nil {
		return nil
	}
	return tree
}
