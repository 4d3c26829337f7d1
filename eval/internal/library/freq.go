package library

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "freq", Args: "xs, .field, .size", Min: 1, Max: 3, Predicate: 1, Second: true, Fold: freq,
		Summary: "how many have which .field, the most frequent first; the sum of .size for each", Example: `freq(cache.items, .status, .hits)`},
})

// groupLimit bounds what freq shows of a value.
var groupLimit = render.Limit{Depth: 4, Items: 16, Bytes: 4 << 10, Nodes: 100}

// stepsPerRow is what a row or its picture takes: some allocations.
const stepsPerRow = 8

// freq is freq(xs, by): how many elements have which value of by, as {value: …, count: …, percent:
// …}. The most frequent value comes first, equally frequent ones in their own order.
//
// freq(xs, by, of) also adds up of for each value, as {value: …, count: …, sum: …, percent: …}. The
// greatest sum comes first, and percent is the share in the sum of all. There is no percent where
// sums have no shares: some are negative, or all are 0.
//
// It keeps the values, not the elements.
func freq(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	t := frequencies{f: f, l: l, groups: value.NewDict()}
	err := l.FoldBy(f, t.sofar, machine.Body{
		Unlocked: true, Each: t.add, Takes: t.takes, Lanes: t.addLanes,
	})
	if err != nil {
		return nil, err
	}
	groups, sums, whole, all := t.groups, t.sums, &t.whole, t.all
	found := make([]group, groups.Count())
	shares := whole.Float64() > 0 && !math.IsInf(whole.Float64(), 1)
	for i := range found {
		if err := f.Tick(stepsPerRow); err != nil {
			return nil, err
		}
		x, _ := groups.At(i)
		found[i] = group{value: value.Picture(&f.Thread, value.Named(x, t.names.Constants()), groupLimit, ""), count: t.counts[i]}
		if sums == nil {
			continue
		}
		if found[i].sum, err = sums[i].sum(); err != nil {
			return nil, l.Pred2.Pos().Err(err)
		}
		found[i].size = sums[i].Float64()
		shares = shares && found[i].size >= 0
	}
	order := mostFrequent
	if sums != nil {
		order = func(a, b group) (int, error) { return largest(f, a, b) }
	}
	if found, err = value.Sorted(&f.Thread, found, found, order); err != nil {
		return nil, err
	}
	rows := make([]*render.Node, len(found))
	for i, g := range found {
		if err := f.Tick(stepsPerRow); err != nil {
			return nil, err
		}
		fields := []field{{"value", g.value}, {"count", g.count}}
		if sums == nil {
			fields = append(fields, field{"percent", percent(float64(g.count), float64(all))})
		} else if fields = append(fields, field{"sum", g.sum}); shares {
			fields = append(fields, field{"percent", percent(g.size, whole.Float64())})
		}
		rows[i] = record(fields...)
	}
	return &value.Snapshot{Node: records(rows)}, nil
}

// frequencies is what freq keeps of the elements.
type frequencies struct {
	f      *machine.Frame
	l      *machine.Loop
	groups *value.Dict // the values
	counts []int       // of the groups
	all    int
	sums   []total // of the groups, and all of them, if there is something to add up
	whole  total
	lanes  scan.Groups
	names  machine.Names
}

// add counts an element.
func (t *frequencies) add(s *machine.Scope) (more bool, err error) {
	x, err := t.l.Pred.On(t.f, s)
	if err != nil {
		return false, err
	}
	t.names.Saw(t.l.Pred, s)
	i, err := t.group(x)
	if err != nil {
		return false, err
	}
	if t.l.Pred2 != nil {
		if x, err = t.l.Pred2.On(t.f, s); err != nil {
			return false, err
		}
		if err = t.whole.add(x); err == nil {
			err = t.sums[i].add(x)
		}
		if err != nil {
			return false, t.l.Pred2.Pos().Err(err)
		}
	}
	t.all++
	t.counts[i]++
	return true, nil
}

// group returns the group of the value x.
func (t *frequencies) group(x value.Value) (i int, err error) {
	i, found, err := t.groups.Find(&t.f.Thread, x)
	if err != nil || found {
		return i, t.l.Pred.Pos().Err(err)
	}
	if err := t.newGroup(x); err != nil {
		return 0, err
	}
	if t.counts = append(t.counts, 0); t.l.Pred2 != nil {
		t.sums = append(t.sums, total{})
	}
	return t.groups.Count() - 1, nil
}

// takes reports whether addLanes takes such lanes.
func (t *frequencies) takes(l *machine.Lanes) bool {
	if l.Values.Kind == inspect.NoDatum || l.Values.Written {
		return false
	}
	return l.Second == nil || t.whole.takes(l.Second)
}

