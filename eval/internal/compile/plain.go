package compile

import "github.com/expr-lang/expr/ast"

// plainOperators are those whose code keeps nothing from one evaluation to the next.
var plainOperators = map[string]bool{"+": true, "-": true, "*": true, "/": true, "%": true, "<": true, "<=": true, ">": true, ">=": true}

// Plain reports whether tree is made of numbers, texts, names, fields and arithmetic alone, and
// appends the names to names. What Compile makes of it keeps nothing of an evaluation, charges for
// nothing, and depends on nothing but what is exposed and which variables have one of these names. So
// it may run again and again. Functions and predicates have state: caches, what a scan has learned,
// regular expressions.
func Plain(tree ast.Node, names []string) (_ []string, plain bool) {
	switch n := tree.(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
		return names, true
	case *ast.IdentifierNode:
		return append(names, n.Value), true
	case *ast.MemberNode:
		switch n.Property.(type) {
		case *ast.StringNode, *ast.IntegerNode:
			return Plain(n.Node, names)
		}
	case *ast.UnaryNode:
		if n.Operator == "-" || n.Operator == "+" {
			return Plain(n.Node, names)
		}
	case *ast.BinaryNode:
		if names, plain = Plain(n.Left, names); plain && plainOperators[n.Operator] {
			return Plain(n.Right, names)
		}
	}
	return names, false
}
