package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(CollectionFunctions, []Function{
	{Name: "len", Args: "x", Min: 1, Reads: Streams, Run: length, TooMany: "count(xs, .size > 5) counts those that meet a condition",
		Summary: "how many elements, entries or bytes x has", Example: `len(cache.items)`},
	{Name: "get", Args: "x, key", Min: 2, Run: get,
		Summary: "x[key], and nil where there is none", Example: `get(cache.items, "zz")`},
	{Name: "keys", Args: "m", Min: 1, Reads: Streams, Run: keys, Pipe: pipeOfKeys,
		Summary: "the keys of a map", Example: `keys(cache.items)`},
	{Name: "values", Args: "m", Min: 1, Reads: Streams, Run: values, Pipe: pipeOfValues, Answers: ItsElements,
		Summary: "the values of a map", Example: `values(cache.items)`},
	{Name: "take", Args: "xs, n", Min: 2, Reads: Streams, Heads: true, Run: take, Answers: ItsElements,
		Summary: "the first n elements", Example: `take(cache.items, 10)`},
	{Name: "first", Args: "xs, condition", Min: 1, Predicate: 1, FoldMax: 2, Reads: Streams, Heads: true, Run: first, Fold: find, Answers: AnElement, TooMany: "take(xs, 3) has the first three",
		Summary: "the first element (that meets the condition), or nil", Example: `first(nums)`},
	{Name: "last", Args: "xs, condition", Min: 1, Predicate: 1, FoldMax: 2, Reads: Streams, Heads: true, Run: last, Fold: findLast, Answers: AnElement, TooMany: "xs[-3:] has the last three of a list",
		Summary: "the last element (that meets the condition), or nil", Example: `last(nums)`},
	{Name: "sort", Args: `xs, .field, "desc"`, Min: 1, Max: 2, Predicate: 1, FoldMax: 3, Reads: Streams, Run: sorted, Fold: sortBy, Few: fewOfSortBy, Answers: ItsElements,
		Summary: "the elements in order, or in the order of .field", Example: `sort(nums)`},
	{Name: "reverse", Args: "xs", Min: 1, Reads: Streams, Run: reverse, Answers: ItsElements,
		Summary: "the elements from the last to the first", Example: `reverse(nums)`},
	{Name: "uniq", Args: "xs, .field", Min: 1, Predicate: 1, FoldMax: 2, Reads: Streams, Run: uniq, Fold: uniqBy, Answers: ItsElements,
		Summary: "each element once, or the first element of each .field", Example: `uniq([1, 2, 1])`},
	{Name: "concat", Args: "xs, ys, …", Min: 1, Max: Unlimited, Reads: Streams, Run: concat, Answers: ItsElements,
		Summary: "the elements of several collections", Example: `concat(nums, [7])`},
	{Name: "flatten", Args: "xs, .field", Min: 1, Predicate: 1, FoldMax: 2, Reads: Streams, Run: flatten, Fold: ofEach(flatten),
		Summary: "the elements of the lists in a list", Example: `flatten([[1], [2, 3]])`},
	{Name: "join", Args: `xs, .field, ", "`, Min: 1, Max: 2, Predicate: 1, FoldMax: 3, Reads: Streams, Run: join, Fold: ofEach(join),
		Summary: "strings, with something between them", Example: `join(["a", "b"], ", ")`},
	{Name: "toPairs", Args: "m", Min: 1, Reads: Streams, Run: toPairs,
		Summary: "the entries of a map as [key, value]", Example: `toPairs({a: 1})`},
	{Name: "fromPairs", Args: "pairs", Min: 1, Reads: Streams, Run: fromPairs,
		Summary: "a map of [key, value]s", Example: `fromPairs([["a", 1]])`},
})

func length(f *machine.Frame, args []value.Value) (value.Value, error) {
	x := args[0]
	if err := value.Refuse(x); err != nil {
		return nil, err
	}
	n, ok, err := value.TextLen(x)
	if !ok {
		n, err = machine.Len(f, x)
	}
	return value.Int(n), err
}

