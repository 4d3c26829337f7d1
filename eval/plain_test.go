package eval

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/registry"
)

// aFrame is a frame of an evaluation that nothing is exposed to.
func aFrame() *evaluation {
	return NewSession(registry.New(), Limits{}).begin(context.Background(), Limits{}.Filled())
}

// answer evaluates source in s and returns the answer before it is made into a picture, as Go's own: live lists and ranges
// as []any, maps of any keys as map[any]any.
func answer(t testing.TB, s *Session, source string) (any, error) {
	t.Helper()
	return answerWith(t, s, source, s.limits)
}

func answerWith(t testing.TB, s *Session, source string, limits Limits) (any, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limits.Time)
	defer cancel()
	f := s.begin(ctx, limits)
	x, err := f.answer(source)
	if err == nil && value.IsList(x) {
		if _, bytes := x.(value.Bytes); !bytes {
			err = f.guard(func() (err error) {
				x, err = value.ToList(&f.Thread, x)
				return err
			})
		}
	}
	if err != nil {
		return nil, newError(err, source)
	}
	return goValue(x), nil
}

// answer is the answer, before it is made into a picture.
func (f *evaluation) answer(source string) (x value.Value, err error) {
	err = f.guard(func() error {
		st, err := syntax.Parse(source, library.Known, syntax.Limits{Line: f.limits.Line, Nesting: f.limits.Nesting})
		if err != nil {
			return err
		}
		x, err = f.run(&parsedLine{Statement: st})
		return err
	})
	return x, err
}

// guard is do with panics as errors.
func (f *evaluation) guard(do func() error) (err error) {
	defer f.rescue(&err)
	return do()
}

// goValue is x as Go's own, as far as it is plain.
func goValue(x value.Value) any {
	switch x := x.(type) {
	case value.Scalar:
		return x.Go()
	case value.Bytes:
		return []byte(x)
	case value.Live:
		return x.View
	case value.Redacted:
		return x.Redacted
	case value.List:
		list := make([]any, len(x))
		for i := range x {
			list[i] = goValue(x[i])
		}
		return list
	case value.Map:
		m := map[string]any{}
		for name, elem := range x {
			m[name] = goValue(elem)
		}
		return m
	case *value.Dict:
		m := map[any]any{}
		for i := range x.Count() {
			k, elem := x.At(i)
			key, simple, _ := value.KeyOf(&aFrame().Thread, k)
			if !simple {
				return x
			}
			if k, ok := key.(value.Scalar); ok {
				key = k.Go()
			}
			m[key] = goValue(elem)
		}
		return m
	}
	return x
}

// codeOfError is the code of an error, "" for none.
func codeOfError(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fault.Code(err) // of what has not reached the end of Run
}

type xs = []any
type dict = map[string]any

