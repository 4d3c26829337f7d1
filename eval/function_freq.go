package eval

import (
	"math"

	"github.com/sightglass-go/sightglass/inspect"
)

// groupLimit bounds how much freq shows of a group's value.
var groupLimit = inspect.Limit{Items: 16, Bytes: 4 << 10, Nodes: 100}

// freq is freq(xs, by): how many elements have which value of by, the most frequent first and equal
// ones in the order of the walk, as {value: …, count: …, percent: …}. It keeps the values, not the elements.
func freq(f *frame, l *loop) (any, error) {
	groups, all := newAnyMap(), 0
	err := l.each(f, true, func(s *scope) (bool, error) {
		x, err := l.pred.on(f, s)
		if err != nil {
			return false, err
		}
		i, found, err := groups.find(f, x)
		if err != nil {
			return false, l.pred.place().err(err)
		}
		all++
		if found {
			groups.values[i] = groups.values[i].(int) + 1
			return true, nil
		}
		if len(groups.keys) == maxRows {
			return false, fault("budget", "there are more than %s different values", thousands(maxRows)).
				with("group them coarser, as in freq(xs, .size / 1000)")
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
	order, most := make([]any, len(groups.keys)), make([]any, len(groups.keys))
	for i, n := range groups.values {
		order[i], most[i] = i, -n.(int)
	}
	if order, err = f.sorted(order, most, sortOrder); err != nil {
		return nil, err
	}
	rows := make([]*inspect.Node, len(order))
	for i, at := range order {
		value, n := f.picture(groups.keys[at.(int)], groupLimit, ""), groups.values[at.(int)].(int)
		rows[i] = record(field{"value", value}, field{"count", n}, field{"percent", percent(n, all)})
	}
	return &snapshot{node: records(rows)}, nil
}

// percent is a part of all, with two digits behind the point.
func percent(part, all int) float64 {
	return math.Round(10_000*float64(part)/float64(all)) / 100
}
