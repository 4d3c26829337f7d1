package eval

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

var _ = define(collectionFunctions, []function{
	{name: "len", args: "x", min: 1, reads: streams, run: length,
		summary: "how many elements, entries or characters x has", example: `len(cache.items)`},
	{name: "get", args: "x, key", min: 2, run: get,
		summary: "x[key], and nil where there is none", example: `get(cache.items, "zz")`},
	{name: "keys", args: "m", min: 1, reads: streams, run: keys, pipe: pipeOfKeys,
		summary: "the keys of a map", example: `keys(cache.items)`},
	{name: "values", args: "m", min: 1, reads: streams, run: values, pipe: pipeOfValues, answers: itsElements,
		summary: "the values of a map", example: `values(cache.items)`},
	{name: "take", args: "xs, n", min: 2, reads: streams, run: take, answers: itsElements,
		summary: "the first n elements", example: `take(cache.items, 10)`},
	{name: "first", args: "xs", min: 1, reads: streams, run: first, answers: anElement,
		summary: "the first element, or nil", example: `first(nums)`},
	{name: "last", args: "xs", min: 1, reads: streams, run: last, answers: anElement,
		summary: "the last element, or nil", example: `last(nums)`},
	{name: "sort", args: `xs, "desc"`, min: 1, max: 2, reads: streams, run: sorted, answers: itsElements,
		summary: "the elements in order", example: `sort(nums)`},
	{name: "reverse", args: "xs", min: 1, reads: streams, run: reverse, answers: itsElements,
		summary: "the elements from the last to the first", example: `reverse(nums)`},
	{name: "uniq", args: "xs", min: 1, reads: streams, run: uniq, answers: itsElements,
		summary: "each element once", example: `uniq([1, 2, 1])`},
	{name: "concat", args: "xs, ys, …", min: 1, max: unlimited, reads: streams, run: concat, answers: itsElements,
		summary: "the elements of several collections", example: `concat(nums, [7])`},
	{name: "flatten", args: "xs", min: 1, reads: streams, run: flatten,
		summary: "the elements of the lists in a list", example: `flatten([[1], [2, 3]])`},
	{name: "join", args: `xs, ", "`, min: 1, max: 2, reads: streams, run: join,
		summary: "strings, with something between them", example: `join(["a", "b"], ", ")`},
	{name: "toPairs", args: "m", min: 1, reads: streams, run: toPairs,
		summary: "the entries of a map as [key, value]", example: `toPairs({a: 1})`},
	{name: "fromPairs", args: "pairs", min: 1, reads: streams, run: fromPairs,
		summary: "a map of [key, value]s", example: `fromPairs([["a", 1]])`},
})

func length(f *frame, args []any) (any, error) {
	x := args[0]
	if err := refuse(x); err != nil {
		return nil, err
	}
	if s, ok := x.(string); ok {
		return f.runes(s)
	}
	if v, err := longString(x); err != nil {
		return nil, err
	} else if v != nil {
		return f.longLength(v)
	}
	n, err := f.length(x)
	return n, err
}

// get is x[key], and nil where there is none; a field that a struct does not have stays an error.
func get(f *frame, args []any) (any, error) {
	x, key := args[0], args[1]
	if x == nil {
		return nil, refuse(key)
	}
	y, err := f.item(x, key)
	if err != nil {
		return forgive(fault.From(err), x, true, false)
	}
	return f.load(y)
}

func take(f *frame, args []any) (any, error) {
	n, err := index("take", args[1])
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, fault.New("range", "take(xs, %d) makes no sense", n).With("xs[%d:] is the end of a list", n)
	}
	p, ok := args[0].(*pipe)
	if !ok {
		if err := refuse(args[0]); err != nil {
			return nil, err
		}
		if !isList(args[0]) && !isMap(args[0]) {
			return nil, notCollection(args[0])
		}
		return f.window(args[0], 0, n)
	}
	if p.keyed {
		return f.part(p, 0, n)
	}
	xs := []any{}
	if n == 0 {
		return xs, nil
	}
	err = p.walk(f, false, func(_ int, _, elem any) (bool, error) {
		x, err := f.hold(elem)
		xs = append(xs, x)
		return len(xs) < n, err
	})
	return xs, err
}

