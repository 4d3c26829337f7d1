package eval

import (
	"math"

	"github.com/sightglass-go/sightglass/inspect"
)

// group is how often freq has met a value.
type group struct {
	value any
	count int
}

// freq is freq(xs, by): how many elements have which value of by, the most frequent first and equal
// ones in the order of the walk, as {value: …, count: …, percent: …}. It keeps the values, not the elements.
func freq(f *frame, l *loop) (any, error) {
	groups, all := map[any]*group{}, 0
	var order []*group
	err := l.each(f, false, func(s *scope) (bool, error) {
		x, err := l.pred.on(f, s)
		if err != nil {
			return false, err
		}
		k, err := mapKey(x)
		if err != nil {
			return false, l.pred.place().err(countable(err, x))
		}
		all++
		if g := groups[k]; g != nil {
			g.count++
			return true, nil
		}
		if len(order) == maxRows {
			return false, fault("budget", "there are more than %s different values", thousands(maxRows)).
				with("group them coarser, as in freq(xs, .size / 1000)")
		}
		if x, err = f.hold(x); err != nil {
			return false, err
		}
		g := &group{x, 1}
		groups[k], order = g, append(order, g)
		// The group, its entry, and its row.
		return true, f.m.Keep(8*wordsKept + 4*nodeSize)
	})
	if err != nil {
		return nil, err
	}
	items, counts := make([]any, len(order)), make([]any, len(order))
	for i, g := range order {
		items[i], counts[i] = g, -g.count
	}
	if items, err = f.sorted(items, counts, sortOrder); err != nil {
		return nil, err
	}
	rows := make([]*inspect.Node, len(items))
	for i, item := range items {
		g := item.(*group)
		rows[i] = record(field{"value", g.value}, field{"count", g.count}, field{"percent", percent(g.count, all)})
	}
	return &snapshot{node: records(rows)}, nil
}

// percent is a part of all, with two digits behind the point.
func percent(part, all int) float64 {
	return math.Round(10_000*float64(part)/float64(all)) / 100
}

// countable is the error for a value that cannot be counted by, with what to write instead.
func countable(err error, x any) error {
	if isStruct(x) {
		return fault("type", "%s cannot be counted by", kind(x)).with("name one of its fields, as in freq(xs, .state)")
	}
	return err
}
