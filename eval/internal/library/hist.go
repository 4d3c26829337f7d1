package library

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/number"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "hist", Args: "xs, .field", Min: 1, Max: 2, Predicate: 1, Fold: hist,
		Summary: "how the numbers or durations .field are distributed", Example: `hist(cache.items, .hits)`},
})

// A histogram keeps numbers in bins. A bin is no wider than 1/1024 of the numbers in it, so the
// memory depends on how far apart the numbers are and not on how many there are.
const binBits = 10

// bin holds the numbers that have the same leading bits.
type bin struct {
	lo, hi number.Number // the least and the greatest
	count  int
}

// binOf returns the index of the bin of x. Indices are in the order of the numbers. x is not NaN.
func binOf(x number.Number) int {
	f := x.Float64()
	i := int(math.Float64bits(math.Abs(f)) >> (52 - binBits))
	if f < 0 {
		return -1 - i
	}
	return i
}

type histogram struct {
	bins   map[int]*bin
	sorted []*bin
	total  total
	count  int // without NaN
	nan    int
}

// hist is hist(xs, by): the distribution of by, numbers or durations. A percentile is one of the
// numbers, or at most 1/1024 above it, which a note says.
func hist(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	h := histogram{bins: map[int]*bin{}}
	err := l.FoldBy(f, func() machine.Partial { return h.sofar(f) }, machine.Body{
		Each: func(s *machine.Scope) (bool, error) {
			x, err := l.Pred.On(f, s)
			if err != nil {
				return false, err
			}
			return true, l.Pred.Pos().Err(h.add(f, x))
		},
		Takes: func(lanes *machine.Lanes) bool { return h.total.takes(lanes.Values) },
		Lanes: func(lanes *machine.Lanes) (bool, error) {
			err := lanes.Each(func(lane int) error {
				n := lanes.Values.Number(lane)
				if n.IsFloat && n.F != n.F {
					h.nan++
					return nil
				}
				b, err := h.binFor(f, n)
				if err != nil {
					return err
				}
				h.total.addSome(lanes.Values, nil, lane, lane+1)
				h.intoBin(b, n)
				return nil
			})
			return err == nil, l.Pred.Pos().Err(err)
		},
	})
	if err != nil {
		return nil, err
	}
	h.sort()
	return h.answer(f)
}

// sofar is what hist has found.
func (h *histogram) sofar(f *machine.Frame) machine.Partial {
	p := machine.Partial{Function: "hist", Told: "none of which is a number"}
	h.sort()
	x, err := h.answer(f)
	if err != nil {
		p.Answer = &render.Node{Err: err.Error()}
		return p
	}
	p.Answer = x.(*value.Snapshot).Node
	if h.count > 0 {
		middle, _ := h.at(.5)
		p.Told = fmt.Sprintf("from %s to %s, half of them up to %s", brief(h.value(h.sorted[0].lo)),
			brief(h.value(h.sorted[len(h.sorted)-1].hi)), brief(h.value(middle)))
	}
	return p
}

func (h *histogram) add(f *machine.Frame, x value.Value) error {
	if err := value.Refuse(x); err != nil {
		return err
	}
	n, ok := value.NumberOf(x)
	if d, is := x.(value.Duration); is {
		n, ok = number.OfInt(int64(d)), true
	}
	if ok && n.IsFloat && n.F != n.F {
		h.nan++
		return nil
	}
	var b *bin
	if ok {
		var err error
		if b, err = h.binFor(f, n); err != nil {
			return err
		}
	}
	if err := h.total.add(x); !ok || err != nil {
		e := fault.New("type", "hist takes numbers, or durations, and this is %s", x.Kind())
		if _, is := x.(value.Time); is {
			return e.With("write now() - .field")
		}
		return e.With("name one of the fields, as in hist(xs, .size)")
	}
	h.intoBin(b, n)
	return nil
}

// binFor returns the bin of n, and makes it if there is none. It comes before n is counted anywhere,
// as a limit may.
func (h *histogram) binFor(f *machine.Frame, n number.Number) (*bin, error) {
	i := binOf(n)
	if b := h.bins[i]; b != nil {
		return b, nil
	}
	if err := f.Keep(12 * meter.ElementSize); err != nil {
		return nil, err
	}
	b := &bin{n, n, 0}
	h.bins[i] = b
	return b, nil
}

// intoBin counts n, which total has, in its bin.
func (h *histogram) intoBin(b *bin, n number.Number) {
	h.count++
	b.count++
	if o, _ := number.Compare(n, b.lo); o < 0 {
		b.lo = n
	}
	if o, _ := number.Compare(n, b.hi); o > 0 {
		b.hi = n
	}
}

