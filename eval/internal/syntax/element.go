package syntax

import "github.com/expr-lang/expr/ast"

// UsesElement reports whether n, the argument of a function that does with or without a predicate,
// is one: whether it has a # or .field that belongs to no predicate within n. One with #acc is none,
// as #acc is that of a reduce around it.
func UsesElement(n ast.Node, functions Functions) bool {
	u := uses{functions: functions, seen: map[*ast.BinaryNode]bool{}}
	u.visit(n)
	return u.element && !u.acc
}

type uses struct {
	functions    Functions
	seen         map[*ast.BinaryNode]bool // the tree of a < b < c has b twice
	element, acc bool
}

func (u *uses) visit(nodes ...ast.Node) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *ast.IdentifierNode:
			switch meant := Original(n).(type) {
			case *ast.MemberNode:
				u.element = true
			case *ast.PointerNode:
				u.element = true
				u.acc = u.acc || meant.Name == "acc"
			}
		case *ast.UnaryNode:
			u.visit(n.Node)
		case *ast.BinaryNode:
			if !u.seen[n] {
				u.seen[n] = true
				u.visit(n.Left, n.Right)
			}
		case *ast.ChainNode:
			u.visit(n.Node)
		case *ast.MemberNode:
			u.visit(n.Node, n.Property)
		case *ast.SliceNode:
			u.visit(n.Node, n.From, n.To)
		case *ast.CallNode:
			name := ""
			if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
				name = callee.Value
			}
			u.visit(n.Callee)
			u.visitArguments(name, n.Arguments)
		case *ast.BuiltinNode:
			u.visitArguments(n.Name, n.Arguments)
		case *ast.VariableDeclaratorNode:
			u.visit(n.Value, n.Expr)
		case *ast.SequenceNode:
			u.visit(n.Nodes...)
		case *ast.ConditionalNode:
			if u.visit(n.Cond); n.Exp1 != n.Cond { // a ?: b has a twice
				u.visit(n.Exp1)
			}
			u.visit(n.Exp2)
		case *ast.ArrayNode:
			u.visit(n.Nodes...)
		case *ast.MapNode:
			u.visit(n.Pairs...)
		case *ast.PairNode:
			u.visit(n.Key, n.Value)
		}
	}
}

// visitArguments visits the arguments of a call but that which is a predicate, or may be one.
func (u *uses) visitArguments(function string, args []ast.Node) {
	predicate, _ := u.functions(function)
	for i, arg := range args {
		if predicate == 0 || i != predicate || IsScalar(args[0]) {
			u.visit(arg)
		}
	}
}

// IsScalar reports whether n is a number, a duration or a text as it is written, and so no
// collection.
func IsScalar(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.ConstantNode:
		return true
	case *ast.IdentifierNode:
		meant := Original(n)
		return meant != n && IsScalar(meant)
	case *ast.UnaryNode:
		return IsScalar(n.Node)
	}
	return false
}
