package eval

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
)

// variable is what a session keeps under a name.
//
// It never holds application memory. A live object that can be reached again for certain, by
// pointers, fields and array elements alone, is kept as its path and so stays live. Anything else
// that is live, or has live parts, is kept as a bounded snapshot.
type variable struct {
	compile.Variable
	size int // of the value, in bytes, roughly
}

// variableSize is about what a variable takes besides its name and value, in bytes.
const variableSize = 100

// originSize is about what an origin of a variable takes, in bytes.
const originSize = 100

// weight is what v counts towards the bytes that a session may hold.
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

// variable makes x, of which shown is shown, last beyond its evaluation. note says what it became.
func (e *evaluation) variable(x value.Value, shown *render.Node, st syntax.Statement) (v variable, note string) {
	if view, ok := x.(value.Live); ok {
		if tree := reachable(view.View, st); tree != nil {
			return variable{compile.Variable{Path: tree}, meter.ElementSize}, ""
		}
	}
	size, live := value.Measure(x, 0)
	if !live {
		goType := e.Type
		if value.Refuse(x) != nil {
			goType = x.Type()
		}
		return variable{compile.Variable{Value: x, Type: goType}, size}, ""
	}
	n := shown // if that is all of it, it need not be read again
	switch {
	case !value.IsCut(shown):
	case st.Name != "":
		n = value.Copy(&e.Thread, x, sourceOfAnswer(st))
	default:
		n = value.Recall(&e.Thread, x, sourceOfAnswer(st), shown, e.limits.Show.Depth)
	}
	note = "a snapshot was kept: it does not follow the live object"
	if value.IsCut(n) {
		note = "a snapshot was kept, and it was cut: the live object has more"
	}
	return variable{compile.Variable{Value: value.NewSnapshot(x, n), Type: e.Type}, value.Weight(n)}, note
}

// reachable returns the path of a live object that can be reached again for certain, nil for any
// other. st is the line that it answers, which often is that path.
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

// store assigns the answer x, of which shown is shown, to the variable of the statement, and to _, or
// keeps it as the mode says.
func (e *evaluation) store(st syntax.Statement, x value.Value, shown *render.Node) error {
	s := e.session
	if e.mode == Aside || e.mode == Condition {
		return nil
	}
	v, note := e.variable(x, shown, st)
	if v.Path == nil {
		v.Origins = e.madeOf()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// A completion beside this evaluation may have forgotten for a later version than v was made in.
	s.vars.version = min(s.vars.version, e.version)
	if e.mode == Sample {
		s.vars.sample = &v
		return nil
	}
	if st.Name != "" {
		if err := s.vars.assign(st.Name, v, s.limits.Bytes); err != nil {
			return err
		}
		if note != "" {
			e.Notes = append(e.Notes, note)
		}
	}
	s.vars.remember(v, s.limits.Bytes/4)
	s.vars.sample = nil
	return nil
}
