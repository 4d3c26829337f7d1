package compile

import (
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// scanner turns a predicate into a scan. The predicate was compiled to code before, which does the
// lanes that the scan leaves, and of which the scan takes the caches of fields.
type scanner struct {
	*compiler
	bound []bound
	read  []*once
	told  []string              // what else is computed once, and might be another value later
	same  map[string]*scan.Same // by the names of fields
	local []local
}

// local is a variable that the predicate declares.
type local struct {
	name string
	let  *scan.Let
}

// bound is a constant whose value the frame has.
type bound struct {
	constant *scan.Constant
	code     machine.Code
}

// notScanned says why a node is evaluated step by step.
type notScanned string

func (e notScanned) Error() string { return string(e) }

// scanOf returns the scan of a predicate, or else why there is none.
func (c *compiler) scanOf(n ast.Node) (*machine.Scan, string) {
	return c.scanBy(func(s *scanner) (scan.Node, error) { return s.node(n) })
}

// scanBy is scanOf of what root makes.
func (c *compiler) scanBy(root func(s *scanner) (scan.Node, error)) (*machine.Scan, string) {
	s := &scanner{compiler: c}
	n, err := root(s)
	if err != nil {
		return nil, err.Error()
	}
	all, read := s.bound, s.read
	sc := &machine.Scan{Scan: scan.New(n), Bind: func(f *machine.Frame) {
		for _, o := range read {
			o.Once = scan.Once{}
		}
		for _, b := range all {
			b.constant.Datum, b.constant.Single, b.constant.Written = inspect.Datum{}, inspect.Datum{}, false
			kept := f.Kept()
			x, err := b.code(f)
			f.Release(kept)
			if err == nil {
				b.constant.Datum, b.constant.Written = datumOf(x)
			}
		}
	}}
	for _, o := range read {
		sc.Once = append(sc.Once, o.text)
	}
	sc.Once = append(sc.Once, s.told...)
	return sc, ""
}

// datumOf returns the Datum that x is, the zero Datum if there is none. written says that it is a
// float that was written out.
func datumOf(x value.Value) (d inspect.Datum, written bool) {
	if t, ok := x.(value.Typed); ok {
		x = t.Value
	}
	if w, ok := x.(value.Written); ok {
		x, written = value.Float(w), true
	}
	if t, ok := x.(value.Time); ok {
		if bits, ok := inspect.BitsOfTime(time.Time(t)); ok {
			d = inspect.Datum{Kind: inspect.TimeDatum, Bits: bits}
		}
		return d, false
	}
	return value.DatumOf(x), written
}

// node returns the scan of n, or an error that is a notScanned.
func (s *scanner) node(n ast.Node) (scan.Node, error) {
	if k := s.constant(n); k != nil {
		return k, nil
	}
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if f := s.known[n]; f != nil {
			return s.field(f), nil
		}
		if let := s.declared(n); let != nil {
			return &scan.Named{Let: let}, nil
		}
		if meant := syntax.Original(n); meant != n {
			return s.node(meant)
		}
	case *ast.PointerNode:
		switch n.Name {
		case "":
			return &scan.Field{Cache: new(access.FieldCache), Self: true, Same: s.sameAs("")}, nil
		case "index":
			return new(scan.Index), nil
		case "key":
			return &scan.Key{Field: scan.Field{Cache: new(access.FieldCache), Self: true, Key: true}}, nil
		}
		return nil, notScanned("#" + n.Name + " depends on the elements before")
	case *ast.MemberNode, *ast.ChainNode:
		if f := s.known[n]; f != nil {
			return s.field(f), nil
		}
	case *ast.VariableDeclaratorNode:
		return s.letNode(n)
	case *ast.UnaryNode:
		return s.unaryNode(n)
	case *ast.BinaryNode:
		return s.binaryNode(n)
	case *ast.ConditionalNode:
		return s.conditionalNode(n)
	case *ast.BuiltinNode, *ast.CallNode:
		if fn, name, args := calledFunction(n); fn != nil && len(args) > 0 {
			return s.functionNode(n, name, args)
		}
	}
	return nil, s.stepwise(n)
}

// field is a chain of fields below the element.
func (s *scanner) field(f *fields) scan.Node {
	return &scan.Field{Cache: &f.cache, Same: s.sameAs(f.names)}
}

