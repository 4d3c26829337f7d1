package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
)

// reductionOf returns how the predicate n of reduce combines #acc with what does not depend on it, and
// the scan of that; or else why it is evaluated step by step.
func (c *compiler) reductionOf(n ast.Node) (*machine.Reduction, *machine.Scan, string) {
	var how *machine.Reduction
	var of, when ast.Node
	cond, ok := n.(*ast.ConditionalNode)
	if ok && isAcc(cond.Exp2) {
		// What has no part in it stays what it is.
		if how, of = combined(cond.Exp1); of != nil {
			when = cond.Cond
		}
	}
	if of == nil {
		how, of = combined(n)
	}
	if of == nil {
		return nil, nil, "#acc depends on the elements before"
	}
	sc, why := c.scanBy(func(s *scanner) (scan.Node, error) {
		root, err := s.node(of)
		if err != nil || when == nil {
			return root, err
		}
		cond, err := s.node(when)
		return &scan.Choose{If: cond, Then: root}, err
	})
	if sc == nil {
		return nil, nil, why
	}
	if how.Again && !sc.IsField() {
		// Each element would be charged for what it reads twice.
		return nil, nil, "what #acc is compared with is no field"
	}
	return how, sc, ""
}

// combined returns what n combines #acc with, nil if it does so in no way that is known.
func combined(n ast.Node) (how *machine.Reduction, with ast.Node) {
	how = new(machine.Reduction)
	switch n := n.(type) {
	case *ast.BinaryNode:
		op, ok := arithOps[n.Operator]
		how.Arith = op
		switch {
		case !ok || op > scan.Multiply:
		case isAcc(n.Left):
			return how, n.Right
		case isAcc(n.Right) && op != scan.Subtract:
			return how, n.Left
		}
	case *ast.ConditionalNode:
		cond, ok := n.Cond.(*ast.BinaryNode)
		if !ok {
			return nil, nil
		}
		op, ok := comparisonOps[cond.Operator]
		with := cond.Right
		if isAcc(cond.Right) {
			op, with = op.Mirrored(), cond.Left
		} else if !isAcc(cond.Left) {
			return nil, nil
		}
		picked := n.Exp1
		if isAcc(picked) {
			picked = n.Exp2
		} else if !isAcc(n.Exp2) {
			return nil, nil
		}
		if ok && isChain(with) && isChain(picked) && syntax.Text(with) == syntax.Text(picked) {
			how.Reduction, how.Again = scan.Picks(op, picked == n.Exp1), true
			return how, with
		}
	case *ast.BuiltinNode, *ast.CallNode:
		fn, name, args := calledFunction(n)
		sign := map[string]int{"min": -1, "max": 1}[name]
		if fn != nil && sign != 0 && len(args) == 2 && isAcc(args[0]) {
			how.Reduction = scan.Extremes(sign)
			return how, args[1]
		}
	}
	return nil, nil
}

// isAcc reports whether n is #acc.
func isAcc(n ast.Node) bool {
	p, ok := n.(*ast.PointerNode)
	return ok && p.Name == "acc"
}

// isChain reports whether n is a name, a chain of fields, or #.
func isChain(n ast.Node) bool {
	for {
		switch m := n.(type) {
		case *ast.IdentifierNode, *ast.PointerNode:
			return true
		case *ast.MemberNode:
			if _, ok := m.Property.(*ast.StringNode); !ok || m.Optional {
				return false
			}
			n = m.Node
		default:
			return false
		}
	}
}