func first(f *frame, args []any) (x any, err error) {
	err = f.each(args[0], false, func(_ int, _, elem any) (bool, error) {
		x, err = f.hold(elem)
		return false, err
	})
	return x, err
}

func last(f *frame, args []any) (x any, err error) {
	if isList(args[0]) {
		if _, streamed := args[0].(*pipe); !streamed {
			x, err := f.item(args[0], -1)
			if err != nil {
				return forgive(fault.From(err), args[0], true, false)
			}
			return f.load(x)
		}
	}
	kept := f.m.kept
	err = f.each(args[0], false, func(_ int, _, elem any) (bool, error) {
		f.m.release(kept)
		x, err = f.hold(elem)
		return true, err
	})
	return x, err
}

// entries is the keys, or the values, of a map, as they are walked.
func entries(m any, ofKeys bool) (*pipe, error) {
	if err := refuse(m); err != nil {
		return nil, err
	}
	if !isMap(m) {
		return nil, fault.New("type", "%s has no keys", kind(m)).With("keys and values take a map")
	}
	return &pipe{walk: func(f *frame, apart bool, each yield) error {
		return f.each(m, apart, func(i int, key, elem any) (bool, error) {
			if ofKeys {
				elem = key
			}
			return each(i, unkeyed, elem)
		})
	}}, nil
}

func pipeOfKeys(l *loop, at fault.Pos) code   { return pipeOfEntries(l, at, true) }
func pipeOfValues(l *loop, at fault.Pos) code { return pipeOfEntries(l, at, false) }

func pipeOfEntries(l *loop, at fault.Pos, ofKeys bool) code {
	return func(f *frame) (any, error) {
		x, err := l.from(f)
		if err != nil {
			return nil, err
		}
		p, err := entries(x, ofKeys)
		return p, at.Err(err)
	}
}

func keys(f *frame, args []any) (any, error) {
	p, err := entries(args[0], true)
	if err != nil {
		return nil, err
	}
	return f.list(p)
}

func values(f *frame, args []any) (any, error) {
	p, err := entries(args[0], false)
	if err != nil {
		return nil, err
	}
	return f.list(p)
}

func toPairs(f *frame, args []any) (any, error) {
	if _, err := entries(args[0], true); err != nil {
		return nil, err
	}
	pairs := []any{}
	err := f.each(args[0], false, func(_ int, key, elem any) (bool, error) {
		k, err := f.hold(key)
		if err != nil {
			return false, err
		}
		x, err := f.hold(elem)
		pairs = append(pairs, []any{k, x})
		return true, err
	})
	return pairs, err
}

func fromPairs(f *frame, args []any) (any, error) {
	m := newAnyMap()
	err := f.each(args[0], false, func(i int, _, elem any) (bool, error) {
		pair, err := f.pair(elem)
		if err != nil {
			return false, err
		}
		if len(pair) != 2 {
			return false, fault.New("arguments", "element %d is not a pair", i).With(`write fromPairs([["a", 1], ["b", 2]])`)
		}
		at, found, err := m.find(f, pair[0])
		switch {
		case err != nil:
			return false, err
		case found: // the last one counts
			m.values[at] = pair[1]
			return true, nil
		}
		return true, m.add(f, pair[0], pair[1])
	})
	if err != nil {
		return nil, err
	}
	return m.sorted(f)
}

// pair collects a list of at most two; a longer one is cut to three.
func (f *frame) pair(x any) ([]any, error) {
	x, err := f.load(x)
	if err != nil {
		return nil, err
	}
	var pair []any
	err = f.each(x, false, func(_ int, _, elem any) (bool, error) {
		x, err := f.hold(elem)
		pair = append(pair, x)
		return len(pair) < 3, err
	})
	return pair, err
}