// addLanes counts elements.
func (t *frequencies) addLanes(l *machine.Lanes) (more bool, err error) {
	t.names.SawLanes(l)
	in := l.Elements()
	numbers, end, err := t.lanes.Number(l.Values, &in, l.Lo, l.Hi, func(lane int) (int, error) { return t.group(l.Value(lane)) })
	all := scan.Count(&in, l.Lo, end)
	t.all += all
	if counts := t.counts; all == end-l.Lo {
		for _, n := range numbers[l.Lo:end] {
			counts[n]++
		}
	} else {
		for lane := in.Next(l.Lo); lane < end; lane = in.Next(lane + 1) {
			counts[numbers[lane]]++
		}
	}
	if l.Second != nil && all > 0 {
		t.whole.addSome(l.Second, &in, l.Lo, end)
		for lane := in.Next(l.Lo); lane < end; lane = in.Next(lane + 1) {
			t.sums[numbers[lane]].addSome(l.Second, nil, lane, lane+1)
		}
	}
	if err != nil {
		l.Took = end - l.Lo + 1
		return false, err
	}
	return true, nil
}

// maxSofar bounds the rows of which freq tells when it did not come to its end.
const maxSofar = 64

// sofar is what freq has found: the rows of the most frequent values, or of those with the
// greatest sums, without percent.
func (t *frequencies) sofar() machine.Partial {
	var best []group
	all := 0
	for i, count := range t.counts {
		if count == 0 {
			continue // the limit came with its first element
		}
		all++
		x, _ := t.groups.At(i)
		g := group{held: x, count: count, size: float64(count)}
		if t.sums != nil {
			g.total, g.size = &t.sums[i], t.sums[i].Float64()
		}
		at := sort.Search(len(best), func(k int) bool { return t.before(&g, &best[k]) })
		if at < maxSofar {
			best = slices.Insert(best[:min(len(best), maxSofar-1)], at, g)
		}
	}
	rows, told := make([]*render.Node, len(best)), []string{}
	for i, g := range best {
		g.value = t.picture(&g)
		fields := []field{{"value", g.value}, {"count", g.count}}
		much := text.Thousands(g.count)
		if g.total != nil {
			sum, err := g.total.sum()
			node := plain(t.f, sum)
			if err != nil {
				node = &render.Node{Err: err.Error()}
			}
			fields, much = append(fields, field{"sum", node}), node.Line(partialWidth)
		}
		rows[i] = record(fields...)
		if i < 3 {
			told = append(told, g.value.Line(partialWidth)+": "+much)
		}
	}
	p := machine.Partial{Function: "freq", Told: "of " + counted(all, "value"), Answer: records(rows)}
	if p.Answer.Len = all; p.Answer.Len > len(rows) {
		p.Answer.Cut = &render.Cut{More: p.Answer.Len - len(rows)}
	}
	if all > len(told) {
		told = append(told, "…")
	}
	if len(told) > 0 {
		p.Told += " (" + strings.Join(told, ", ") + ")"
	}
	return p
}

// before reports whether a comes before b in what freq answers.
func (t *frequencies) before(a, b *group) bool {
	switch {
	case a.size != b.size:
		return a.size > b.size || b.size != b.size && a.size == a.size
	case a.count != b.count:
		return a.count > b.count
	}
	return t.picture(a).Compare(t.picture(b)) < 0
}

// picture is the value of g or, as long as it has none, makes it.
func (t *frequencies) picture(g *group) *render.Node {
	if g.value == nil {
		g.value = plain(t.f, value.Named(g.held, t.names.Constants()))
	}
	return g.value
}

// newGroup adds the group of the elements with the value x.
func (t *frequencies) newGroup(x value.Value) error {
	if t.groups.Count() == maxRows {
		return fault.New("budget", "there are more than %s different values", text.Thousands(maxRows)).
			With("group them coarser, as in freq(xs, .size / 1000)")
	}
	x, err := value.Hold(&t.f.Thread, x)
	if err != nil {
		return err
	}
	if err := t.groups.Add(&t.f.Thread, x, value.Nil); err != nil {
		return err
	}
	return t.f.Keep(value.NodeSize(6)) // its row
}

// group is a value, how many elements have it, and what they add up to.
type group struct {
	value *render.Node
	count int
	sum   value.Value // nil if nothing was added up
	size  float64     // of the sum

	held  value.Value // what value will be a picture of
	total *total      // what sum will be
}

func mostFrequent(a, b group) (int, error) {
	if o := cmp.Compare(b.count, a.count); o != 0 {
		return o, nil
	}
	return a.value.Compare(b.value), nil
}

// largest puts the greatest sum first, and NaN last.
func largest(f *machine.Frame, a, b group) (int, error) {
	if o, err := value.SortOrder(&f.Thread, b.sum, a.sum); o != 0 || err != nil {
		return o, err
	}
	return mostFrequent(a, b)
}

// percent is the share of part in all, with two decimals.
func percent(part, all float64) float64 { return math.Round(10_000*part/all) / 100 }
