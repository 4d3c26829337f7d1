package shop

import (
	"slices"
	"sync/atomic"
	"time"
)

// Stats counts what the shop does. It is read without a lock.
type Stats struct {
	started  time.Time
	requests atomic.Int64
	failures atomic.Int64
	sent     atomic.Uint64 // bytes
	open     atomic.Bool
	latency  atomic.Pointer[Latency] // of the last full second; nil in the first
}

// Latency is how long requests took.
type Latency struct {
	p50, p99, max time.Duration
	requests      int
}

func newStats() *Stats {
	s := &Stats{started: time.Now()}
	s.open.Store(true)
	return s
}

// publish publishes the measurements of a second. It sorts took.
func (s *Stats) publish(took []time.Duration) {
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	s.latency.Store(&Latency{
		p50:      took[len(took)/2],
		p99:      took[len(took)*99/100],
		max:      took[len(took)-1],
		requests: len(took),
	})
}
