package eval

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/number"
)

// failure is a wanted error.
type failure string

// some is any answer that is no error.
var some = failure("")

// expectation is what a function makes of a subject: an answer, or a failure.
type expectation struct {
	call string // x is the subject
	want func(s subject) any
}

// collection is for functions that take lists and maps alone.
func collection(call string, want func(s subject, xs []any) any) expectation {
	return expectation{call, func(s subject) any {
		if s.elems == nil {
			return failure("type")
		}
		return want(s, s.elems)
	}}
}

// onText is for functions that take strings and bytes.
func onText(call string, want func(s string) any) expectation {
	return expectation{call, func(s subject) any {
		if s.text == nil {
			return failure("type")
		}
		return want(s.text.(string))
	}}
}

// onNumber is for functions that take one number.
func onNumber(call string, want func(n number.Number) any) expectation {
	return expectation{call, func(s subject) any {
		n, ok := number.Of(s.value)
		if !ok {
			return failure("type")
		}
		return want(n)
	}}
}

// onInt is for functions on the bits of an integer.
func onInt(call string, want func(n *big.Int) *big.Int) expectation {
	return onNumber(call, func(n number.Number) any {
		i := new(big.Int).SetUint64(n.Mag)
		if n.IsFloat {
			if n.F != math.Trunc(n.F) || math.IsInf(n.F, 0) {
				return failure("type")
			}
			big.NewFloat(n.F).Int(i)
		} else if n.Neg {
			i.Neg(i)
		}
		if !i.IsInt64() && !i.IsUint64() {
			return failure("type")
		}
		switch z := want(i); {
		case z.IsInt64():
			return int(z.Int64())
		case z.IsUint64():
			return z.Uint64()
		}
		return failure("overflow")
	})
}

// signOf is 1, or of a negative number all bits.
func signOf(n *big.Int) uint64 {
	if n.Sign() < 0 {
		return ^uint64(0)
	}
	return 1
}

// aggregate is for functions that take numbers, or collections of them. one is what it makes of a single duration, time,
// string or boolean.
func aggregate(call string, want func(ns []float64) any, one func(x any) any) expectation {
	return expectation{call, func(s subject) any {
		xs := s.elems
		if xs == nil {
			xs = []any{s.value}
			if s.value == nil {
				xs[0] = s.text
			}
		}
		var ns []float64
		if list, nested := firstOrNil(xs).([]any); nested {
			xs = list // lists in lists count too
		}
		for _, x := range xs {
			n, ok := number.Of(x)
			if !ok {
				return one(xs)
			}
			ns = append(ns, n.Float64())
		}
		return want(ns)
	}}
}

// exact is e for functions that answer one of their arguments as it is.
func (e expectation) exact() expectation {
	return expectation{e.call, func(s subject) any {
		if _, ok := number.Of(s.value); ok {
			return s.value
		}
		return e.want(s)
	}}
}

// alone is e for functions that answer a single integer as it is if no float holds it.
func (e expectation) alone() expectation {
	return expectation{e.call, func(s subject) any {
		if n, ok := number.Of(s.value); ok && !n.FitsFloat() {
			return s.value
		}
		return e.want(s)
	}}
}

func firstOrNil(xs []any) any {
	if len(xs) == 0 {
		return nil
	}
	return xs[0]
}

// part is what is left of a subject: its first element.
func part(s subject, xs []any) any {
	switch {
	case s.isMap():
		return map[any]any{s.key: xs[0]}
	case strings.HasPrefix(s.typ, "map"): // an empty one
		return map[any]any{}
	}
	return xs[:min(len(xs), 1)]
}

func upTo(n int) []any {
	xs := []any{}
	for i := range n {
		xs = append(xs, i)
	}
	return xs
}

func reversed(xs []any) []any { ys := slices.Clone(xs); slices.Reverse(ys); return ys }

// ordered sorts integers, or strings; it is nil for anything else.
func ordered(xs []any) []any {
	ys := slices.Clone(xs)
	ok := true
	slices.SortFunc(ys, func(a, b any) int {
		o, err := value.Compare(&aFrame().Thread, "<", value.Of(a), value.Of(b))
		ok = ok && err == nil
		return o
	})
	if !ok {
		return nil
	}
	return ys
}