func (h *histogram) sort() {
	var order []int
	for i := range h.bins {
		order = append(order, i)
	}
	slices.Sort(order)
	h.sorted = h.sorted[:0] // it may have told before what it had found
	for _, i := range order {
		h.sorted = append(h.sorted, h.bins[i])
	}
}

// at returns the number that a part of all numbers does not exceed (nearest rank). exact says that
// it is one of them.
func (h *histogram) at(part float64) (n number.Number, exact bool) {
	rank := max(1, int(math.Ceil(part*float64(h.count))))
	for _, b := range h.sorted {
		if rank <= b.count {
			o, _ := number.Compare(b.lo, b.hi)
			if rank == 1 {
				return b.lo, true
			}
			return b.hi, o == 0 || rank == b.count
		}
		rank -= b.count
	}
	return number.Number{}, false
}

func (h *histogram) value(n number.Number) value.Value {
	x, _ := value.OfNumber(n)
	if i, ok := x.(value.Int); ok && h.total.durations {
		return value.Duration(i)
	}
	return x
}

func (h *histogram) answer(f *machine.Frame) (value.Value, error) {
	if h.count == 0 {
		return &value.Snapshot{Node: record(field{"count", 0}, field{"nan", h.nan}), Page: textPage("no values")}, nil
	}
	first, last := h.sorted[0].lo, h.sorted[len(h.sorted)-1].hi
	mean, err := h.total.mean(h.count)
	if err != nil {
		return nil, err
	}
	fields := []field{{"count", h.count}, {"min", h.value(first)}, {"mean", mean}}
	head := fmt.Sprintf("%s values   min %s   mean %s   max %s", text.Thousands(h.count),
		brief(h.value(first)), brief(mean), brief(h.value(last)))
	var percentiles []string
	exact := true
	for _, p := range []struct {
		name string
		part float64
	}{{"p50", .5}, {"p90", .9}, {"p99", .99}, {"p999", .999}} {
		n, is := h.at(p.part)
		exact = exact && is
		fields = append(fields, field{p.name, h.value(n)})
		percentiles = append(percentiles, p.name+" "+brief(h.value(n)))
	}
	bars, sharp := h.bars()
	fields = append(fields, field{"max", h.value(last)})
	if h.nan > 0 {
		fields = append(fields, field{"nan", h.nan})
		head += fmt.Sprintf("   NaN %s times", text.Thousands(h.nan))
	}
	rows := make([]*render.Node, len(bars))
	for i, b := range bars {
		rows[i] = record(field{"from", b.from}, field{"below", b.below}, field{"count", b.count})
	}
	fields = append(fields, field{"bars", records(rows)})
	if !exact {
		f.Note("the percentiles are up to 1/1024 above the true ones")
	}
	if !sharp {
		f.Note("what lies within 1/1024 of the edge of a bar may be counted in the one beside it")
	}
	page := &render.Page{Gap: 2}
	page.Text(head, render.PlainRole)
	page.Text(strings.Join(percentiles, "   "), render.PlainRole)
	drawBars(page, bars)
	return &value.Snapshot{Node: record(fields...), Page: page}, nil
}

// bar is a line of a histogram: the numbers from from to below below, or just from if below is nil.
type bar struct {
	from, below value.Value
	count       int
}

// maxBars is about how many lines a histogram has.
const maxBars = 12

// bars returns the lines: of equal widths, or of growing ones if most numbers are small beside the
// greatest. sharp says that each number is in its line.
func (h *histogram) bars() (bars []bar, sharp bool) {
	if h.discrete() {
		for _, b := range h.sorted {
			bars = append(bars, bar{h.value(b.lo), nil, b.count})
		}
		return bars, true
	}
	edges := h.edges()
	sharp = true
	at := 0
	for i := 0; i+1 < len(edges); i++ {
		b := bar{h.edge(edges[i]), h.edge(edges[i+1]), 0}
		for at < len(h.sorted) && h.sorted[at].lo.Float64() < edges[i+1] {
			sharp = sharp && h.sorted[at].hi.Float64() < edges[i+1]
			b.count += h.sorted[at].count
			at++
		}
		bars = append(bars, b)
	}
	return bars, sharp
}

// discrete reports whether there are few enough different numbers for a line each.
func (h *histogram) discrete() bool {
	for _, b := range h.sorted {
		if o, _ := number.Compare(b.lo, b.hi); o != 0 {
			return false
		}
	}
	return len(h.sorted) <= maxBars
}

func (h *histogram) edge(x float64) value.Value {
	if h.total.durations {
		switch { // durations saturate
		case x >= math.MaxInt64:
			return value.Duration(math.MaxInt64)
		case x <= math.MinInt64:
			return value.Duration(math.MinInt64)
		}
		return value.Duration(x)
	}
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return value.Int(x)
	}
	return value.Float(x)
}

