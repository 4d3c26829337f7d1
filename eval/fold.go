package eval

import (
	"math"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

var _ = define(collectionFunctions, []function{
	{name: "filter", args: "xs, condition", min: 2, predicate: 1, fold: filter, pipe: pipeOfFilter, answers: itsElements,
		summary: "the elements that meet the condition", example: `filter(cache.items, .hits > 10)`},
	{name: "map", args: "xs, expression", min: 2, predicate: 1, fold: mapping, pipe: pipeOfMap,
		summary: "what the expression makes of each element", example: `map(cache.items, .hits)`},
	{name: "sortBy", args: `xs, .field, "desc"`, min: 2, max: 3, predicate: 1, keyed: true, fold: sortBy, answers: itsElements,
		summary: "the elements in the order of .field", example: `sortBy(cache.items, .hits, "desc")`},
	{name: "groupBy", args: "xs, .field", min: 2, predicate: 1, keyed: true, fold: groupBy,
		summary: "a map from each .field to the elements that have it", example: `groupBy(cache.items, .status)`},
	{name: "reduce", args: "xs, expression, start", min: 2, max: 3, predicate: 1, acc: true, fold: reduce,
		summary: "one value of all; #acc is what there is so far", example: `reduce(nums, #acc + #, 0)`},
})

var _ = define(numberFunctions, []function{
	{name: "sum", args: "xs, .field", min: 1, max: 2, predicate: 1, fold: sum,
		summary: "the sum of numbers or durations", example: `sum(cache.items, .hits)`},
})

// filter collects what is left of a list or a map where nobody consumes it one by one. What is left of a
// map is a map: at the prompt one asks which, and the keys say it.
func filter(f *frame, l *loop) (value.Value, error) {
	p, err := l.filtered(f)
	if err != nil {
		return nil, err
	}
	if value.IsMap(p) {
		return value.Part(f.Thread, p, 0, math.MaxInt)
	}
	return value.ToList(f.Thread, p)
}

// mapping is map: always a list.
func mapping(f *frame, l *loop) (value.Value, error) { return value.ToList(f.Thread, l.mapped(f)) }

// filtered is the collection's elements that pass, as they are walked.
func (l *loop) filtered(f *frame) (*value.Pipe, error) {
	x, err := l.from(f)
	if err != nil {
		return nil, err
	}
	return value.NewPart(x, func(_ *value.Thread, unlocked bool, yield value.Yield) error {
		n := 0
		return l.over(f, x, unlocked, func(s *scope) (bool, error) {
			ok, err := l.pred.test(f, s)
			if err != nil || !ok {
				return true, err
			}
			n++
			return yield(n-1, s.key, s.elem)
		})
	}), nil
}

func pipeOfFilter(l *loop, _ fault.Pos) code {
	return func(f *frame) (value.Value, error) { return l.filtered(f) }
}

func pipeOfMap(l *loop, _ fault.Pos) code {
	return func(f *frame) (value.Value, error) { return l.mapped(f), nil }
}

// mapped is what the predicate makes of the elements, as they are walked.
func (l *loop) mapped(f *frame) *value.Pipe {
	return value.NewList(func(_ *value.Thread, unlocked bool, yield value.Yield) error {
		return l.each(f, unlocked, func(s *scope) (bool, error) {
			x, err := l.pred.on(f, s)
			if err != nil {
				return false, err
			}
			return yield(s.index, value.Unkeyed, x)
		})
	})
}

func sum(f *frame, l *loop) (value.Value, error) {
	var t total
	err := l.each(f, false, func(s *scope) (bool, error) {
		x, err := l.pred.on(f, s)
		if err != nil {
			return false, err
		}
		return true, l.pred.place().Err(t.add(x))
	})
	if err != nil {
		return nil, err
	}
	return t.sum()
}

// groupBy answers a map from what the predicate makes of an element to the list of such elements.
func groupBy(f *frame, l *loop) (value.Value, error) {
	groups := value.NewDict()
	err := l.each(f, true, func(s *scope) (bool, error) {
		k, err := l.pred.on(f, s)
		if err != nil {
			return false, err
		}
		i, found, err := groups.Find(f.Thread, k)
		if err != nil {
			return false, l.pred.place().Err(err)
		}
		if !found {
			i = groups.Count()
			if k, err = value.Hold(f.Thread, k); err != nil {
				return false, err
			}
			if err := groups.Add(f.Thread, k, value.List(nil)); err != nil {
				return false, err
			}
		}
		elem, err := value.Hold(f.Thread, s.elem)
		_, group := groups.At(i)
		groups.Set(i, append(group.(value.List), elem))
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return groups.Sorted(f.Thread)
}

func sortBy(f *frame, l *loop) (value.Value, error) {
	order := value.Ascending(f.Thread)
	if l.other != nil {
		x, err := l.other(f)
		if err != nil {
			return nil, err
		}
		if order, err = value.Direction(f.Thread, x); err != nil {
			return nil, err
		}
	}
	elems, keys := value.List{}, value.List{}
	err := l.each(f, false, func(s *scope) (bool, error) {
		key, err := l.pred.on(f, s)
		if err == nil {
			err = l.pred.place().Err(value.Refuse(key))
		}
		if err != nil {
			return false, err
		}
		if key, err = value.Hold(f.Thread, key); err != nil {
			return false, err
		}
		elem, err := value.Hold(f.Thread, s.elem)
		elems, keys = append(elems, elem), append(keys, key)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	xs, err := value.Sorted(f.Thread, elems, keys, order)
	return value.List(xs), l.pred.place().Err(err)
}

func reduce(f *frame, l *loop) (value.Value, error) {
	var acc value.Value
	started, kept := l.other != nil, f.Kept()
	if started {
		x, err := l.other(f)
		if err != nil {
			return nil, err
		}
		if acc, err = value.Hold(f.Thread, x); err != nil {
			return nil, err
		}
	}
	err := l.each(f, false, func(s *scope) (bool, error) {
		if !started {
			started = true
			var err error
			acc, err = value.Hold(f.Thread, s.elem)
			return true, err
		}
		s.acc = acc
		x, err := l.pred.on(f, s)
		if err != nil {
			return false, err
		}
		if value.IsScalar(x) {
			// It takes the place of the one before.
			f.Release(kept)
		}
		acc, err = value.Hold(f.Thread, x)
		return true, err
	})
	if err == nil && !started {
		return nil, fault.New("range", "reduce of nothing has no answer").With("give a start: reduce(xs, #acc + #, 0)")
	}
	return acc, err
}
