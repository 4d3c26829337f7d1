package eval

import (
	"cmp"
	"math"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(objectFunctions, []function{
	{name: "freq", args: "xs, .field", min: 1, max: 2, predicate: 1, fold: freq,
		summary: "how many have which .field, the most frequent first", example: `freq(cache.items, .status)`},
})

// groupLimit bounds how much freq shows of a group's value.
var groupLimit = render.Limit{Items: 16, Bytes: 4 << 10, Nodes: 100}

// freq is freq(xs, by): how many elements have which value of by, the most frequent first and those
// that are as frequent in the order of their values, as {value: …, count: …, percent: …}. It keeps the values, not the elements.
func freq(f *frame, l *loop) (any, error) {
	groups, all := newAnyMap(), 0
	err := l.each(f, true, func(s *scope) (bool, error) {
		x, err := l.pred.on(f, s)
		if err != nil {
			return false, err
		}
		i, found, err := groups.find(f, x)
		if err != nil {
			return false, l.pred.place().Err(err)
		}
		all++
		if found {
			groups.values[i] = groups.values[i].(int) + 1
			return true, nil
		}
		if len(groups.keys) == maxRows {
			return false, fault.New("budget", "there are more than %s different values", text.Thousands(maxRows)).
				With("group them coarser, as in freq(xs, .size / 1000)")
		}
		if x, err = f.hold(x); err != nil {
			return false, err
		}
		if err := groups.add(f, x, 1); err != nil {
			return false, err
		}
		return true, f.m.Keep(4 * nodeSize) // its row
	})
	if err != nil {
		return nil, err
	}
	found := make([]any, len(groups.keys))
	for i, n := range groups.values {
		found[i] = group{f.picture(groups.keys[i], groupLimit, ""), n.(int)}
	}
	if found, err = f.sorted(found, found, mostFrequent); err != nil {
		return nil, err
	}
	rows := make([]*render.Node, len(found))
	for i, x := range found {
		g := x.(group)
		rows[i] = record(field{"value", g.value}, field{"count", g.count}, field{"percent", percent(g.count, all)})
	}
	return &snapshot{node: records(rows)}, nil
}

// group is a value of by, and how many have it.
type group struct {
	value *render.Node
	count int
}

func mostFrequent(a, b any) (int, error) {
	x, y := a.(group), b.(group)
	if o := cmp.Compare(y.count, x.count); o != 0 {
		return o, nil
	}
	return x.value.Compare(y.value), nil
}

// percent is a part of all, with two digits behind the point.
func percent(part, all int) float64 {
	return math.Round(10_000*float64(part)/float64(all)) / 100
}