// get is get(x, key): x[key], or Nil if there is none. A field that a struct does not have stays an
// error.
func get(f *machine.Frame, args []value.Value) (value.Value, error) {
	x, key := args[0], args[1]
	if value.IsNothing(x) {
		return value.Nil, value.Refuse(key)
	}
	y, err := value.Index(&f.Thread, x, key)
	if err != nil {
		return value.Forgive(fault.From(err), x, true, false)
	}
	return value.Load(y)
}

func take(f *machine.Frame, args []value.Value) (value.Value, error) {
	n, err := value.ToInt("take", args[1])
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, fault.New("range", "take(xs, %d) is not possible", n).With("xs[%d:] is the end of a list", n)
	}
	xs, err := Head(args[0], n)
	if err != nil {
		return nil, err
	}
	if !value.Streamed(xs) {
		if err := value.Refuse(xs); err != nil {
			return nil, err
		}
		if !value.IsList(xs) && !value.IsMap(xs) {
			return nil, value.NotCollection(xs)
		}
		return value.Slice(&f.Thread, xs, 0, n)
	}
	if value.IsMap(xs) {
		return value.Part(&f.Thread, xs, 0, n)
	}
	part := value.List{}
	if n == 0 {
		return part, nil
	}
	err = value.Each(&f.Thread, xs, false, func(_ int, _, elem value.Value) (bool, error) {
		x, err := value.HoldElement(&f.Thread, elem)
		part = append(part, x)
		return len(part) < n, err
	})
	return part, err
}

func first(f *machine.Frame, args []value.Value) (value.Value, error) {
	xs, err := Head(args[0], 1)
	if err != nil {
		return nil, err
	}
	var x value.Value = value.Nil
	err = value.Each(&f.Thread, xs, false, func(_ int, _, elem value.Value) (bool, error) {
		var err error
		x, err = value.HoldElement(&f.Thread, elem)
		return false, err
	})
	return x, err
}

func last(f *machine.Frame, args []value.Value) (value.Value, error) {
	xs, err := Tail(args[0], 1)
	if err != nil {
		return nil, err
	}
	if value.IsList(xs) && !value.Streamed(xs) {
		x, err := value.Index(&f.Thread, xs, value.Int(-1))
		if err != nil {
			return value.Forgive(fault.From(err), xs, true, false)
		}
		return value.Load(x)
	}
	var x value.Value = value.Nil
	kept := f.Kept()
	err = value.Each(&f.Thread, xs, false, func(_ int, _, elem value.Value) (bool, error) {
		f.Release(kept)
		var err error
		x, err = value.HoldElement(&f.Thread, elem)
		return true, err
	})
	return x, err
}

// entriesOf is the keys or the values of a map, one by one.
func entriesOf(m value.Value, ofKeys bool) (*value.Pipe, error) {
	if err := value.Refuse(m); err != nil {
		return nil, err
	}
	if !value.IsMap(m) {
		return nil, fault.New("type", "%s has no keys", m.Kind()).With("keys and values take a map")
	}
	return value.NewList(func(t *value.Thread, unlocked bool, yield value.Yield) error {
		return value.Entries(t, m, unlocked, func(i int, key, elem value.Value) (bool, error) {
			if ofKeys {
				elem = key
			}
			return yield(i, value.Unkeyed, elem)
		})
	}), nil
}

func pipeOfKeys(l *machine.Loop, at fault.Pos) machine.Code   { return pipeOfEntries(l, at, true) }
func pipeOfValues(l *machine.Loop, at fault.Pos) machine.Code { return pipeOfEntries(l, at, false) }

func pipeOfEntries(l *machine.Loop, at fault.Pos, ofKeys bool) machine.Code {
	return func(f *machine.Frame) (value.Value, error) {
		x, err := l.From(f)
		if err != nil {
			return nil, err
		}
		p, err := entriesOf(x, ofKeys)
		return p, at.Err(err)
	}
}

