package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

var _ = define(CollectionFunctions, []Function{
	{Name: "count", Args: "xs, condition", Min: 1, Max: 2, Predicate: 1, Fold: count,
		Summary: "how many elements meet the condition", Example: `count(cache.items, .hits > 10)`},
	{Name: "find", Args: "xs, condition", Min: 2, Predicate: 1, Fold: find, Answers: AnElement,
		Summary: "the first element that meets the condition, or nil", Example: `find(cache.items, .status == "up")`},
	{Name: "findIndex", Args: "xs, condition", Min: 2, Predicate: 1, Fold: findIndex,
		Summary: "the index of the first element that meets the condition", Example: `findIndex(nums, # == 1)`},
	{Name: "findLast", Args: "xs, condition", Min: 2, Predicate: 1, Fold: findLast, Answers: AnElement,
		Summary: "the last element that meets the condition, or nil", Example: `findLast(nums, # < 3)`},
	{Name: "findLastIndex", Args: "xs, condition", Min: 2, Predicate: 1, Fold: findLastIndex,
		Summary: "the index of the last element that meets the condition", Example: `findLastIndex(nums, # < 3)`},
	{Name: "any", Args: "xs, condition", Min: 2, Predicate: 1, Fold: anyOf,
		Summary: "does any element meet the condition?", Example: `any(nums, # > 2)`},
	{Name: "all", Args: "xs, condition", Min: 2, Predicate: 1, Fold: all,
		Summary: "do all elements meet the condition?", Example: `all(nums, # > 0)`},
	{Name: "none", Args: "xs, condition", Min: 2, Predicate: 1, Fold: none,
		Summary: "does no element meet the condition?", Example: `none(nums, # > 3)`},
	{Name: "one", Args: "xs, condition", Min: 2, Predicate: 1, Fold: one,
		Summary: "does exactly one element meet the condition?", Example: `one(nums, # == 1)`},
})

func all(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	found, err := l.Until(f, false, undecided(f, "all", "all of which match", value.Bool(true)), nil)
	return value.Bool(!found), err
}

func anyOf(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	found, err := l.Until(f, true, undecided(f, "any", noneMatches, value.Bool(false)), nil)
	return value.Bool(found), err
}

func none(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	found, err := l.Until(f, true, undecided(f, "none", noneMatches, value.Bool(true)), nil)
	return value.Bool(!found), err
}

func one(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	n := 0
	sofar := func() machine.Partial {
		return machine.Partial{Function: "one", Told: matching(n), Answer: plain(f, value.Bool(n == 1))}
	}
	err := l.FoldBy(f, sofar, l.Matching(f, false, func(*machine.Scope) (bool, error) {
		n++
		return n < 2, nil
	}))
	return value.Bool(n == 1), err
}

func count(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	n := 0
	sofar := func() machine.Partial {
		return machine.Partial{Function: "count", Told: matching(n), Answer: plain(f, value.Int(n))}
	}
	body := l.Counting(f, &n)
	if l.Pred == nil {
		each := body.Each
		body.Each = func(s *machine.Scope) (bool, error) {
			more, err := each(s)
			if err != nil && fault.Code(err) == "type" {
				err = fault.From(err).With("len(xs) counts all elements, and count(xs, .size > 5) those that meet a condition")
			}
			return more, err
		}
	}
	err := l.FoldBy(f, sofar, body)
	return value.Int(n), err
}

func find(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	var x value.Value = value.Nil
	_, err := l.Until(f, true, undecided(f, "find", noneMatches, value.Nil), func(s *machine.Scope) (err error) {
		x, err = value.HoldElement(&f.Thread, s.Elem)
		return err
	})
	return x, err
}

func findIndex(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	var x value.Value = value.Nil
	_, err := l.Until(f, true, undecided(f, "findIndex", noneMatches, value.Nil), func(s *machine.Scope) error {
		x = value.Int(s.Index)
		return nil
	})
	return x, err
}

func findLast(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	x, _, err := l.Backwards(f, func(elem, _ value.Value) machine.Partial {
		return undecided(f, "findLast", lastNotFound, elem)()
	})
	return x, err
}

func findLastIndex(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	_, i, err := l.Backwards(f, func(_, index value.Value) machine.Partial {
		return undecided(f, "findLastIndex", lastNotFound, index)()
	})
	return i, err
}

// lastNotFound is told also of a walk from the beginning, in which some matched.
const lastNotFound = "the last that matches is not found yet"