// sameAs returns what the chains of these names have in common.
func (s *scanner) sameAs(names string) *scan.Same {
	same := s.same[names]
	if same == nil {
		if s.same == nil {
			s.same = map[string]*scan.Same{}
		}
		same = new(scan.Same)
		s.same[names] = same
	}
	return same
}

// mathOps, convertOps and testOps are the functions of one number, of one text that make another, and
// of a text and a constant one that test it.
var (
	mathOps    = map[string]scan.MathOp{"abs": scan.Abs, "ceil": scan.Ceil, "floor": scan.Floor, "round": scan.Round, "int": scan.ToInt, "float": scan.ToFloat}
	convertOps = map[string]scan.ConvertOp{"lower": scan.Lower, "upper": scan.Upper, "trim": scan.Trim, "trimPrefix": scan.TrimPrefix, "trimSuffix": scan.TrimSuffix}
	testOps    = map[string]scan.TextOp{"hasPrefix": scan.StartsWith, "hasSuffix": scan.EndsWith}
)

// functionNode is a call of a function of one text or number.
func (s *scanner) functionNode(n ast.Node, name string, args []ast.Node) (scan.Node, error) {
	math, isMath := mathOps[name]
	convert, isConvert := convertOps[name]
	test, isTest := testOps[name]
	two := isTest || isConvert && convert >= scan.TrimPrefix
	if !isMath && !isConvert && !isTest && name != "len" || two != (len(args) == 2) || len(args) > 2 {
		return nil, s.stepwise(n)
	}
	of, err := s.node(args[0])
	if err != nil {
		return nil, err
	}
	var with *scan.Constant
	if two {
		if with = s.constant(args[1]); with == nil {
			return nil, notScanned("the second argument of " + name + " is no constant")
		}
	}
	switch {
	case isMath:
		return &scan.Math{Op: math, Of: of}, nil
	case isConvert:
		return &scan.Convert{Op: convert, Of: of, With: with}, nil
	case isTest:
		return &scan.TestText{Op: test, Of: of, With: with, Copies: true}, nil
	}
	return &scan.Length{Of: of, Way: s.lengths[n]}, nil
}

// declared returns the variable of the predicate that n names, nil if there is none.
func (s *scanner) declared(n *ast.IdentifierNode) *scan.Let {
	for _, l := range s.local {
		if l.name == n.Value {
			return l.let
		}
	}
	return nil
}

// letNode is let name = value; expression.
func (s *scanner) letNode(n *ast.VariableDeclaratorNode) (scan.Node, error) {
	of, err := s.node(n.Value)
	if err != nil {
		return nil, err
	}
	let := &scan.Let{Value: of}
	s.local = append(s.local, local{n.Name, let})
	let.In, err = s.node(n.Expr)
	s.local = s.local[:len(s.local)-1]
	if err != nil {
		return nil, err
	}
	return let, nil
}

// constant returns n as a constant, nil if it is none.
func (s *scanner) constant(n ast.Node) *scan.Constant {
	if d := literal(n); d.Kind != inspect.NoDatum {
		k := &scan.Constant{Datum: d, Single: singleOf(d)}
		k.Written = d.Kind == inspect.FloatDatum
		return k
	}
	switch n := n.(type) {
	case *ast.BoolNode:
		return &scan.Constant{Datum: value.DatumOf(value.Bool(n.Value))}
	case *ast.IdentifierNode:
		if code := s.variableCode(n); code != nil {
			return s.bind(code)
		}
	}
	if o := s.onces[n]; o != nil {
		if !slices.Contains(s.read, o) {
			s.read = append(s.read, o)
		}
		return &scan.Constant{Once: &o.Once}
	}
	if !computed(n, 8) {
		return nil
	}
	unlocked := s.unlocked
	code, err := s.compile(n)
	s.unlocked = unlocked
	if err != nil {
		return nil
	}
	if told := text.Cut(syntax.Text(n), 60); strings.Contains(told, "now()") {
		s.told = append(s.told, told)
	}
	return s.bind(code)
}

// bind returns a constant that has the value of code.
func (s *scanner) bind(code machine.Code) *scan.Constant {
	k := new(scan.Constant)
	s.bound = append(s.bound, bound{k, code})
	return k
}