func keys(f *machine.Frame, args []value.Value) (value.Value, error) {
	p, err := entriesOf(args[0], true)
	if err != nil {
		return nil, err
	}
	return value.ToList(&f.Thread, p)
}

func values(f *machine.Frame, args []value.Value) (value.Value, error) {
	p, err := entriesOf(args[0], false)
	if err != nil {
		return nil, err
	}
	return value.ToList(&f.Thread, p)
}

func toPairs(f *machine.Frame, args []value.Value) (value.Value, error) {
	if _, err := entriesOf(args[0], true); err != nil {
		return nil, err
	}
	pairs := value.List{}
	err := value.Entries(&f.Thread, args[0], false, func(_ int, key, elem value.Value) (bool, error) {
		k, err := value.HoldElement(&f.Thread, key)
		if err != nil {
			return false, err
		}
		x, err := value.HoldElement(&f.Thread, elem)
		pairs = append(pairs, value.List{k, x})
		return true, err
	})
	return pairs, err
}

func fromPairs(f *machine.Frame, args []value.Value) (value.Value, error) {
	m := value.NewDict()
	err := value.Each(&f.Thread, args[0], false, func(i int, _, elem value.Value) (bool, error) {
		pair, err := pair(f, elem)
		if err != nil {
			return false, err
		}
		if len(pair) != 2 {
			return false, fault.New("arguments", "element %d is not a pair", i).With(`write fromPairs([["a", 1], ["b", 2]])`)
		}
		key, err := value.Load(pair[0])
		if err != nil {
			return false, err
		}
		at, found, err := m.Find(&f.Thread, key)
		switch {
		case err != nil:
			return false, err
		case found: // the last of equal keys counts
			m.Set(at, pair[1])
			return true, nil
		}
		return true, m.Add(&f.Thread, key, pair[1])
	})
	if err != nil {
		return nil, err
	}
	return m.Sorted(&f.Thread)
}

// pair collects up to three elements of a list: a third one says that it is no pair.
func pair(f *machine.Frame, x value.Value) ([]value.Value, error) {
	x, err := value.Load(x)
	if err != nil {
		return nil, err
	}
	var pair []value.Value
	err = value.Each(&f.Thread, x, false, func(_ int, _, elem value.Value) (bool, error) {
		x, err := value.Hold(&f.Thread, elem)
		pair = append(pair, x)
		return len(pair) < 3, err
	})
	return pair, err
}

func reverse(f *machine.Frame, args []value.Value) (value.Value, error) {
	xs, err := value.ToList(&f.Thread, args[0])
	if err != nil {
		return nil, err
	}
	if err := f.Keep(meter.ElementSize * len(xs)); err != nil {
		return nil, err
	}
	out := make(value.List, len(xs))
	for i, x := range xs {
		if err := f.Tick(1); err != nil {
			return nil, err
		}
		out[len(xs)-1-i] = x
	}
	return out, nil
}

// uniq keeps the first of equal elements.
func uniq(f *machine.Frame, args []value.Value) (value.Value, error) {
	var seen distinct
	out := value.List{}
	err := value.Each(&f.Thread, args[0], true, func(_ int, _, elem value.Value) (bool, error) {
		x, err := value.Load(elem)
		if err != nil {
			return false, err
		}
		held, isNew, err := seen.add(f, x)
		if isNew {
			out = append(out, held)
		}
		return true, err
	})
	return out, err
}

// uniqBy keeps the first of the elements for which the predicate answers the same.
func uniqBy(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	var seen distinct
	out := value.List{}
	sofar := func() machine.Partial {
		return machine.Partial{Function: "uniq", Told: "of which " + text.Thousands(len(out)) + " differ", Kept: len(out)}
	}
	err := l.Fold(f, true, sofar, func(s *machine.Scope) (bool, error) {
		by, err := l.Pred.On(f, s)
		if err != nil {
			return false, err
		}
		if _, isNew, err := seen.add(f, by); err != nil || !isNew {
			return true, l.Pred.Pos().Err(err)
		}
		elem, err := value.HoldElement(&f.Thread, s.Elem)
		if err != nil {
			return false, err
		}
		out = append(out, elem)
		return true, nil
	})
	return out, err
}

