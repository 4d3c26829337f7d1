package watch

import (
	"math"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// seriesLength is how many samples of a leaf are kept for its sparkline, which has as many columns
// as there are left. A line has lineLength.
const (
	seriesLength = 120
	lineLength   = 24
)

// series is the history of one leaf.
type series struct {
	leaf                 // in the last sample that had it
	before  *render.Node // in the sample before that; nil if it was not there
	change  difference   // from before to node
	known   bool         // change is valid
	changed time.Time    // when it changed last; zero if it never did
	seen    time.Time    // when it was sampled last
	gone    bool         // it is not in the last sample
	values  []float64    // of the last seriesLength samples; NaN where it was not a number
	rates   []float64    // the change per second that led to each of values; NaN for none
}

// seriesSet holds the leaves of a watch.
type seriesSet struct {
	all   map[string]*series // by path
	order []*series          // as in the last sample, and then those that are gone since
}

// add adds the sample now, which follows last.
func (set *seriesSet) add(now, last *sample) {
	if set.all == nil {
		set.all = map[string]*series{}
	}
	var order []*series
	for _, l := range now.leaves() {
		s := set.all[l.path]
		if s == nil {
			s = &series{leaf: l}
			if last != nil && last.err == nil && !last.whole() {
				s.changed = now.at
			}
			set.all[l.path] = s
		}
		s.next(l.node, now.at)
		order = append(order, s)
	}
	if now.err == nil {
		for _, s := range set.order {
			if s.seen != now.at && !s.gone {
				s.gone, s.known, s.changed = true, false, now.at
				s.before, s.node = s.node, nil
				order = append(order, s) // once
			}
		}
		for path, s := range set.all {
			if s.gone {
				delete(set.all, path)
			}
		}
		set.order = order
	}
}

// next adds the node n of a sample.
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

// keep appends x to xs and drops what is too old for a sparkline.
func keep(xs []float64, x float64) []float64 {
	if xs = append(xs, x); len(xs) > seriesLength {
		xs = xs[len(xs)-seriesLength:]
	}
	return xs
}

// now returns the current value for people, in about max columns.
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

// maxWas is the width up to which a table tells the value before. More cannot be taken in at a
// glance.
const maxWas = 20

// isNumber reports whether the value is a number, which stands to the right in its column.
func (s *series) isNumber() bool {
	if s.node == nil {
		return false
	}
	_, ok := measure(s.node.Scalar)
	return ok
}

// delta tells how the leaf changed in the sample at that time, "" if it did not.
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

// speed returns the change per second, or "".
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

// numbers returns the numbers that a sparkline shows, what they are, and how they are written: the
// rates if the value only ever grew, as a counter does, and otherwise the values. It returns none
// if there is nothing to show.
func (s *series) numbers() (xs []float64, kind string, write func(float64) string) {
	if s.changed.IsZero() || s.gone || !s.known {
		return nil, "", nil
	}
	up, down := 0, false
	for _, r := range s.rates {
		if r > 0 {
			up++
		}
		down = down || r < 0
	}
	xs, kind, write = s.values, "value", decimal
	if _, ok := s.node.Scalar.(time.Duration); ok {
		write = func(x float64) string { return text.Duration(time.Duration(x), digits) }
	}
	if s.change.rate != nil && up > 1 && !down {
		xs, kind, write = s.rates, "rate", s.change.rate
	}
	n := 0
	for _, x := range xs {
		if !math.IsNaN(x) {
			n++
		}
	}
	if n < 2 {
		return nil, "", nil
	}
	return xs, kind, write
}

// trend says what the sparkline shows, and from where to where that goes.
func (s *series) trend() (kind, spread string) {
	xs, kind, write := s.numbers()
	if xs == nil {
		return "", ""
	}
	low, high := bounds(xs)
	if low == high {
		return kind, write(low)
	}
	from, to := write(low), write(high)
	if unit := "/s"; strings.HasSuffix(to, unit) {
		from = strings.TrimSuffix(from, unit) // it stands behind both
	}
	return kind, from + " to " + to
}

// spark returns the sparkline of the last samples, one a column.
func (s *series) spark(columns int) string {
	xs, _, _ := s.numbers()
	return sparkline(xs, columns)
}

// bars are the eight heights of a sparkline.
var bars = []rune("▁▂▃▄▅▆▇█")

// bounds returns the least and the greatest of xs. NaN is none of them.
func bounds(xs []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, x := range xs {
		if !math.IsNaN(x) {
			low, high = min(low, x), max(high, x)
		}
	}
	return low, high
}

// sparkline draws the last of xs, one a column. NaN is a gap. Its scale begins at zero, so that a
// number that changes little looks like one.
func sparkline(xs []float64, columns int) (line string) {
	low, high := bounds(xs)
	low, high = min(low, 0), max(high, 0)
	xs = xs[max(len(xs)-columns, 0):]
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
	return line
}
