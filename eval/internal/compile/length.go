package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// lengthWay returns what the call len(n) of a chain of fields, or of the element itself, learns for a scan; nil
// of anything else.
func (c *compiler) lengthWay(call, n ast.Node) *scan.LengthWay {
	if c.inner == nil || c.known[n] == nil && !isElement(n) {
		return nil
	}
	if c.lengths == nil {
		c.lengths = map[ast.Node]*scan.LengthWay{}
	}
	way := new(scan.LengthWay)
	c.lengths[call] = way
	return way
}

// learnLength has way learn from the length of x. before is what the meter had counted.
func learnLength(f *machine.Frame, way *scan.LengthWay, x value.Value, before int) {
	from, ok := f.Scope.Elem.(value.Live)
	to, live := x.(value.Live)
	if !ok || !live {
		return
	}
	way.Cache.LearnLength(from.View, to.View)
	way.Nil.LearnNil(from.View, to.View)
	way.Reads = f.Reads() - before
}