// computed reports whether n is computed of what is written out and the time, in a few steps, and reads
// nothing.
func computed(n ast.Node, depth int) bool {
	if depth == 0 {
		return false
	}
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.ConstantNode:
		return true
	case *ast.UnaryNode:
		return (n.Operator == "-" || n.Operator == "+") && computed(n.Node, depth-1)
	case *ast.BinaryNode:
		_, arithmetic := arithOps[n.Operator]
		return arithmetic && computed(n.Left, depth-1) && computed(n.Right, depth-1)
	case *ast.BuiltinNode, *ast.CallNode:
		fn, name, args := calledFunction(n)
		switch {
		case fn == nil:
			return false
		case name == "now":
			return len(args) == 0
		case name != "duration" && name != "date" || len(args) != 1:
			return false
		}
		_, ok := args[0].(*ast.StringNode)
		return ok
	}
	return false
}

// stepwise is the reason why n is evaluated step by step. It spells no part of n, which nested chains
// of comparisons make exponentially long.
func (s *scanner) stepwise(n ast.Node) error {
	switch n := n.(type) {
	case *ast.MemberNode:
		if name, ok := n.Property.(*ast.StringNode); ok {
			return notScanned("." + text.Cut(name.Value, 40) + " is not reached through fields alone")
		}
		return notScanned("it looks into a list or map with […]")
	case *ast.IdentifierNode:
		return notScanned(text.Cut(n.Value, 40) + " may change from one element to the next")
	case *ast.ChainNode:
		return notScanned("it reads past nil with ?.")
	case *ast.NilNode:
		return notScanned("what is compared with nil is looked at as a place")
	case *ast.BinaryNode:
		return notScanned("the operator " + n.Operator + " takes one value at a time")
	case *ast.UnaryNode:
		return notScanned("the operator " + n.Operator + " takes one value at a time")
	case *ast.BuiltinNode, *ast.CallNode:
		if fn, name, _ := calledFunction(n); fn != nil {
			return notScanned("the function " + name + " takes one value at a time")
		}
		return notScanned("it calls a method")
	}
	return notScanned("it makes a list, a map, or a value of its own")
}

// variableCode returns the code of a variable whose value stays the same throughout the loop, nil of
// anything else.
func (s *scanner) variableCode(n *ast.IdentifierNode) machine.Code {
	if s.declared(n) != nil {
		return nil
	}
	for i := len(s.lets) - 1; i >= 0; i-- {
		if l := s.lets[i]; l.name == n.Value {
			if i >= s.outer {
				return nil
			}
			return func(f *machine.Frame) (value.Value, error) { return f.Slots[l.slot], nil }
		}
	}
	if v, ok := s.names.variable(n.Value); ok && v.Path == nil && v.Gone == "" {
		return constant(v.Value)
	}
	return nil
}

func (s *scanner) unaryNode(n *ast.UnaryNode) (scan.Node, error) {
	of, err := s.node(n.Node)
	if err != nil {
		return nil, err
	}
	switch n.Operator {
	case "!", "not":
		return &scan.Not{Of: of}, nil
	case "-":
		return &scan.Math{Op: scan.Negate, Of: of}, nil
	}
	return nil, s.stepwise(n)
}

// conditionalNode is a ? b : c, or a ?: c, which is true if a is.
func (s *scanner) conditionalNode(n *ast.ConditionalNode) (scan.Node, error) {
	cond, err := s.node(n.Cond)
	if err != nil {
		return nil, err
	}
	choose := &scan.Choose{If: cond, Then: &scan.Constant{Datum: value.DatumOf(value.Bool(true))}}
	if n.Exp1 != n.Cond {
		if choose.Then, err = s.node(n.Exp1); err != nil {
			return nil, err
		}
	}
	if choose.Else, err = s.node(n.Exp2); err != nil {
		return nil, err
	}
	return choose, nil
}

// comparisonOps are the operators that compare.
var comparisonOps = map[string]scan.Op{
	"<": scan.Less, "<=": scan.LessOrEqual, ">": scan.More, ">=": scan.MoreOrEqual, "==": scan.Equal, "!=": scan.NotEqual,
}

// textOps are the operators that test a text.
var textOps = map[string]scan.TextOp{"contains": scan.Contains, "startsWith": scan.StartsWith, "endsWith": scan.EndsWith}

