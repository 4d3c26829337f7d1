package library

import (
	"math"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

var _ = define(NumberFunctions, []Function{
	{Name: "min", Args: "xs, .field", Min: 1, Max: Unlimited, Predicate: 1, FoldMax: 2, Reads: Streams, Run: least, Fold: ofEach(least), Answers: AnElementAlone,
		Summary: "the least of numbers, durations, times or strings", Example: `min(cache.items, .hits)`},
	{Name: "max", Args: "xs, .field", Min: 1, Max: Unlimited, Predicate: 1, FoldMax: 2, Reads: Streams, Run: most, Fold: ofEach(most), Answers: AnElementAlone,
		Summary: "the greatest of them", Example: `max(nums)`},
	{Name: "mean", Args: "xs, .field", Min: 1, Max: Unlimited, Predicate: 1, FoldMax: 2, Reads: Streams, Run: mean, Fold: ofEach(mean),
		Summary: "the mean of numbers or durations", Example: `mean(cache.items, .ttl)`},
	{Name: "median", Args: "xs, .field", Min: 1, Max: Unlimited, Predicate: 1, FoldMax: 2, Reads: Streams, Run: median, Fold: ofEach(median),
		Summary: "the one in the middle", Example: `median(nums)`},
	{Name: "abs", Args: "n", Min: 1, Run: abs,
		Summary: "a number without its sign", Example: `abs(-2)`},
	{Name: "ceil", Args: "n", Min: 1, Run: rounding("ceil", math.Ceil),
		Summary: "the next integer up", Example: `ceil(1.2)`},
	{Name: "floor", Args: "n", Min: 1, Run: rounding("floor", math.Floor),
		Summary: "the next integer down", Example: `floor(1.8)`},
	{Name: "round", Args: "n", Min: 1, Run: rounding("round", math.Round),
		Summary: "the nearest integer", Example: `round(1.5)`},
	{Name: "int", Args: "x", Min: 1, Run: toInt,
		Summary: "an integer; of a duration its nanoseconds", Example: `int("42")`},
	{Name: "float", Args: "x", Min: 1, Run: toFloat,
		Summary: "a float, of a number or a text", Example: `float("1.5")`},
})

func abs(f *machine.Frame, args []value.Value) (value.Value, error) {
	if d, ok := args[0].(value.Duration); ok {
		if d < 0 {
			return d.Negate()
		}
		return d, nil
	}
	n, ok := value.NumberOf(args[0])
	if !ok {
		return nil, value.WrongArgument("abs", 1, "a number", args[0])
	}
	n.Neg, n.F = false, math.Abs(n.F)
	x, _ := value.OfNumber(n)
	return x, nil
}

// rounding is a function that rounds floats. Integers stay as they are: as floats they might
// change.
func rounding(name string, round func(float64) float64) func(f *machine.Frame, args []value.Value) (value.Value, error) {
	return func(f *machine.Frame, args []value.Value) (value.Value, error) {
		n, ok := value.NumberOf(args[0])
		switch {
		case !ok:
			return nil, value.WrongArgument(name, 1, "a number", args[0])
		case n.IsFloat:
			n.F = round(n.F)
			x, _ := value.OfNumber(n)
			return x, nil
		}
		return args[0], nil
	}
}

// toInt is int(x): the integer part of a number, the integer that a text spells, the nanoseconds of
// a duration.
func toInt(f *machine.Frame, args []value.Value) (value.Value, error) {
	switch x := args[0].(type) {
	case value.String:
		if i, ok := parseInt(strings.TrimSpace(string(x))); ok {
			return i, nil
		}
		return nil, fault.New("arguments", "int: %s is not an integer of 64 bits", value.KeyText(x))
	case value.Duration:
		return value.Int(x), nil
	}
	n, ok := value.NumberOf(args[0])
	if !ok {
		return nil, value.WrongArgument("int", 1, "a number or a string", args[0])
	}
	if n.IsFloat {
		if !(n.F >= -1<<63 && n.F < 1<<64) {
			return nil, fault.New("overflow", "int(%v) does not fit in 64 bits", n.F)
		}
		n = number.Number{Neg: n.F < 0, Mag: uint64(math.Abs(math.Trunc(n.F)))}
	}
	x, _ := value.OfNumber(n)
	return x, nil
}

// maxDigits bounds the text of a number, in bytes. Fewer write each float exactly.
const maxDigits = 4 << 10

// parseInt reads an integer of 64 bits, signed or not.
func parseInt(s string) (x value.Value, ok bool) {
	if len(s) > maxDigits {
		return nil, false
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return value.Int(i), true
	}
	u, err := strconv.ParseUint(s, 10, 64)
	return value.Uint(u), err == nil
}

func toFloat(f *machine.Frame, args []value.Value) (value.Value, error) {
	if s, ok := args[0].(value.String); ok {
		s := strings.TrimSpace(string(s))
		x, err := strconv.ParseFloat(s[:min(len(s), maxDigits)], 64)
		if err != nil || len(s) > maxDigits {
			return nil, fault.New("arguments", "float: %s is not a number", value.KeyText(value.String(s)))
		}
		return value.Written(x), nil
	}
	n, ok := value.NumberOf(args[0])
	if !ok {
		return nil, value.WrongArgument("float", 1, "a number or a string", args[0])
	}
	return value.Float(n.Float64()), nil
}

// ofEach is run over what the predicate answers for each element.
func ofEach(run func(*machine.Frame, []value.Value) (value.Value, error)) func(*machine.Frame, *machine.Loop) (value.Value, error) {
	return func(f *machine.Frame, l *machine.Loop) (value.Value, error) {
		args := []value.Value{nil}
		if l.Other != nil {
			x, err := l.Other(f)
			if err != nil {
				return nil, err
			}
			args = append(args, x)
		}
		xs, err := l.From(f)
		if err == nil && !value.IsList(xs) && !value.IsMap(xs) {
			err = value.NotCollection(xs)
		}
		if err != nil {
			return nil, err
		}
		args[0] = l.Mapped(f, xs, new(int))
		x, err := run(f, args)
		return x, l.Pred.Pos().Err(err)
	}
}

// scalars is what a function does with numbers and the like, given by themselves or in collections.
type scalars struct {
	// each takes one of them.
	each func(x value.Value) error
	// takes and lanes are as in machine.Body.
	takes func(l *machine.Lanes) bool
	lanes func(l *machine.Lanes) error
}

// eachScalar does so with the arguments that are no collection, and with the elements of those that
// are, at any depth of lists. name is the function that was called; sofar is as in machine.Loop.Fold.
func eachScalar(f *machine.Frame, name string, args []value.Value, sofar func() machine.Partial, do scalars) error {
	shown := func(x value.Value) error {
		if err := value.Refuse(x); err != nil {
			return err
		}
		return do.each(x)
	}
	for _, arg := range args {
		var err error
		if value.IsList(arg) || value.IsMap(arg) {
			fold := f.BeginFold(arg, sofar)
			err = eachOf(f, name, arg, do, func(x value.Value) error {
				err := shown(x)
				if err == nil {
					fold.Saw(1)
				}
				return err
			})
			f.EndFold(fold, err)
		} else {
			err = shown(arg)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachOf is eachLeaf, but for elements that do.lanes takes.
func eachOf(f *machine.Frame, name string, xs value.Value, do scalars, each func(x value.Value) error) error {
	l := machine.Loop{Function: name, Where: f.Called}
	body := machine.Body{
		Unlocked: true, Moments: true, Takes: do.takes,
		Each: func(s *machine.Scope) (bool, error) {
			return true, leavesOf(f, s.Elem, 1, each)
		},
		Lanes: func(lanes *machine.Lanes) (bool, error) { return true, do.lanes(lanes) },
	}
	if l.InBatches(f, xs, &body) {
		return l.OverBy(f, xs, body)
	}
	return eachLeaf(f, xs, func(x value.Value) error {
		l.Stepped(f)
		return each(x)
	})
}

func least(f *machine.Frame, args []value.Value) (value.Value, error) {
	return extreme(f, "min", args, -1)
}
func most(f *machine.Frame, args []value.Value) (value.Value, error) {
	return extreme(f, "max", args, 1)
}

// extreme returns the least or the greatest, by sign: Nil of nothing, NaN if one is NaN.
func extreme(f *machine.Frame, name string, args []value.Value, sign int) (value.Value, error) {
	var best value.Value
	told := map[int]string{-1: "the least of which is %s", 1: "the greatest of which is %s"}[sign]
	sofar := func() machine.Partial {
		return answered(f, name, told, func() (value.Value, error) { return best, nil })
	}
	each := func(x value.Value) error {
		if best == nil {
			best = x
			if err := value.Unfit(x); err != nil {
				return err
			}
			if _, err := value.Compare(&f.Thread, name, x, x); err != nil {
				e := fault.New("type", "%s has no order", x.Kind())
				if value.IsStruct(x) {
					return e.With("name a field of it, as in %s(xs, .size); sortBy(xs, .size) has the whole element", name)
				}
				return e.With("%s takes numbers, durations, times and strings", name)
			}
			return nil
		}
		o, err := value.Compare(&f.Thread, name, x, best)
		if n, _ := value.NumberOf(x); o == sign || o == value.Unordered && n.F != n.F {
			best = x
		}
		return err
	}
	err := eachScalar(f, name, args, sofar, scalars{
		each: each,
		takes: func(l *machine.Lanes) bool {
			_, numbers := value.NumberOf(best)
			switch l.Values.Kind {
			case inspect.IntDatum, inspect.UintDatum, inspect.FloatDatum, inspect.Float32Datum:
				return (best == nil || numbers) && !l.Values.Written
			case inspect.DurationDatum:
				_, is := best.(value.Duration)
				return best == nil || is
			case inspect.TimeDatum:
				_, ok := value.DatumAs(best, inspect.TimeDatum)
				return best == nil || ok
			case inspect.TextDatum:
				_, is := best.(value.String)
				return best == nil || is
			}
			return false
		},
		lanes: func(l *machine.Lanes) error {
			lane := scan.Extreme(l.Values, sign, l.In, l.Lo, l.Hi)
			if lane < 0 {
				return nil
			}
			if l.Values.Kind == inspect.TimeDatum {
				// An answer has its location.
				d, ok := value.DatumAs(best, inspect.TimeDatum)
				if above := scan.Beyond(l.Values, d, sign, l.In, lane, lane+1); !ok || above.Has(lane) {
					l.Leave(lane)
				}
				return nil
			}
			return each(l.Value(lane))
		},
	})
	if best == nil {
		best = value.Nil
	}
	return best, err
}

// mean is mean(xs): Nil of nothing.
func mean(f *machine.Frame, args []value.Value) (value.Value, error) {
	var t total
	n := 0
	sofar := func() (value.Value, error) {
		if n == 0 {
			return value.Nil, nil
		}
		return t.mean(n)
	}
	err := eachScalar(f, "mean", args, func() machine.Partial { return answered(f, "mean", "the mean of which is %s", sofar) }, scalars{
		each: func(x value.Value) error {
			if err := t.add(x); err != nil {
				return err
			}
			n++
			return nil
		},
		takes: func(l *machine.Lanes) bool { return t.takes(l.Values) },
		lanes: func(l *machine.Lanes) error {
			t.addLanes(l.Values, l)
			n += l.Len()
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return sofar()
}

// median is median(xs): Nil of nothing, NaN if one is NaN.
func median(f *machine.Frame, args []value.Value) (value.Value, error) {
	var nan value.Value
	xs := []value.Value{}
	var t total // returns an error if they are of several kinds
	each := func(x value.Value) error {
		if n, ok := value.NumberOf(x); ok && n.F != n.F {
			nan = x
		}
		if err := f.Keep(meter.ElementSize); err != nil {
			return err
		}
		xs = append(xs, x)
		return t.add(x)
	}
	err := eachScalar(f, "median", args, func() machine.Partial { return collected("median", len(xs)) }, scalars{
		each:  each,
		takes: func(l *machine.Lanes) bool { return t.takes(l.Values) },
		lanes: func(l *machine.Lanes) error {
			return l.Each(func(lane int) error { return each(l.Value(lane)) })
		},
	})
	switch {
	case err != nil:
		return nil, err
	case len(xs) == 0:
		return value.Nil, nil
	case nan != nil:
		return nan, nil
	}
	if xs, err = value.Sorted(&f.Thread, xs, xs, value.Ascending(&f.Thread)); err != nil {
		return nil, err
	}
	low, high := xs[(len(xs)-1)/2], xs[len(xs)/2]
	o, err := value.Compare(&f.Thread, "<", low, high)
	if err != nil {
		return nil, err
	}
	a, isNumber := value.NumberOf(low)
	b, _ := value.NumberOf(high)
	if o == 0 {
		if isNumber && !a.IsFloat && a.FitsFloat() {
			return value.Float(a.Float64()), nil
		}
		return low, nil
	}
	if a.IsFloat || b.IsFloat {
		// They are halved first: their sum may be beyond the largest float.
		a, b, single := number.Pair(a, b)
		x, _ := value.OfNumber(number.Number{IsFloat: true, IsSingle: single, F: a.Float64()/2 + b.Float64()/2})
		return x, nil
	}
	var middle total
	for _, x := range []value.Value{low, high} {
		if err := middle.add(x); err != nil {
			return nil, err
		}
	}
	return middle.mean(2)
}
