package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/pattern"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/access"
)

// matches compiles s matches p. A pattern that is a literal is compiled once, with the expression.
func (c *compiler) matches(n *ast.BinaryNode) (machine.Code, error) {
	left, err := c.compile(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := c.compile(n.Right)
	if err != nil {
		return nil, err
	}
	var fixed *pattern.Pattern
	if s, ok := n.Right.(*ast.StringNode); ok {
		if fixed, err = pattern.New(c.meter, s.Value); err == nil {
			err = c.meter.Keep(fixed.Weight())
		}
		if err != nil {
			return nil, at(n.Right).Err(err)
		}
	}
	if fixed != nil {
		if c.patterns == nil {
			c.patterns = map[*ast.BinaryNode]*pattern.Pattern{}
		}
		c.patterns[n] = fixed
	}
	if fixed == nil || !fixed.IsQuick() {
		c.unlocked = true // it may take longer than a guard is held
	}
	where := at(n)
	return func(f *machine.Frame) (value.Value, error) {
		a, err := left(f)
		if err != nil {
			return nil, err
		}
		b, err := right(f)
		if err != nil {
			return nil, err
		}
		x, err := match(f, fixed, a, b)
		return x, where.Err(err)
	}, nil
}

// match is a matches b. fixed is the pattern that b spells, nil if b has to be compiled.
func match(f *machine.Frame, fixed *pattern.Pattern, a, b value.Value) (value.Value, error) {
	get := func(m *meter.Meter, source string) (*pattern.Pattern, error) {
		if fixed != nil {
			return fixed, nil
		}
		return f.Patterns.Get(m, source)
	}
	return value.TextTest{
		Name: "matches",
		Short: func(m *meter.Meter, s, source string) (bool, error) {
			p, err := get(m, source)
			if err != nil {
				return false, err
			}
			return p.Match(m, s)
		},
		Long: func(m *meter.Meter, s *access.Text, source string) (bool, error) {
			p, err := get(m, source)
			if err != nil {
				return false, err
			}
			return p.MatchPieces(m, (&value.Pieces{Of: s}).Next)
		},
	}.Apply(&f.Thread, a, b)
}