func reverse(f *frame, args []any) (any, error) {
	xs, err := f.list(args[0])
	if err != nil {
		return nil, err
	}
	if err := f.m.Keep(wordsKept * len(xs)); err != nil {
		return nil, err
	}
	out := make([]any, len(xs))
	for i, x := range xs {
		if err := f.m.tick(1); err != nil {
			return nil, err
		}
		out[len(xs)-1-i] = x
	}
	return out, nil
}

// uniq keeps the first of equal elements: by key where there is one, by comparison otherwise.
func uniq(f *frame, args []any) (any, error) {
	seen := map[any]bool{}
	out, others := []any{}, []any{}
	err := f.each(args[0], true, func(_ int, _, elem any) (bool, error) {
		x, err := f.load(elem)
		if err != nil {
			return false, err
		}
		if err := refuse(x); err != nil {
			return false, err
		}
		k, simple, err := f.mapKey(x)
		if err != nil {
			return false, err
		}
		if simple {
			if seen[k] {
				return true, nil
			}
			seen[k] = true
			if err := f.m.Keep(3 * wordsKept); err != nil {
				return false, err
			}
		} else {
			for _, o := range others {
				if same, _, err := f.same(x, o, 0); err != nil || same {
					return true, err
				}
			}
		}
		x, err = f.hold(x)
		if !simple {
			others = append(others, x)
		}
		out = append(out, x)
		return true, err
	})
	return out, err
}

func concat(f *frame, args []any) (any, error) {
	out := []any{}
	for _, arg := range args {
		err := f.each(arg, false, func(_ int, _, elem any) (bool, error) {
			x, err := f.hold(elem)
			out = append(out, x)
			return true, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func flatten(f *frame, args []any) (any, error) {
	out := []any{}
	var walk func(x any, depth int) error
	walk = func(x any, depth int) error {
		if depth > maxDepth {
			return fault.New("budget", "the list is nested too deeply to be flattened")
		}
		return f.each(x, true, func(_ int, _, elem any) (bool, error) {
			x, err := f.load(elem)
			if err != nil {
				return false, err
			}
			if isList(x) {
				return true, walk(x, depth+1)
			}
			x, err = f.hold(x)
			out = append(out, x)
			return true, err
		})
	}
	err := walk(args[0], 0)
	return out, err
}

func sorted(f *frame, args []any) (any, error) {
	order := f.sortOrder
	if len(args) == 2 {
		var err error
		if order, err = f.direction(args[1]); err != nil {
			return nil, err
		}
	}
	xs, err := f.list(args[0])
	if err != nil {
		return nil, err
	}
	for _, x := range xs {
		if err := refuse(x); err != nil {
			return nil, err
		}
	}
	return f.sorted(xs, xs, order)
}

func join(f *frame, args []any) (any, error) {
	glue := ""
	if len(args) == 2 {
		var ok bool
		if glue, ok = args[1].(string); !ok {
			return nil, wrongArgument("join", 2, "a string", args[1])
		}
	}
	var out builder
	err := f.each(args[0], false, func(i int, _, elem any) (bool, error) {
		x, err := f.load(elem)
		if err != nil {
			return false, err
		}
		s, ok := x.(string)
		if !ok {
			if err := unfit(x); err != nil {
				return false, err
			}
			return false, fault.New("type", "join takes strings, and element %d is %s", i, kind(x)).With("convert with map(xs, string(#))")
		}
		if i > 0 {
			if err := out.add(f, glue); err != nil {
				return false, err
			}
		}
		return true, out.add(f, s)
	})
	return out.String(), err
}

// wrongArgument is the error for an argument of a kind that a function does not take.
func wrongArgument(name string, n int, want string, x any) error {
	if err := unfit(x); err != nil {
		return err
	}
	return fault.New("type", "argument %d of %s has to be %s, not %s", n, name, want, kind(x))
}

// isStruct reports whether x is a live struct.
func isStruct(x any) bool {
	v, ok := x.(*access.View)
	if !ok {
		return false
	}
	_, shape, err := resolve(v)
	return err == nil && shape == inspect.Struct
}
