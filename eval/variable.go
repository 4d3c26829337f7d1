package eval

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// variable is what a session keeps under a name, and the bytes that it holds, roughly.
//
// It never holds application memory. An object that can be reached again for certain, by pointers,
// fields and array elements alone, is remembered by its path, and so stays live; any other live
// object, and what has such in it, is remembered as a bounded snapshot.
type variable struct {
	value value.Value
	alias ast.Node // the path of a live object; value is nil then
	size  int
	from  []access.Origin // what value was made of
	gone  string          // the name of that which may not be shown any more, for which value was forgotten
}

// variableSize is about what the session takes for a variable, beside its name and value.
const variableSize = 100

// weight is what v counts for of the bytes that a session may hold.
func (v variable) weight() int { return v.size + variableSize + originSize*len(v.from) }

// originSize is about what one of the origins of a variable takes.
const originSize = 100

// variable compiles the use of a variable of the session.
func (c *compiler) variable(n ast.Node, v variable) (code, error) {
	switch {
	case v.gone != "":
		return nil, at(n).Err(fault.New("unknown_name", "what this holds was forgotten: it was made of %s, which was withdrawn, or is exposed with more of it hidden", v.gone).With("ask for it again"))
	case v.alias == nil:
		c.origins = append(c.origins, v.from...)
		return constant(v.value), nil
	}
	// The path was made from exposed names: no variable and no predicate may stand before them.
	c.apart = true
	inner := &compiler{names: names{exposed: c.names.exposed}, meter: c.meter, slots: c.slots}
	run, err := inner.place(v.alias, false)
	c.slots = inner.slots
	if err != nil {
		return nil, moved(n, err)
	}
	return func(f *frame) (value.Value, error) {
		x, err := run(f)
		if err != nil {
			return nil, moved(n, err)
		}
		return x, nil
	}, nil
}

// moved puts an error of a variable's path to where the variable is used.
func moved(n ast.Node, err error) error {
	e := *fault.From(err)
	e.Pos = at(n)
	return &e
}

// madeOf lists what the answer was made of, each once.
func (f *frame) madeOf() []access.Origin {
	all := f.Visit.Origins()
	for _, o := range f.origins {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}

// variable makes x last beyond its evaluation. The note says what became of it.
func (f *frame) variable(x value.Value, st syntax.Statement) (v variable, note string) {
	if view, ok := x.(value.Live); ok {
		if tree := reachable(view.View, st); tree != nil {
			return variable{alias: tree, size: meter.ElementSize}, ""
		}
	}
	size, live := value.Measure(x, 0)
	if !live {
		return variable{value: x, size: size}, ""
	}
	n := value.Copy(f.Thread, x, originOfAnswer(st))
	note = "a snapshot was kept: it does not follow the live object"
	if value.IsCut(n) {
		note = "a snapshot was kept, and it was cut: the live object has more"
	}
	return variable{value: value.NewSnapshot(n), size: value.Weight(n)}, note
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
