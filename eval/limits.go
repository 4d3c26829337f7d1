package eval

import (
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Limits bounds each evaluation of a session. A zero field means the default beside it.
type Limits struct {
	Time time.Duration // default 5 s, or MaxTime if that is less
	// MaxTime is what Time may be raised to by a session or a Query: waiting hurts nobody. The
	// default is 60 s, and it is at least Time. An application that lowers Time below 5 s and does
	// not set MaxTime has both the same.
	MaxTime time.Duration
	Entries int          // entries and hops read; default 100 million
	Bytes   int          // bytes that an evaluation copies or builds and keeps; default 64 MiB
	Share   float64      // of all processors, for all evaluations together, while others wait for one; default 1/32; 1 means never to pause
	Output  int          // bytes of rendered answer; default 1 MiB
	Line    int          // bytes of source; default 64 KiB
	Nesting int          // nesting of the source; default 200
	Show    render.Limit // bounds what is shown, not what is computed; the zero Limit tapers
}

const (
	defaultTime    = 5 * time.Second
	defaultMaxTime = time.Minute
)

// Filled returns l with the defaults in place of zero and negative fields.
func (l Limits) Filled() Limits {
	switch {
	case l.MaxTime > 0 && l.Time <= 0:
		l.Time = min(defaultTime, l.MaxTime)
	case l.Time <= 0:
		l.Time = defaultTime
	}
	if l.MaxTime <= 0 && l.Time >= defaultTime {
		l.MaxTime = defaultMaxTime
	}
	l.MaxTime = max(l.MaxTime, l.Time)
	fill := func(n *int, otherwise int) {
		if *n <= 0 {
			*n = otherwise
		}
	}
	fill(&l.Entries, 100_000_000)
	fill(&l.Bytes, 64<<20)
	if l.Share <= 0 {
		l.Share = access.DefaultShare
	}
	fill(&l.Output, 1<<20)
	fill(&l.Line, 64<<10)
	fill(&l.Nesting, 200)
	if l.Show == (render.Limit{}) {
		l.Show.Taper = true
	}
	fill(&l.Show.Depth, 4)
	fill(&l.Show.Items, 64)
	fill(&l.Show.Bytes, 1024)
	fill(&l.Show.Nodes, 10_000)
	// A node takes some dozens of bytes of text: no more nodes than that can be shown.
	l.Show.Nodes = min(l.Show.Nodes, max(1, l.Output/32))
	return l
}

// all returns what bounds an answer that is to be shown whole: every element and all text, as deep
// as Show says.
func (l Limits) all() render.Limit {
	return render.Limit{Depth: l.Show.Depth, Items: l.Show.Nodes, Bytes: l.Output, Nodes: l.Show.Nodes, Once: l.Show.Once}
}

// Within returns l lowered by other: the smaller of both counts for each field, and a zero or
// negative field sets no limit. Time replaces that of l, up to MaxTime of l if that is set. The
// fields of Show bound nothing that is computed, so those of other replace those of l and may be
// greater. Only Show.Nodes stays.
func (l Limits) Within(other Limits) Limits {
	if other.MaxTime > 0 && (l.MaxTime <= 0 || other.MaxTime < l.MaxTime) {
		l.MaxTime = other.MaxTime
	}
	if other.Time > 0 {
		l.Time = other.Time
	}
	if l.MaxTime > 0 {
		l.Time = min(l.Time, l.MaxTime)
	}
	if other.Share > 0 && (l.Share <= 0 || other.Share < l.Share) {
		l.Share = other.Share
	}
	lower := func(n *int, by int) {
		if by > 0 && (*n <= 0 || by < *n) {
			*n = by
		}
	}
	lower(&l.Entries, other.Entries)
	lower(&l.Bytes, other.Bytes)
	lower(&l.Output, other.Output)
	lower(&l.Line, other.Line)
	lower(&l.Nesting, other.Nesting)
	show := func(n *int, to int) {
		if to > 0 {
			*n = to
		}
	}
	show(&l.Show.Depth, other.Show.Depth)
	show(&l.Show.Items, other.Show.Items)
	show(&l.Show.Bytes, other.Show.Bytes)
	return l
}