// distinct is a set of values. It finds hashable ones by their key and compares others with each
// other.
type distinct struct {
	keys   map[any]bool
	others value.List
}

// add adds x, loaded, if it is not there, and returns it held.
func (d *distinct) add(f *machine.Frame, x value.Value) (held value.Value, isNew bool, err error) {
	if err := value.Refuse(x); err != nil {
		return nil, false, err
	}
	k, simple, err := value.KeyOf(&f.Thread, x)
	switch {
	case err != nil:
		return nil, false, err
	case simple && d.keys[k]:
		return nil, false, nil
	case simple:
		if d.keys == nil {
			d.keys = map[any]bool{}
		}
		d.keys[k] = true
		if err := f.Keep(3 * meter.ElementSize); err != nil {
			return nil, false, err
		}
	default:
		for _, o := range d.others {
			if same, _, err := value.Same(&f.Thread, x, o); err != nil || same {
				return nil, false, err
			}
		}
	}
	x, err = value.Hold(&f.Thread, x)
	if !simple {
		d.others = append(d.others, x)
	}
	return x, true, err
}

func concat(f *machine.Frame, args []value.Value) (value.Value, error) {
	out := value.List{}
	for _, arg := range args {
		err := value.Each(&f.Thread, arg, false, func(_ int, _, elem value.Value) (bool, error) {
			x, err := value.HoldElement(&f.Thread, elem)
			out = append(out, x)
			return true, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func flatten(f *machine.Frame, args []value.Value) (value.Value, error) {
	out := value.List{}
	err := eachLeaf(f, args[0], func(x value.Value) error {
		x, err := value.Hold(&f.Thread, x)
		out = append(out, x)
		return err
	})
	return out, err
}

// eachLeaf calls each for the elements of a collection, loaded. Of an element that is a list it
// takes the elements instead, at any depth.
func eachLeaf(f *machine.Frame, x value.Value, each func(x value.Value) error) error {
	return leaves(f, x, 0, each)
}

// leavesOf calls each for an element at that depth, or for its leaves if it is a list.
func leavesOf(f *machine.Frame, elem value.Value, depth int, each func(x value.Value) error) error {
	x, err := value.Load(elem)
	if err != nil {
		return err
	}
	if value.IsList(x) {
		return leaves(f, x, depth, each)
	}
	return each(x)
}

func leaves(f *machine.Frame, x value.Value, depth int, each func(x value.Value) error) error {
	if depth > value.MaxDepth {
		return fault.New("budget", "the list is nested too deeply")
	}
	return value.Each(&f.Thread, x, true, func(_ int, _, elem value.Value) (bool, error) {
		return true, leavesOf(f, elem, depth+1, each)
	})
}

func join(f *machine.Frame, args []value.Value) (value.Value, error) {
	var glue value.String
	if len(args) == 2 {
		var ok bool
		if glue, ok = args[1].(value.String); !ok {
			return nil, value.WrongArgument("join", 2, "a string", args[1])
		}
	}
	var out meter.Builder
	err := value.Each(&f.Thread, args[0], false, func(i int, _, elem value.Value) (bool, error) {
		x, err := value.Load(elem)
		if err != nil {
			return false, err
		}
		s, ok := x.(value.String)
		if !ok {
			if err := value.Unfit(x); err != nil {
				return false, err
			}
			return false, fault.New("type", "join takes strings, and element %d is %s", i, x.Kind()).With("convert with map(xs, string(#))")
		}
		if i > 0 {
			if err := out.Add(f.Meter, string(glue)); err != nil {
				return false, err
			}
		}
		return true, out.Add(f.Meter, string(s))
	})
	return value.String(out.String()), err
}