func (s *scanner) binaryNode(n *ast.BinaryNode) (scan.Node, error) {
	if n.Operator == "&&" || n.Operator == "and" {
		if chain := comparisons(n); chain != nil {
			return s.chainNode(chain)
		}
	}
	switch n.Operator {
	case "in":
		return s.inNode(n)
	case "matches":
		return s.matchNode(n)
	}
	if n.Operator == "??" {
		of, err := s.node(n.Left)
		if err != nil {
			return nil, err
		}
		if _, isField := of.(*scan.Field); !isField {
			return nil, notScanned("what stands before ?? is no field")
		}
		return &scan.Present{Of: of}, nil
	}
	if t := s.nils[n]; t != nil {
		return &scan.IsNil{Way: &t.NilWay, Not: n.Operator == "!="}, nil
	}
	left, err := s.node(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := s.node(n.Right)
	if err != nil {
		return nil, err
	}
	switch n.Operator {
	case "&&", "and":
		return &scan.Logic{Left: left, Right: right}, nil
	case "||", "or":
		return &scan.Logic{Left: left, Right: right, Or: true}, nil
	}
	if op, ok := comparisonOps[n.Operator]; ok {
		return &scan.Compare{Op: op, Left: left, Right: right}, nil
	}
	if op, ok := textOps[n.Operator]; ok {
		with, ok := right.(*scan.Constant)
		if !ok {
			return nil, notScanned("what follows " + n.Operator + " is no constant")
		}
		return &scan.TestText{Op: op, Of: left, With: with}, nil
	}
	if n.Operator == "+" && (scan.IsText(left) || scan.IsText(right)) {
		return &scan.Concat{Left: left, Right: right}, nil
	}
	if op, ok := arithOps[n.Operator]; ok {
		return &scan.Arith{Op: op, Left: left, Right: right}, nil
	}
	return nil, s.stepwise(n)
}

// arithOps are the operators that compute.
var arithOps = map[string]scan.ArithOp{"+": scan.Add, "-": scan.Subtract, "*": scan.Multiply, "/": scan.Divide, "%": scan.Modulo, "**": scan.Power, "^": scan.Power}

// chainNode is a < b < c.
func (s *scanner) chainNode(links []*ast.BinaryNode) (scan.Node, error) {
	first, err := s.node(links[0].Left)
	if err != nil {
		return nil, err
	}
	chain := &scan.Chain{Nodes: []scan.Node{first}}
	for _, l := range links {
		op, ok := comparisonOps[l.Operator]
		if !ok {
			return nil, s.stepwise(l)
		}
		next, err := s.node(l.Right)
		if err != nil {
			return nil, err
		}
		chain.Ops, chain.Nodes = append(chain.Ops, op), append(chain.Nodes, next)
	}
	return chain, nil
}

// inNode is x in a list or a range that is written out.
func (s *scanner) inNode(n *ast.BinaryNode) (scan.Node, error) {
	of, err := s.node(n.Left)
	if err != nil {
		return nil, err
	}
	switch right := n.Right.(type) {
	case *ast.BinaryNode:
		lo, hi := literal(right.Left), literal(right.Right)
		if right.Operator == ".." && lo.Kind == inspect.IntDatum && hi.Kind == inspect.IntDatum {
			return &scan.InRange{Of: of, Lo: int64(lo.Bits), Hi: int64(hi.Bits)}, nil
		}
	case *ast.ArrayNode:
		in := &scan.In{Of: of}
		numbers := 0
		for _, e := range right.Nodes {
			d := literal(e)
			if d.Kind == inspect.NoDatum {
				return nil, notScanned("the list behind in has more than what is written out")
			}
			in.List = append(in.List, &scan.Constant{Datum: d, Written: d.Kind == inspect.FloatDatum})
			in.Weight += meter.ElementSize + len(d.Text)
			if d.Kind == inspect.IntDatum || d.Kind == inspect.FloatDatum {
				numbers++
			}
		}
		if len(in.List) > 0 {
			for _, k := range in.List {
				if numbers < len(in.List) && k.Datum.Kind != in.List[0].Datum.Kind {
					return nil, notScanned("the list behind in has values of several kinds")
				}
			}
			return in, nil
		}
	}
	return nil, notScanned("what follows in is no list that is written out")
}

// matchNode is x matches a pattern that is written out.
func (s *scanner) matchNode(n *ast.BinaryNode) (scan.Node, error) {
	p := s.patterns[n]
	if p == nil || !p.IsQuick() {
		return nil, notScanned("the pattern is large, or no constant")
	}
	of, err := s.node(n.Left)
	if err != nil {
		return nil, err
	}
	return &scan.MatchText{Of: of, Match: p.MatchShort, Size: p.Size()}, nil
}
