package library

import (
	"math"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

var _ = define(CollectionFunctions, []Function{
	{Name: "filter", Args: "xs, condition", Min: 2, Predicate: 1, Fold: filter, Pipe: pipeOfFilter, Answers: ItsElements,
		Summary: "the elements that meet the condition", Example: `filter(cache.items, .hits > 10)`},
	{Name: "map", Args: "xs, expression", Min: 2, Predicate: 1, Fold: mapping, Pipe: pipeOfMap, Answers: ItsProjections,
		Summary: "what the expression makes of each element", Example: `map(cache.items, .hits)`},
	{Name: "sortBy", Args: `xs, .field, "desc"`, Min: 2, Max: 3, Predicate: 1, Keyed: true, Fold: sortBy, Few: fewOfSortBy, Answers: ItsElements,
		Summary: "the elements in the order of .field", Example: `sortBy(cache.items, .hits, "desc")`},
	{Name: "groupBy", Args: "xs, .field", Min: 2, Predicate: 1, Keyed: true, Fold: groupBy, Answers: ItsGroups,
		Summary: "a map from each .field to the elements that have it", Example: `groupBy(cache.items, .status)`},
	{Name: "reduce", Args: "xs, expression, start", Min: 2, Max: 3, Predicate: 1, Acc: true, Fold: reduce,
		Summary: "one value of all; #acc is what there is so far", Example: `reduce(nums, #acc + #, 0)`},
})

var _ = define(NumberFunctions, []Function{
	{Name: "sum", Args: "xs, .field", Min: 1, Max: 2, Predicate: 1, Fold: sum,
		Summary: "the sum of numbers or durations", Example: `sum(cache.items, .hits)`},
})

// filter collects the elements that pass. Those of a map are a map: their keys say which they are.
func filter(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	x, err := l.From(f)
	if err != nil {
		return nil, err
	}
	kept := 0
	fold := f.BeginFold(x, func() machine.Partial {
		return machine.Partial{Function: "filter", Told: matching(kept), Kept: kept}
	})
	found, err := collect(f, l.Filtered(f, x, &kept))
	f.EndFold(fold, err)
	return found, err
}

// collect collects the elements of p: those of a map in a map.
func collect(f *machine.Frame, p *value.Pipe) (value.Value, error) {
	if value.IsMap(p) {
		return value.Part(&f.Thread, p, 0, math.MaxInt)
	}
	return value.ToList(&f.Thread, p)
}

// mapping is map(xs, expression): a list, but of a map of groups a map with the same keys.
func mapping(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	x, err := l.From(f)
	if err != nil {
		return nil, err
	}
	kept := 0
	fold := f.BeginFold(x, func() machine.Partial { return collected("map", kept) })
	made, err := collect(f, l.Mapped(f, x, &kept))
	f.EndFold(fold, err)
	return made, err
}

func pipeOfFilter(l *machine.Loop, _ fault.Pos) machine.Code {
	return func(f *machine.Frame) (value.Value, error) {
		x, err := l.From(f)
		if err != nil {
			return nil, err
		}
		return l.Filtered(f, x, new(int)), nil
	}
}

func pipeOfMap(l *machine.Loop, _ fault.Pos) machine.Code {
	return func(f *machine.Frame) (value.Value, error) {
		x, err := l.From(f)
		if err != nil {
			return nil, err
		}
		return l.Mapped(f, x, new(int)), nil
	}
}

func sum(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	var t total
	sofar := func() machine.Partial { return answered(f, "sum", "the sum of which is %s", t.sum) }
	err := l.FoldBy(f, sofar, machine.Body{
		Each: func(s *machine.Scope) (bool, error) {
			x, err := l.Pred.On(f, s)
			if err != nil {
				return false, err
			}
			return true, l.Pred.Pos().Err(t.add(x))
		},
		Takes: func(lanes *machine.Lanes) bool { return t.takes(lanes.Values) },
		Lanes: func(lanes *machine.Lanes) (bool, error) {
			t.addLanes(lanes.Values, lanes)
			return true, nil
		},
	})
	if err != nil {
		return nil, err
	}
	return t.sum()
}