// TestPlain is the language on plain data: a row for each thing that it has.
func TestPlain(t *testing.T) {
	s := NewSession(registry.New(), Limits{})
	for _, c := range []struct {
		source string
		want   any
	}{
		{`1`, 1}, {`0x2A`, 42}, {`0b11`, 3}, {`0o17`, 15}, {`1_000`, 1000}, {`.5`, .5}, {`1e3`, 1e3},
		{`"a\tb"`, "a\tb"}, {`'a'`, "a"}, {"`a\\n`", `a\n`}, {`b"ab"`, []byte("ab")}, {`nil`, nil}, {`true`, true},
		{`[1, "a", [nil]]`, xs{1, "a", xs{nil}}}, {`{a: 1, "b": 2, ("c" + "d"): 3}`, dict{"a": 1, "b": 2, "cd": 3}}, {`{a: 1, b: 2, a: 3}`, dict{"a": 1, "b": 2}},
		{`1 + 2 * 3 - 4 / 2`, 5.0}, {`7 % 3`, 1}, {`-7 % 3`, -1}, {`2 ** 10`, 1024}, {`2 ^ -1`, .5}, {`2 ** 3 ** 2`, 512}, {`-(3)`, -3}, {`+3`, 3},
		{`1 == 1.0`, true}, {`1 != 2`, true}, {`1 < 2 < 3`, true}, {`1 < 3 < 2`, false}, {`1 < 2 <= 2 < 3`, true}, {`3 > 2 >= 2`, true},
		{`"a" < "b"`, true}, {`"a" + "b"`, "ab"}, {`not true`, false}, {`!false && true`, true}, {`false or true`, true},
		{`false && 1 / 0 > 0`, false}, {`true || 1 / 0 > 0`, true},
		{`true ? 1 : 2`, 1}, {`false ?: true`, true}, {`if 1 > 2 { "a" } else if 2 > 3 { "b" } else { "c" }`, "c"},
		{`nil ?? 3`, 3}, {`2 ?? 3`, 2}, {`{a: 1}.b ?? 3`, 3}, {`{a: {}}.a.b ?? 3`, 3}, {`{a: 1}?.b`, nil}, {`(nil)?.a.b.c`, nil}, {`[1][5] ?? "x"`, "x"}, {`(nil)?.["a"]`, nil},
		{`"ab" contains "b"`, true}, {`"ab" not contains "b"`, false}, {`"ab" startsWith "a"`, true}, {`"ab" endsWith "b"`, true}, {`"ab" matches "^a.$"`, true}, {`"ab" matches ("^" + "b")`, false}, {`nil contains "a"`, false}, {`b"ab" contains "b"`, true},
		{`1 in [1, 2]`, true}, {`3 not in [1, 2]`, true}, {`"a" in {a: 1}`, true}, {`"x" in [1, "x"]`, true}, {`1 in nil`, false}, {`2 in 1..3`, true}, {`1 in []`, false},
		{`1..3`, xs{1, 2, 3}}, {`3..1`, xs{}}, {`(1..10)[2:4]`, xs{3, 4}}, {`(1..10)[-1]`, 10},
		{`[1,2,3,4,5][1:4]`, xs{2, 3, 4}}, {`[1,2,3][1:-1]`, xs{2}}, {`[1,2,3][:2]`, xs{1, 2}}, {`[1,2,3][2:]`, xs{3}}, {`"hello"[1:3]`, "el"}, {`[1,2,3][-1]`, 3}, {`[1,2][5:9]`, xs{}},
		{`[1,2,3] == [1,2,3.0]`, true}, {`{a: [1]} == {a: [1]}`, true}, {`{a: 1} == {b: 1}`, false}, {`1..3 == [1,2,3]`, true}, {`[1] != [2]`, true}, {`nil == nil`, true}, {`1 == nil`, false}, {`[nil] == [1]`, false},
		{`let x = 2; let y = x * 2; x + y`, 6}, {`1; 2; 3`, 3}, {`"a b" | upper() | split(" ")`, xs{"A", "B"}},
		{`all([1,2], # > 0)`, true}, {`any([1,2], # > 1)`, true}, {`none([1,2], # > 2)`, true}, {`one([1,2], # > 1)`, true}, {`one([2,2], # > 1)`, false}, {`all([], false)`, true},
		{`filter(0..9, # % 2 == 0)`, xs{0, 2, 4, 6, 8}}, {`map(1..3, {# * 2})`, xs{2, 4, 6}}, {`map([{a: 1}], .a)`, xs{1}}, {`map(1..3, #index)`, xs{0, 1, 2}},
		{`find(1..9, # > 3)`, 4}, {`findIndex(1..9, # > 3)`, 3}, {`findLast(1..9, # < 3)`, 2}, {`findLastIndex(1..9, # < 3)`, 1}, {`find([1], # > 3)`, nil}, {`findIndex([1], # > 3)`, nil}, {`findLastIndex([1], # > 3)`, nil},
		{`findLast(filter(1..9, # < 7), # % 2 == 0)`, 6}, {`findLastIndex({a: 1, b: 2, c: 1}, # == 1)`, 2},
		{`count([true, false, true])`, 2}, {`count(1..9, # > 3)`, 6}, {`sum(1..4)`, 10}, {`sum([{a: 1}, {a: 2.5}], .a)`, 3.5}, {`sum([])`, 0},
		{`groupBy(1..4, # % 2)`, map[any]any{0: xs{2, 4}, 1: xs{1, 3}}}, {`groupBy([1, 1.0, 2], #)`, map[any]any{1: xs{1, 1.0}, 2: xs{2}}},
		{`sortBy([{a: 2}, {a: 1}], .a)`, xs{dict{"a": 1}, dict{"a": 2}}}, {`sortBy(1..3, -#)`, xs{3, 2, 1}}, {`sortBy(1..3, #, "desc")`, xs{3, 2, 1}}, {`sortBy(["b1", "a1", "a0"], #[0:1])`, xs{"a1", "a0", "b1"}},
		{`reduce(1..9, #acc + #)`, 45}, {`reduce(1..3, #acc + #, 10)`, 16}, {`reduce(1..3, #acc + [#index], "")`, nil}, {`reduce([5], #acc + #)`, 5},
		{`len([1,2])`, 2}, {`len("héé")`, 5}, {`len(split("héé", ""))`, 3}, {`len({a: 1})`, 1}, {`len(filter(1..9, # > 3))`, 6}, {`len(1..2000000000)`, 2000000000},
		{`take(1..9, 2)`, xs{1, 2}}, {`take([1], 5)`, xs{1}}, {`take(filter(1..1000000000000, # > 5), 2)`, xs{6, 7}}, {`first([1,2])`, 1}, {`last([1,2])`, 2}, {`first([])`, nil}, {`last([])`, nil}, {`last(filter(1..5, # < 4))`, 3},
		{`get([1,2], 1)`, 2}, {`get([1], 5)`, nil}, {`get({a: 1}, "a")`, 1}, {`get({a: 1}, "b")`, nil}, {`get(nil, 1)`, nil},
		{`keys({b: 1, a: 2})`, xs{"a", "b"}}, {`values({b: 1, a: 2})`, xs{2, 1}}, {`toPairs({a: 1})`, xs{xs{"a", 1}}}, {`fromPairs([["a", 1]])`, map[any]any{"a": 1}}, {`fromPairs([["a", 1]]).a`, 1}, {`fromPairs([[1, 2]])[1.0]`, 2},
		{`reverse([3,1,4])`, xs{4, 1, 3}}, {`uniq([1,2,1,[1],[1], 1.0])`, xs{1, 2, xs{1}}}, {`concat([1],[2],3..4)`, xs{1, 2, 3, 4}}, {`flatten([1,[2,[3]]])`, xs{1, 2, 3}}, {`sort([3,1,2])`, xs{1, 2, 3}}, {`sort(["b","a"], "desc")`, xs{"b", "a"}}, {`sort([])`, xs{}},
		{`join(["a","b"], "-")`, "a-b"}, {`join([])`, ""}, {`join(map(1..3, string(#)), ",")`, "1,2,3"},
		{`min(3,1,2)`, 1}, {`max([1,5,2])`, 5}, {`max([1,[9,[11]]], 10)`, 11}, {`min([])`, nil}, {`mean(1..4)`, 2.5}, {`mean([])`, nil}, {`median([1,3,2])`, 2.0}, {`median(1..4)`, 2.5}, {`median([])`, nil}, {`max(map(filter(1..5, # < 4), # * 2))`, 6}, {`max("a", "b")`, "b"},
		{`abs(-5)`, 5}, {`abs(-5.5)`, 5.5}, {`ceil(1.2)`, 2.0}, {`floor(1.8)`, 1.0}, {`round(1.5)`, 2.0}, {`round(3)`, 3}, {`int("12")`, 12}, {`int(1.9)`, 1}, {`int(-1.9)`, -1}, {`float("1.5")`, 1.5}, {`float(2)`, 2.0}, {`string(1.5)`, "1.5"}, {`string(true)`, "true"},
		{`trim(" a ")`, "a"}, {`trim("__a_", "_")`, "a"}, {`trimPrefix("ab", "a")`, "b"}, {`trimSuffix("ab", "b")`, "a"}, {`upper("é")`, "É"}, {`lower("A")`, "a"}, {`split("a,b,c", ",", 2)`, xs{"a", "b,c"}}, {`split("abc", "")`, xs{"a", "b", "c"}}, {`split("", ",")`, xs{""}}, {`splitAfter("a,b", ",")`, xs{"a,", "b"}}, {`replace("aXbX", "X", "-")`, "a-b-"}, {`replace("aXbX", "X", "-", 1)`, "a-bX"}, {`repeat("ab", 3)`, "ababab"}, {`indexOf("apple", "p")`, 1}, {`lastIndexOf("apple", "p")`, 2}, {`hasPrefix("ab", "a")`, true}, {`hasSuffix("ab", "a")`, false},
		{`toJSON({b: [1, nil], a: "x"})`, "{\n  \"a\": \"x\",\n  \"b\": [\n    1,\n    null\n  ]\n}"}, {`toJSON([])`, "[]"}, {`fromJSON('{"a": [1, 2.5, 18446744073709551615]}')`, dict{"a": xs{1, 2.5, uint64(math.MaxUint64)}}}, {`toBase64("Hello World")`, "SGVsbG8gV29ybGQ="}, {`fromBase64("SGVsbG8gV29ybGQ=")`, "Hello World"},
		{`duration("1h").Minutes()`, 60.0}, {`duration("1h") + duration("1s")`, time.Hour + time.Second}, {`2 * duration("1s")`, 2 * time.Second}, {`duration("3s") / 2`, 1500 * time.Millisecond}, {`duration("3s") / duration("2s")`, 1.5}, {`duration("2s") > duration("1s")`, true}, {`-duration("1s")`, -time.Second}, {`sum([duration("1s"), duration("2s")])`, 3 * time.Second}, {`abs(-duration("1s"))`, time.Second},
		{`date("2023-08-14").Year()`, 2023}, {`date("2023-08-14").Month()`, 8}, {`date("2023-08-14") - date("2023-08-13")`, 24 * time.Hour}, {`date("2023-08-14") + duration("1h") > date("2023-08-14")`, true}, {`date("2023-08-14 00:00:00").In(timezone("Europe/Zurich")).Hour()`, 2}, {`date("2023-08-14T00:00:00Z") == date("2023-08-14T02:00:00+02:00")`, true}, {`now() - now() <= duration("0s")`, true}, {`now().Weekday() in 0..6`, true},
		{`bitand(12, 10)`, 8}, {`bitor(12, 10)`, 14}, {`bitxor(12, 10)`, 6}, {`bitnand(12, 10)`, 4}, {`bitnot(10)`, -11}, {`bitshl(45, 2)`, 180}, {`bitshr(45, 2)`, 11}, {`bitushr(-5, 2) == 4611686018427387902`, true},
		{`type(1)`, "int"}, {`type(nil)`, "nil"}, {`type("")`, "string"}, {`type(1.5)`, "float64"}, {`type([])`, "[]any"}, {`type({})`, "map[string]any"}, {`type(now())`, "time.Time"}, {`type(1..2)`, "[]int"}, {`type(9223372036854775807 + 1)`, "uint64"},
		{`kind(1)`, "int"}, {`kind(nil)`, "nil"}, {`kind("")`, "string"}, {`kind(1.5)`, "float"}, {`kind([])`, "array"}, {`kind({})`, "map"}, {`kind(now())`, "time"}, {`kind(duration("1s"))`, "duration"}, {`kind(timezone("UTC"))`, "timezone"}, {`kind(1..2)`, "array"}, {`kind(9223372036854775807 + 1)`, "int"}, {`kind(b"x")`, "array"}, {`kind(true)`, "bool"}, {`kind(freq([1]))`, "array"}, {`kind(freq([1])[0])`, "struct"}, {`type(freq([1])[0])`, "struct"}, {`type(groupBy([1], #))`, "map[any]any"},
		{`filter({a: 1, b: 2}, # > 1)`, map[any]any{"b": 2}}, {`filter({a: 1, b: 2}, # > 1)["b"]`, 2}, {`keys(filter({a: 1, b: 2}, # > 0))`, xs{"a", "b"}}, {`let m = filter({a: 1, b: 2}, # > 0); map(m, #key)`, xs{"a", "b"}}, {`filter(filter({a: 1, b: 2}, # > 0), #key == "a")`, map[any]any{"a": 1}}, {`take(filter({a: 1, b: 2}, # > 0), 1)`, map[any]any{"a": 1}}, {`len(filter({a: 1}, false))`, 0}, {`map(filter({a: 1, b: 2}, # > 1), #)`, xs{2}}, {`map({a: 1, b: 2}, #key)`, xs{"a", "b"}}, {`map([5, 6], #key)`, xs{0, 1}}, {`count({a: 1, b: 2}, #key == "a" && # == 1)`, 1}, {`map({a: 1, b: 2}, #key + string(#index))`, xs{"a0", "b1"}}, {`sortBy({a: 2, b: 1}, #)`, xs{1, 2}}, {`take({a: 1, b: 2}, 1)`, map[any]any{"a": 1}}, {`{a: 1, b: 2}[1:]`, map[any]any{"b": 2}}, {`groupBy([float("NaN"), 1, float("NaN")], # == 1 ? 0 : #) | len()`, 2}, {`groupBy([[1], [2], [1.0]], #) | values() | map(len(#))`, xs{2, 1}}, {`groupBy([[1], [2], [1]], #)[[1]]`, xs{xs{1}, xs{1}}}, {`reduce({a: 1, b: 2}, #acc + #, 0)`, 3}, {`sum(values({a: 1, b: 2}))`, 3}, {`count(keys({a: 1, b: 2}), # == "a")`, 1},
		{`filter(map(1..5, # * 2), # > 4)`, xs{6, 8, 10}}, {`map(filter(1..5, # > 2), #index)`, xs{0, 1, 2}}, {`let xs = [[1, 2], [3]]; map(xs, let row = #; map(row, # + len(row)))`, xs{xs{3, 4}, xs{4}}},
		{`filter([[1], [2, 3]], any(#, # > 2))`, xs{xs{2, 3}}}, {`count(1..3, {let y = #; any(1..3, # == y + 1)})`, 2},
		{`1 /* c */ + 2 // d`, 3}, {`"foo" in $env`, false}, {`::len([1])`, 1},
	} {
		got, err := answer(t, s, c.source)
		if c.want == nil && err != nil && c.source != `reduce(1..3, #acc + [#index], "")` || c.want != nil && err != nil {
			t.Errorf("%s: %v", c.source, err)
			continue
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s = %#v, want %#v", c.source, got, c.want)
		}
	}
}