var expectations = map[string]expectation{
	"all":    collection("all(x, #index < 1)", func(_ subject, xs []any) any { return len(xs) < 2 }),
	"any":    collection("any(x, #index < 1)", func(_ subject, xs []any) any { return len(xs) > 0 }),
	"none":   collection("none(x, #index < 1)", func(_ subject, xs []any) any { return len(xs) == 0 }),
	"one":    collection("one(x, #index < 1)", func(_ subject, xs []any) any { return len(xs) > 0 }),
	"filter": collection("filter(x, #index < 1)", func(s subject, xs []any) any { return part(s, xs) }),
	"map": collection("map(x, #index)", func(s subject, xs []any) any {
		if s.source == "groups" { // its keys are kept
			return map[any]any{s.key: 0}
		}
		return upTo(len(xs))
	}),
	"find":          collection("find(x, #index < 1)", func(_ subject, xs []any) any { return firstOrNil(xs) }),
	"findIndex":     collection("findIndex(x, #index < 1)", func(_ subject, xs []any) any { return firstOrNil(upTo(len(xs))) }),
	"findLast":      collection("findLast(x, true)", func(_ subject, xs []any) any { return firstOrNil(reversed(xs)) }),
	"findLastIndex": collection("findLastIndex(x, true)", func(_ subject, xs []any) any { return firstOrNil(reversed(upTo(len(xs)))) }),
	"count":         collection("count(x, #index < 1)", func(_ subject, xs []any) any { return min(len(xs), 1) }),
	"groupBy": collection("groupBy(x, 1)", func(_ subject, xs []any) any {
		if len(xs) == 0 {
			return map[any]any{}
		}
		return map[any]any{1: xs}
	}),
	"sortBy": collection("sortBy(x, -#index)", func(_ subject, xs []any) any { return reversed(xs) }),
	"reduce": collection("reduce(x, #index)", func(_ subject, xs []any) any {
		switch len(xs) {
		case 0:
			return failure("range")
		case 1:
			return xs[0]
		}
		return len(xs) - 1
	}),
	"sum": collection("sum(x)", func(_ subject, xs []any) any {
		total := 0
		for _, x := range xs {
			n, ok := x.(int)
			if !ok {
				return failure("type")
			}
			total += n
		}
		return total
	}),
	"len": {"len(x)", func(s subject) any {
		switch {
		case s.elems != nil:
			return len(s.elems)
		case s.text != nil:
			return len(s.text.(string))
		case s.size != nil:
			return s.size
		}
		return failure("type")
	}},
	"type":   {"type(x)", func(s subject) any { return s.typ }},
	"string": {"string(x)", func(s subject) any { return stringOf(s) }},
	"toJSON": {"toJSON(x) | fromJSON() | type() != \"\"", func(subject) any { return true }},
	"abs": {"abs(x)", func(s subject) any {
		if d, ok := s.value.(time.Duration); ok {
			return d.Abs()
		}
		return onNumber("", func(n number.Number) any { n.Neg, n.F = false, math.Abs(n.F); x, _ := n.Value(); return x }).want(s)
	}},
	"ceil":  onNumber("ceil(x)", rounded(math.Ceil)),
	"floor": onNumber("floor(x)", rounded(math.Floor)),
	"round": onNumber("round(x)", rounded(math.Round)),
	"int": {"int(x)", func(s subject) any {
		switch x := s.value.(type) {
		case time.Duration:
			return int(x)
		case float64:
			if x != x {
				return failure("overflow")
			}
			return int(x)
		}
		if _, isText := s.text.(string); isText && s.elems == nil {
			return failure("arguments")
		}
		return onNumber("", func(n number.Number) any { x, _ := n.Value(); return x }).want(s)
	}},
	"float": {"float(x)", func(s subject) any {
		if _, isText := s.text.(string); isText && s.elems == nil {
			return failure("arguments")
		}
		return onNumber("", func(n number.Number) any { return n.Float64() }).want(s)
	}},
	"max": aggregate("max(x)", func(ns []float64) any {
		if len(ns) == 0 {
			return nil
		}
		return slices.Max(ns)
	}, greatest(1)).exact(),
	"min": aggregate("min(x)", func(ns []float64) any {
		if len(ns) == 0 {
			return nil
		}
		return slices.Min(ns)
	}, greatest(-1)).exact(),
	"mean": aggregate("mean(x)", func(ns []float64) any {
		if len(ns) == 0 {
			return nil
		}
		total := 0.0
		for _, n := range ns {
			total += n
		}
		return total / float64(len(ns))
	}, durationAlone).alone(),
	"median": aggregate("median(x)", func(ns []float64) any {
		slices.Sort(ns)
		if len(ns) == 0 {
			return nil
		}
		return (ns[(len(ns)-1)/2] + ns[len(ns)/2]) / 2
	}, durationAlone).alone(),
	"trim":        onText("trim(x)", func(s string) any { return strings.TrimSpace(s) }),
	"trimPrefix":  onText(`trimPrefix(x, "h")`, func(s string) any { return strings.TrimPrefix(s, "h") }),
	"trimSuffix":  onText(`trimSuffix(x, "o")`, func(s string) any { return strings.TrimSuffix(s, "o") }),
	"upper":       onText("upper(x)", func(s string) any { return strings.ToUpper(s) }),
	"lower":       onText("lower(x)", func(s string) any { return strings.ToLower(s) }),
	"split":       onText(`split(x, "l")`, func(s string) any { return strings.Split(s, "l") }),
	"splitAfter":  onText(`splitAfter(x, "l")`, func(s string) any { return strings.SplitAfter(s, "l") }),
	"replace":     onText(`replace(x, "l", "L")`, func(s string) any { return strings.ReplaceAll(s, "l", "L") }),
	"repeat":      onText("repeat(x, 2)", func(s string) any { return s + s }),
	"indexOf":     onText(`indexOf(x, "l")`, func(s string) any { return strings.Index(s, "l") }),
	"lastIndexOf": onText(`lastIndexOf(x, "l")`, func(s string) any { return strings.LastIndex(s, "l") }),
	"hasPrefix":   onText(`hasPrefix(x, "h")`, func(s string) any { return strings.HasPrefix(s, "h") }),
	"hasSuffix":   onText(`hasSuffix(x, "h")`, func(s string) any { return strings.HasSuffix(s, "h") }),
	"toBase64":    onText("toBase64(x)", func(s string) any { return base64.StdEncoding.EncodeToString([]byte(s)) }),
	"fromBase64":  onText("fromBase64(x)", func(string) any { return failure("arguments") }),
	"fromJSON":    onText("fromJSON(x)", func(string) any { return failure("arguments") }),
	"duration":    onWord("duration(x)").orNumber(func(number.Number) any { return failure("arguments") }), // it has no unit
	"date": onWord("date(x)").orNumber(func(n number.Number) any {
		switch {
		case n.F != n.F:
			return failure("overflow")
		case n.IsFloat:
			return time.Unix(0, int64(n.F*1e9)).UTC()
		case n.Mag > 1e18:
			return time.Unix(int64(n.Mag/1e9), int64(n.Mag%1e9)).UTC()
		case n.Neg:
			return time.Unix(-int64(n.Mag), 0).UTC()
		}
		return time.Unix(int64(n.Mag), 0).UTC()
	}),
	"timezone": onWord("timezone(x)"),
	"now":      {"now(x)", func(subject) any { return failure("type") }},
	"join": collection(`join(x, "-")`, func(_ subject, xs []any) any {
		var parts []string
		for _, x := range xs {
			s, ok := x.(string)
			if !ok {
				return failure("type")
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, "-")
	}),
	"first": collection("first(x)", func(_ subject, xs []any) any { return firstOrNil(xs) }),
	"last":  collection("last(x)", func(_ subject, xs []any) any { return firstOrNil(reversed(xs)) }),
	"take":  collection("take(x, 1)", func(s subject, xs []any) any { return part(s, xs) }),
	"get": {"get(x, 0)", func(s subject) any {
		switch {
		case s.isMap() && s.key == "a" && s.typ != "sync.Map", s.typ == "map[string]int":
			return failure("type") // its keys are text
		case s.null:
			return nil
		case s.isMap():
			return nil
		case s.elems != nil:
			return firstOrNil(s.elems)
		case s.text != nil:
			return int(s.text.(string)[0])
		}
		return failure("type")
	}},
	"keys":    ofMaps("keys(x)", func(s subject) any { return []any{s.key} }),
	"values":  ofMaps("values(x)", func(s subject) any { return s.elems }),
	"toPairs": ofMaps("toPairs(x)", func(s subject) any { return []any{[]any{s.key, s.elems[0]}} }),
	"fromPairs": collection("fromPairs(x)", func(_ subject, xs []any) any {
		if len(xs) == 0 {
			return map[any]any{}
		}
		if list, ok := xs[0].([]any); ok && len(list) != 2 {
			return failure("arguments")
		}
		return failure("type")
	}),
	"reverse": collection("reverse(x)", func(_ subject, xs []any) any { return reversed(xs) }),
	"concat":  collection("concat(x, [1])", func(_ subject, xs []any) any { return append(slices.Clone(xs), 1) }),
	"uniq": collection("uniq(x)", func(_ subject, xs []any) any {
		ys := []any{}
		for _, x := range xs {
			if !slices.ContainsFunc(ys, func(y any) bool { return reflect.DeepEqual(x, y) }) {
				ys = append(ys, x)
			}
		}
		return ys
	}),
	"flatten": collection("flatten(x)", func(_ subject, xs []any) any {
		ys := []any{}
		for _, x := range xs {
			if list, ok := x.([]any); ok {
				ys = append(ys, list...)
			} else {
				ys = append(ys, x)
			}
		}
		return ys
	}),
	"sort": collection("sort(x)", func(_ subject, xs []any) any {
		if ys := ordered(xs); ys != nil {
			return ys
		}
		return failure("type")
	}),
	"bitand":  onInt("bitand(x, 6)", func(n *big.Int) *big.Int { return n.And(n, big.NewInt(6)) }),
	"bitor":   onInt("bitor(x, 6)", func(n *big.Int) *big.Int { return n.Or(n, big.NewInt(6)) }),
	"bitxor":  onInt("bitxor(x, 6)", func(n *big.Int) *big.Int { return n.Xor(n, big.NewInt(6)) }),
	"bitnand": onInt("bitnand(x, 6)", func(n *big.Int) *big.Int { return n.AndNot(n, big.NewInt(6)) }),
	"bitshl":  onInt("bitshl(x, 2)", func(n *big.Int) *big.Int { return n.Lsh(n, 2) }),
	"bitshr":  onInt("bitshr(x, 2)", func(n *big.Int) *big.Int { return n.Rsh(n, 2) }),
	"bitushr": onInt("bitushr(x, 2)", func(n *big.Int) *big.Int { return n.SetUint64(uint64(n.Uint64()*signOf(n)) >> 2) }),
	"bitnot":  onInt("bitnot(x)", func(n *big.Int) *big.Int { return n.Not(n) }),
}

func rounded(round func(float64) float64) func(n number.Number) any {
	return func(n number.Number) any {
		if n.IsFloat {
			return round(n.F)
		}
		x, _ := n.Value()
		return x
	}
}

// greatest is max, or min, of what is no number: text, times and durations alone have an order.
func greatest(sign int) func(xs any) any {
	return func(xs any) any {
		list := xs.([]any)
		for _, x := range list {
			switch x.(type) {
			case string, time.Time, time.Duration:
			default:
				return failure("type")
			}
		}
		ys := ordered(list)
		if sign < 0 {
			return ys[0]
		}
		return ys[len(ys)-1]
	}
}

// durationAlone is mean, or median, of what is no number.
func durationAlone(xs any) any {
	if d, ok := xs.([]any)[0].(time.Duration); ok {
		return d
	}
	return failure("type")
}

// orNumber is e for functions that take numbers too.
func (e expectation) orNumber(want func(n number.Number) any) expectation {
	return expectation{e.call, func(s subject) any {
		if n, ok := number.Of(s.value); ok {
			return want(n)
		}
		return e.want(s)
	}}
}

// onWord is for functions that read a string of a form that "hello" has not.
func onWord(call string) expectation {
	return expectation{call, func(s subject) any {
		if s.text == nil || s.elems != nil {
			return failure("type")
		}
		return failure("arguments")
	}}
}

func ofMaps(call string, want func(s subject) any) expectation {
	return expectation{call, func(s subject) any {
		switch {
		case s.isMap():
			return want(s)
		case s.elems != nil && strings.HasPrefix(s.typ, "map"): // an empty one
			return []any{}
		}
		return failure("type")
	}}
}

// stringOf is what string() makes of a scalar; of a composite it is some text.
func stringOf(s subject) any {
	switch {
	case s.text != nil:
		return s.text
	case s.value != nil:
		return fmt.Sprint(s.value)
	}
	return some
}
