package library

import (
	"cmp"
	"math"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "freq", Args: "xs, .field", Min: 1, Max: 2, Predicate: 1, Fold: freq,
		Summary: "how many have which .field, the most frequent first", Example: `freq(cache.items, .status)`},
})

// groupLimit bounds what freq shows of a value.
var groupLimit = render.Limit{Items: 16, Bytes: 4 << 10, Nodes: 100}

// stepsPerRow is what a row or its picture takes: some allocations.
const stepsPerRow = 8

// freq is freq(xs, by): how many elements have which value of by, as {value: …, count: …, percent:
// …}. The most frequent value comes first, equally frequent ones in their own order. It keeps the
// values, not the elements.
func freq(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	groups, all := value.NewDict(), 0
	err := l.Each(f, true, func(s *machine.Scope) (bool, error) {
		x, err := l.Pred.On(f, s)
		if err != nil {
			return false, err
		}
		i, found, err := groups.Find(&f.Thread, x)
		if err != nil {
			return false, l.Pred.Pos().Err(err)
		}
		all++
		if found {
			_, n := groups.At(i)
			groups.Set(i, n.(value.Int)+1)
			return true, nil
		}
		if groups.Count() == maxRows {
			return false, fault.New("budget", "there are more than %s different values", text.Thousands(maxRows)).
				With("group them coarser, as in freq(xs, .size / 1000)")
		}
		if x, err = value.Hold(&f.Thread, x); err != nil {
			return false, err
		}
		if err := groups.Add(&f.Thread, x, value.Int(1)); err != nil {
			return false, err
		}
		return true, f.Keep(value.NodeSize(4)) // its row
	})
	if err != nil {
		return nil, err
	}
	found := make([]group, groups.Count())
	for i := range found {
		if err := f.Tick(stepsPerRow); err != nil {
			return nil, err
		}
		x, n := groups.At(i)
		found[i] = group{value.Picture(&f.Thread, x, groupLimit, ""), int(n.(value.Int))}
	}
	if found, err = value.Sorted(&f.Thread, found, found, mostFrequent); err != nil {
		return nil, err
	}
	rows := make([]*render.Node, len(found))
	for i, g := range found {
		if err := f.Tick(stepsPerRow); err != nil {
			return nil, err
		}
		rows[i] = record(field{"value", g.value}, field{"count", g.count}, field{"percent", percent(g.count, all)})
	}
	return &value.Snapshot{Node: records(rows)}, nil
}

// group is a value, and how many elements have it.
type group struct {
	value *render.Node
	count int
}

func mostFrequent(a, b group) (int, error) {
	if o := cmp.Compare(b.count, a.count); o != 0 {
		return o, nil
	}
	return a.value.Compare(b.value), nil
}

// percent is the share of part in all, with two decimals.
func percent(part, all int) float64 {
	return math.Round(10_000*float64(part)/float64(all)) / 100
}
