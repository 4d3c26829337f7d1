package watch

import (
	"math"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// seriesLength is for how many samples a watch remembers a number: a sparkline is not longer.
const seriesLength = 24

// series is what became of one leaf, sample by sample.
type series struct {
	leaf
	before  *render.Node // in the sample before; nil where it was not there
	change  difference
	known   bool      // change is one
	changed time.Time // last; zero for not yet
	values  []float64 // the last of them, NaN where it was no number
	rates   []float64 // the change per second that led to each, NaN for none
	seen    time.Time // in the last sample, or before
	gone    bool
}

// seriesSet is the leaves of a watch.
type seriesSet struct {
	all   map[string]*series
	order []*series // as in the last sample; those that are gone at the end
}

// add takes up the next sample.
func (set *seriesSet) add(now, last *sample) {
	if set.all == nil {
		set.all = map[string]*series{}
	}
	var order []*series
	for _, l := range now.leaves() {
		s := set.all[l.place]
		if s == nil {
			s = &series{leaf: l}
			if last != nil && last.err == nil && !last.whole() {
				s.changed = now.at
			}
			set.all[l.place] = s
		}
		s.next(l.node, now.at)
		order = append(order, s)
	}
	if now.err == nil {
		for _, s := range set.order {
			if s.seen != now.at && !s.gone {
				s.gone, s.known, s.changed = true, false, now.at
				s.before, s.node = s.node, nil
				order = append(order, s) // for this once
			}
		}
		for place, s := range set.all {
			if s.gone {
				delete(set.all, place)
			}
		}
		set.order = order
	}
}

// next takes up what the leaf is now.
func (s *series) next(n *render.Node, at time.Time) {
	rate := math.NaN()
	if !s.seen.IsZero() {
		s.before = s.node
		s.change, s.known = differ(s.before, n)
		if passed := at.Sub(s.seen).Seconds(); s.known && passed > 0 {
			rate = s.change.by / passed
		}
		if s.before.Line(0) != n.Line(0) {
			s.changed = at
		}
	}
	value := math.NaN()
	if n != nil && !n.Hidden {
		if x, ok := measure(n.Scalar); ok {
			value = x
		}
	}
	s.values, s.rates = keep(s.values, value), keep(s.rates, rate)
	s.node, s.seen = n, at
}

func keep(xs []float64, x float64) []float64 {
	if xs = append(xs, x); len(xs) > seriesLength {
		xs = xs[len(xs)-seriesLength:]
	}
	return xs
}

// now is what the leaf is, for people.
func (s *series) now(max int) string {
	switch {
	case s.gone:
		return "gone"
	case s.node == nil:
		return "nil"
	case s.node.Mark&inspect.Torn == 0 && isInteger(s.node.Scalar) && !s.node.Hidden:
		return text.Group(s.node.Text)
	}
	if t, ok := s.node.Scalar.(time.Time); ok && !t.IsZero() && !s.node.Hidden {
		if s.seen.Sub(t).Abs() < 24*time.Hour {
			return t.Format("15:04:05.000")
		}
		return t.Format(time.DateTime)
	}
	return s.node.Line(max)
}

// maxWas is how wide it is said at most what was before: what is longer says little at a glance.
const maxWas = 20

// isNumber reports whether it stands to the right in its column.
func (s *series) isNumber() bool {
	if s.node == nil {
		return false
	}
	_, ok := measure(s.node.Scalar)
	return ok
}

// delta is what happened to it in the last sample, "" for nothing.
func (s *series) delta(at time.Time, max int) string {
	switch {
	case !s.changed.Equal(at):
		return ""
	case s.before == nil:
		return "new"
	case s.known && s.change.by != 0:
		return s.change.text
	}
	if was := "was " + s.before.Line(0); text.Width(was) <= min(max, maxWas) {
		return was
	}
	return "changed"
}

// speed is the change per second, "" where there is none to tell.
func (s *series) speed() string {
	rate := math.NaN()
	if len(s.rates) > 0 {
		rate = s.rates[len(s.rates)-1]
	}
	if s.changed.IsZero() || !s.known || s.change.rate == nil || math.IsNaN(rate) {
		return ""
	}
	return s.change.rate(rate)
}

// trend draws the last samples, and says between what it is drawn: the rates of what only ever
// went up, as a counter does, or else the values.
func (s *series) trend() string {
	if s.changed.IsZero() || s.gone || !s.known {
		return ""
	}
	up, down := 0, false
	for _, r := range s.rates {
		if r > 0 {
			up++
		}
		down = down || r < 0
	}
	xs, write := s.values, func(x float64) string { return decimal(x) }
	if _, ok := s.node.Scalar.(time.Duration); ok {
		write = func(x float64) string { return text.Duration(time.Duration(x), digits) }
	}
	if s.change.rate != nil && up > 1 && !down {
		xs, write = s.rates, s.change.rate
	}
	line, low, high, ok := sparkline(xs)
	if !ok {
		return ""
	}
	if low == high {
		return line + "  " + write(low)
	}
	return line + "  " + write(low) + " to " + write(high)
}

// bars are the eight heights of a sparkline.
var bars = []rune("▁▂▃▄▅▆▇█")

// sparkline draws xs between their least and their greatest; NaN is a gap. ok is false where
// there are no two numbers.
func sparkline(xs []float64) (line string, low, high float64, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	n := 0
	for _, x := range xs {
		if !math.IsNaN(x) {
			low, high = min(low, x), max(high, x)
			n++
		}
	}
	for i, x := range xs {
		switch {
		case math.IsNaN(x) && (line != "" || i == len(xs)-1):
			line += " "
		case math.IsNaN(x):
		case low == high:
			line += string(bars[0])
		default:
			part := (x/2 - low/2) / (high/2 - low/2) // halves do not overflow
			line += string(bars[min(int(part*float64(len(bars))), len(bars)-1)])
		}
	}
	return line, low, high, n > 1
}
