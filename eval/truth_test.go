package eval

import (
	"math"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	point struct{ x, y int }
	inner struct {
		name   string
		n      int
		shadow string
	}
	outer struct {
		inner
		shadow int
		Hi     string
	}
	word string
)

func (inner) Hi() string   { return "a method" }
func (inner) Deep() string { return "promoted" }

// truth has what is easily told wrong.
type truth struct {
	byWord  map[word]int
	byInt8  map[int8]string
	byUint  map[uint64]string
	byFloat map[float64]string
	byBool  map[bool]string
	byPoint map[point]string
	byPair  map[[2]int]string
	byTime  map[time.Time]string
	byWait  map[time.Duration]string
	byPtr   map[*point]string
	byAny   map[any]string

	o             outer
	po, none      *outer
	t1, t2, clock time.Time
	nan, zero     float64
	a, b          point
	pa, pb, pc    *point
	ch1, ch2, ch3 chan int
	f1, f2        func()
	text, five    any
	points        []point
	ptrs          []*point
	u             uint64
	i             int64
	noMap, empty  map[string]int
	noAny, typed  any
	err           error
}

func TestTruth(t *testing.T) {
	p := &point{1, 2}
	ch := make(chan int)
	f := func() {}
	at := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	w := &truth{
		byWord: map[word]int{"up": 1}, byInt8: map[int8]string{-5: "m"}, byUint: map[uint64]string{math.MaxUint64: "max"}, byFloat: map[float64]string{1.5: "x", math.NaN(): "nan", 0: "zero"}, byBool: map[bool]string{true: "t"},
		byPoint: map[point]string{{1, 2}: "k"}, byPair: map[[2]int]string{{1, 2}: "a"}, byTime: map[time.Time]string{at: "t"}, byWait: map[time.Duration]string{time.Second: "d"}, byPtr: map[*point]string{p: "p"},
		byAny: map[any]string{1: "i", "s": "s", word("z"): "named", int64(7): "i64", point{1, 2}: "k", true: "b", nil: "nil", [1]int{4}: "arr", 2.5: "f", time.Second: "d", int8(9): "i8", uint16(9): "u16"},
		o:     outer{inner: inner{"n", 5, "inner"}, shadow: 9, Hi: "a field"}, po: &outer{inner: inner{n: 6}}, t1: at, t2: at.In(time.FixedZone("X", 3600)), clock: time.Now(), nan: math.NaN(), zero: math.Copysign(0, -1),
		a: point{1, 2}, b: point{1, 2}, pa: p, pb: p, pc: &point{1, 2}, ch1: ch, ch2: ch, ch3: make(chan int), f1: f, f2: f, text: word("x"), five: 5, points: []point{{1, 2}, {3, 4}}, ptrs: []*point{p}, u: math.MaxUint64, i: -1, empty: map[string]int{}, typed: (*point)(nil),
	}
	reg := registry.New()
	reg.Expose("w", w, registry.Methods("o.Deep", "o.Hi", "o.inner.Hi"))
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, c := range []struct {
		source string
		want   any // or the code of an error
	}{
		// Keys of every type.
		{`w.byWord["up"]`, 1}, {`w.byWord.up`, 1}, {`"up" in w.byWord`, true}, {`"UP" in w.byWord`, false}, {`w.byInt8[-5]`, "m"}, {`w.byInt8[-5.0]`, "m"}, {`w.byInt8[300]`, failure("type")}, {`3 in w.byInt8`, false}, {`w.byInt8[w.five]`, failure("no_key")},
		{`w.byUint[18446744073709551615]`, "max"}, {`w.byUint[w.u]`, "max"}, {`w.byUint[-1]`, failure("type")}, {`w.byFloat[1.5]`, "x"}, {`w.byFloat[0]`, "zero"}, {`w.byFloat[-0.0]`, "zero"}, {`w.byFloat[w.zero]`, "zero"}, {`w.nan in w.byFloat`, false}, {`find(w.byFloat, #key != #key)`, "nan"},
		{`w.byBool[true]`, "t"}, {`w.byBool[false]`, failure("no_key")}, {`w.byBool["true"]`, failure("type")}, {`w.byPoint[{x: 1, y: 2}]`, "k"}, {`w.byPoint[{x: 1}]`, failure("no_key")}, {`w.byPoint[{x: 1, z: 2}]`, failure("type")}, {`w.byPoint[w.a]`, "k"}, {`w.byPoint[w.points[0]]`, "k"}, {`{x: 1, y: 2} in w.byPoint`, true}, {`first(map(w.byPoint, #key.y))`, 2},
		{`w.byPair[[1, 2]]`, "a"}, {`[1, 3] in w.byPair`, false}, {`w.byPair[[1]]`, failure("type")}, {`w.byTime[date("2024-01-02T03:04:05Z")]`, "t"}, {`w.byTime[w.t1]`, "t"}, {`w.byWait[duration("1s")]`, "d"}, {`w.byWait[1000000000]`, failure("type")},
		{`w.byPtr["0xc000012345"]`, failure("type")}, {`w.byPtr[824634]`, failure("type")}, {`w.byPtr[w.pa]`, "p"}, {`w.pb in w.byPtr`, true}, {`w.pc in w.byPtr`, false}, {`find(w.byPtr, #key.x == 1)`, "p"},
		{`w.byAny[1]`, "i"}, {`w.byAny[1.0]`, "i"}, {`w.byAny["s"]`, "s"}, {`w.byAny["z"]`, "named"}, {`w.byAny[7]`, "i64"}, {`w.byAny[{x: 1, y: 2}]`, "k"}, {`w.byAny[w.a]`, "k"}, {`w.byAny[true]`, "b"}, {`w.byAny[nil]`, "nil"}, {`w.byAny[[4]]`, "arr"}, {`w.byAny[2.5]`, "f"}, {`w.byAny[duration("1s")]`, "d"}, {`w.byAny[1000000000]`, failure("no_key")}, {`w.byAny[9]`, failure("type")}, {`9 in w.byAny`, true}, {`"t" in w.byAny`, false},

		// Fields and methods of one name, embedded and shadowed.
		{`w.o.name`, "n"}, {`w.o.n`, 5}, {`w.po.n`, 6}, {`w.o.shadow`, 9}, {`w.o.inner.shadow`, "inner"}, {`w.o.Hi`, "a field"}, {`w.o.Hi()`, failure("not_allowed")}, {`w.o.inner.Hi()`, "a method"}, {`w.o.inner.Hi`, failure("no_field")}, {`w.o.Deep()`, "promoted"}, {`"shadow" in w.o`, true}, {`"name" in w.o`, true},

		// Nil in every form.
		{`w.none == nil`, true}, {`w.none?.n`, nil}, {`w.none.n`, failure("nil")}, {`w.noMap == nil`, true}, {`w.empty == nil`, false}, {`w.empty == {}`, true}, {`w.noMap == {}`, true}, {`w.noMap == w.empty`, true}, {`len(w.noMap)`, 0}, {`w.noAny == nil`, true}, {`w.typed == nil`, false}, {`w.err == nil`, true}, {`nil == nil`, true}, {`nil in [1, nil]`, true}, {`nil in [1]`, false}, {`w.noAny ?? 5`, 5}, {`(w.typed ?? 5) == w.typed`, true}, {`w.noMap ?? 5`, 5}, {`len(w.empty ?? [1])`, 0}, {`w.noMap["x"] ?? 1`, 1}, {`w.noMap["x"]`, failure("no_key")},

		// Times: zones do not matter, a monotonic clock does not either.
		{`w.t1 == w.t2`, true}, {`w.t1 < w.t2`, false}, {`w.t1.Hour() == w.t2.Hour()`, false}, {`w.t2.Hour()`, 4}, {`w.clock == w.clock`, true}, {`w.clock <= now()`, true}, {`w.clock - w.clock == duration("0s")`, true}, {`w.t1 == "2024-01-02"`, failure("type")}, {`w.t1 > date("2024-01-01")`, true}, {`w.t1.In(timezone("Europe/Zurich")) == w.t1`, true}, {`w.t1 in [w.t2]`, true}, {`len(uniq([w.t1, w.t2]))`, 1}, {`len(groupBy([w.t1, w.t2], #))`, 1},

		// Numbers.
		{`w.nan == w.nan`, false}, {`w.nan != w.nan`, true}, {`w.nan in [w.nan]`, false}, {`w.nan < 1 or w.nan >= 1`, false}, {`w.zero == 0`, true}, {`string(w.zero)`, "-0"}, {`1 / w.zero`, failure("divide")}, {`w.u > w.i`, true}, {`w.i < w.u`, true}, {`w.u == -1`, false}, {`w.i == 18446744073709551615`, false}, {`w.u > 1e19`, true}, {`w.u == 18446744073709551615.0`, false}, {`9007199254740993 in [9007199254740992.0]`, false}, {`1 in [1.0]`, true}, {`max([w.i, w.u, 1.5]) == w.u`, true}, {`min([w.i, w.u, 1.5])`, -1}, {`sort([w.u, 0.5, w.i])[0]`, -1},

		// Structs, pointers, channels, functions.
		{`w.a == w.b`, true}, {`w.a == {x: 1, y: 2}`, true}, {`{x: 1, y: 3} == w.a`, false}, {`w.a == {x: 1}`, failure("type")}, {`w.a == {x: 1, z: 2}`, failure("no_field")}, {`w.a < w.b`, failure("type")}, {`w.pa == w.pb`, true}, {`w.pa == w.pc`, true}, {`w.pa == w.a`, true}, {`w.pa < w.pb`, failure("type")}, {`w.a == w.o`, failure("type")}, {`w.ch1 == w.ch2`, true}, {`w.ch1 == w.ch3`, false}, {`w.f1 == w.f2`, true}, {`w.a in w.points`, true}, {`{x: 3, y: 4} in w.points`, true}, {`{x: 9, y: 4} in w.points`, false}, {`w.pc in w.ptrs`, true}, {`w.points == [{x: 1, y: 2}, {x: 3, y: 4}]`, true}, {`len(uniq([w.a, w.b, w.pc]))`, 1},

		// What lies in an interface may be of any kind.
		{`w.text == "x"`, true}, {`w.text == 5`, false}, {`w.five == 5`, true}, {`w.five != "a"`, true}, {`w.five > "a"`, failure("type")}, {`w.text in ["x"]`, true},
	} {
		got, err := answer(t, s, c.source)
		if f, fails := c.want.(failure); fails {
			if codeOfError(err) != string(f) {
				t.Errorf("%s = %v, %v, want the error %s", c.source, got, err, f)
			}
		} else if got != c.want || err != nil {
			t.Errorf("%s = %v, %v, want %v", c.source, got, err, c.want)
		}
	}
}
