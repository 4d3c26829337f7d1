package scan

import (
	"math"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// column is a node with values of its own.
type column struct {
	vector Vector
	asked  int
}

func (c *column) eval(*batch, *inspect.Mask) *Vector { c.asked++; return &c.vector }

func ints(all ...int64) *column {
	c := &column{vector: Vector{Kind: inspect.IntDatum}}
	for _, i := range all {
		c.vector.Bits = append(c.vector.Bits, uint64(i))
	}
	return c
}

func floats(all ...float64) *column {
	c := &column{vector: Vector{Kind: inspect.FloatDatum}}
	for _, f := range all {
		c.vector.Bits = append(c.vector.Bits, math.Float64bits(f))
	}
	return c
}

// lanesOf returns the values of a node as int64s or float64s, and the lanes that are bad.
func lanesOf(n Node, lanes int) (of []any, bad uint64) {
	in := inspect.FirstLanes(lanes)
	v := n.eval(&batch{n: lanes}, &in)
	for i := range lanes {
		switch {
		case v.Bad.Has(i):
			of = append(of, nil)
		case isFloat(v.Kind):
			of = append(of, math.Float64frombits(v.Bits[i]))
		default:
			of = append(of, int64(v.Bits[i]))
		}
	}
	return of, v.Bad[0]
}

// TestMath: what does not fit is bad, and nothing else.
func TestMath(t *testing.T) {
	for _, tc := range []struct {
		name string
		node Node
		bad  uint64
		last any
	}{
		{"abs of the least integer", &Math{Op: Abs, Of: ints(math.MinInt64, -3)}, 0b01, int64(3)},
		{"the least integer negated", &Math{Op: Negate, Of: ints(math.MinInt64, 3)}, 0b01, int64(-3)},
		{"an unsigned integer negated", &Math{Op: Negate, Of: &column{vector: Vector{Kind: inspect.UintDatum, Bits: []uint64{1}}}}, 0b1, nil},
		{"a float negated", &Math{Op: Negate, Of: floats(-1, 2.5)}, 0, -2.5},
		{"int of what is beyond", &Math{Op: ToInt, Of: floats(math.NaN(), math.Inf(1), 1<<63, -1<<63, -2.9)}, 0b00111, int64(-2)},
		{"float of a large integer", &Math{Op: ToFloat, Of: ints(math.MaxInt64)}, 0, float64(1 << 63)},
		{"round", &Math{Op: Round, Of: floats(math.NaN(), -2.5)}, 0, -3.0},
		{"a quotient by zero", &Arith{Op: Divide, Left: ints(1, 1<<60, 9), Right: ints(0, 3, 2)}, 0b011, 4.5},
		{"durations by zero", &Arith{Op: Divide, Left: &column{vector: Vector{Kind: inspect.DurationDatum, Bits: []uint64{5, 0, 7}}}, Right: floats(0, 0, 2)}, 0b011, int64(3)},
		{"durations that overflow", &Arith{Op: Multiply, Left: floats(1e300, math.NaN(), 1.5), Right: &column{vector: Vector{Kind: inspect.DurationDatum, Bits: []uint64{1, 1, 3}}}}, 0b011, int64(4)},
		{"floats that overflow", &Arith{Op: Multiply, Left: floats(1e300, 2), Right: floats(1e300, 3)}, 0b01, 6.0},
	} {
		lanes := 0
		switch n := tc.node.(type) {
		case *Math:
			lanes = len(n.Of.(*column).vector.Bits)
		case *Arith:
			lanes = len(n.Left.(*column).vector.Bits)
		}
		if got, bad := lanesOf(tc.node, lanes); bad != tc.bad || got[lanes-1] != tc.last {
			t.Errorf("%s: %v, %b are bad, want %b and %v", tc.name, got, bad, tc.bad, tc.last)
		}
	}
}

// TestChoose: lanes of both sides have values of one kind, or are bad.
func TestChoose(t *testing.T) {
	small := &Compare{Op: Less, Left: ints(1, 9, 2, 8), Right: &Constant{Datum: inspect.Datum{Kind: inspect.IntDatum, Bits: 5}}}
	if got, bad := lanesOf(&Choose{If: small, Then: ints(10, 20, 30, 40), Else: ints(-1, -2, -3, -4)}, 4); bad != 0 || got[0] != int64(10) || got[1] != int64(-2) || got[3] != int64(-4) {
		t.Error(got, bad)
	}
	if got, bad := lanesOf(&Choose{If: small, Then: ints(10, 20, 30, 40), Else: floats(1, 2, 3, 4)}, 4); bad != 0b1111 {
		t.Error(got, bad)
	}
}

// TestLetAsksOnce: a value with a name is asked for once, whoever uses it.
func TestLetAsksOnce(t *testing.T) {
	let := &Let{Value: ints(1, 2, 3)}
	let.In = &Arith{Op: Add, Left: &Named{Let: let}, Right: &Named{Let: let}}
	if got, bad := lanesOf(let, 3); bad != 0 || got[2] != int64(6) || let.Value.(*column).asked != 1 {
		t.Error(got, bad, let.Value.(*column).asked)
	}
}

// TestMapped: letters change their case as in package strings.
func TestMapped(t *testing.T) {
	n := new(Convert)
	for _, s := range []string{"", "aZ[`{@", "Straße İ ǅ", "\xff\xc3x", strings.Repeat("xY", 400)} {
		if got := n.mapped([]byte(s), 'A', 'Z', strings.ToLower); string(got) != strings.ToLower(s) {
			t.Errorf("%q in lower case is %q", s, got)
		}
		if got := n.mapped([]byte(s), 'a', 'z', strings.ToUpper); string(got) != strings.ToUpper(s) {
			t.Errorf("%q in upper case is %q", s, got)
		}
	}
	trim := &Convert{Op: Trim}
	for _, s := range []string{"", " \t", " x ", "\u2003x y\u0085", "\xff "} {
		if got := trim.convert([]byte(s)); string(got) != strings.TrimSpace(s) {
			t.Errorf("%q trimmed is %q", s, got)
		}
	}
}