// edges returns the bounds of the lines, all round numbers.
func (h *histogram) edges() []float64 {
	least, most := h.sorted[0].lo.Float64(), h.sorted[len(h.sorted)-1].hi.Float64()
	if math.IsInf(least, 0) || math.IsInf(most, 0) {
		return []float64{math.Inf(-1), math.MaxFloat64, math.Inf(1)}
	}
	r := h.rungs()
	middle, _ := h.at(.5)
	if median := middle.Float64(); least >= 0 && most >= 20 && most > 20*median {
		return growing(r, least, most, math.Max(median/20, h.least(most/10_000)))
	}
	step := h.least(r.at(r.below((most-least)/maxBars) + 1))
	edges := []float64{math.Floor(least/step) * step}
	for n := 1.0; edges[len(edges)-1] <= most && n <= 4*maxBars; n++ {
		edges = append(edges, edges[0]+n*step)
	}
	return edges
}

// least is x as the width of a line, which is at least 1 if all numbers are integers.
func (h *histogram) least(x float64) float64 {
	if slices.ContainsFunc(h.sorted, func(b *bin) bool { return b.lo.IsFloat || b.hi.IsFloat }) {
		return x
	}
	return math.Max(x, 1)
}

// growing returns edges that grow from rung to rung, or by three rungs if those were too many.
// least is not negative.
func growing(r rungs, least, most, first float64) (edges []float64) {
	k := r.below(math.Max(first, least))
	if least < r.at(k) {
		edges = append(edges, 0)
	}
	step := 1
	if r.below(most)-k > 15 {
		step = 3
	}
	for ; ; k += step {
		if edges = append(edges, r.at(k)); r.at(k) > most {
			return edges
		}
	}
}

// rungs are round numbers: 1, 2, 5, 10, 20, … in both directions. Those of durations are special
// from a second on, and days after the last special one.
type rungs struct{ special []float64 }

// rounds are durations that people call round, though they are no round number of nanoseconds.
var rounds = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

const day = 24 * time.Hour

// secondRung is the rung of a second, in nanoseconds.
const secondRung = 27

func (h *histogram) rungs() (r rungs) {
	if h.total.durations {
		for _, d := range rounds {
			r.special = append(r.special, float64(d))
		}
	}
	return r
}

// at is rung k; at(0) is 1.
func (r rungs) at(k int) float64 {
	unit := 1.0
	if n := len(r.special); n > 0 && k >= secondRung {
		if k -= secondRung; k < n {
			return r.special[k]
		}
		k, unit = k-n, float64(day)
	}
	tens := int(math.Floor(float64(k) / 3))
	return []float64{1, 2, 5}[k-3*tens] * math.Pow10(tens) * unit
}

// below is the index of the greatest rung that is not above x. x is positive.
func (r rungs) below(x float64) int {
	k := 3 * int(math.Floor(math.Log10(x)))
	if len(r.special) > 0 {
		k = min(k, secondRung)
	}
	for r.at(k+1) <= x {
		k++
	}
	return k
}

// drawBars adds the lines to the page.
func drawBars(page *render.Page, bars []bar) {
	most := slices.MaxFunc(bars, func(a, b bar) int { return cmp.Compare(a.count, b.count) }).count
	rows, parts := make([][]string, len(bars)), make([]float64, len(bars))
	for i, b := range bars {
		below := ""
		if b.below != nil {
			below = brief(b.below)
		}
		rows[i] = []string{brief(b.from), below, text.Thousands(b.count)}
		parts[i] = float64(b.count) / float64(most)
	}
	from, below := "from", "below"
	if bars[0].below == nil {
		from, below = "value", ""
	}
	number := func(name string) render.Column {
		return render.Column{Name: name, Role: render.NumberRole, Right: true}
	}
	page.Bars(rows, parts, number(from), number(below), number("count"))
}

// shownDigits is how many digits of a number people read.
const shownDigits = 4

// brief is a number in shownDigits digits.
func brief(x value.Value) string {
	switch x := x.(type) {
	case value.Int:
		return text.Group(strconv.FormatInt(int64(x), 10))
	case value.Duration:
		return text.Duration(time.Duration(x), shownDigits)
	}
	if n, ok := value.NumberOf(x); ok && n.IsFloat {
		if f := math.Abs(n.F); f >= 1000 && f < 1e15 {
			return text.Group(strconv.FormatInt(int64(math.Round(n.F)), 10))
		}
		return strconv.FormatFloat(n.F, 'g', shownDigits, 64)
	}
	return fmt.Sprint(x)
}
