package pace

import (
	"runtime/metrics"
	"time"
)

const (
	// Asking the scheduler takes its lock and reads a word of each processor: 0.1 to 0.3 µs with
	// GOMAXPROCS 2, 0.5 to 1.3 µs with 64 and 0.8 to 2 µs with 128 (on a machine of two; on one of 128
	// each of these words comes from another cache). So it is asked again after askEvery times as
	// long as asking took, one per cent of the time, or after maxUnasked.
	askEvery   = 100
	maxUnasked = 2 * time.Millisecond
	// forget is after how many looks the least number of goroutines outside of Go is found anew.
	forget = 1024
)

// counts are what the scheduler says of a moment.
type counts struct {
	runnable   int // goroutines that wait for a processor
	running    int // goroutines that have one, ours among them
	outside    int // goroutines in system calls and C code
	processors int // GOMAXPROCS, which follows a container's quota
}

// gauge is what was last seen of the scheduler.
type gauge struct {
	waits, idle bool
	processors  int
	next        time.Duration // when to ask again
	parked      int           // goroutines that stay outside of Go, as those that wait for signals do
	looks       int
	samples     [4]metrics.Sample
}

// ask asks the scheduler, and reports whether it did: it does so seldom where asking takes long.
func (g *gauge) ask(sys system, now time.Duration) bool {
	if now < g.next {
		return false
	}
	c := sys.counts(&g.samples)
	end := sys.now()
	g.next = end + min(askEvery*(end-now), maxUnasked)
	g.see(c)
	return true
}

// see takes in what the scheduler says. A goroutine outside of Go counts as one that has a processor:
// it may hold one, and its thread does. Those that stay outside do not.
func (g *gauge) see(c counts) {
	if g.looks%forget == 0 || c.outside < g.parked {
		g.parked = c.outside
	}
	g.looks++
	g.processors = c.processors
	g.idle = c.running+c.outside-g.parked < c.processors
	g.waits = c.runnable > 0 && !g.idle
}

// metricNames are those that counts come from, in the order of its fields.
var metricNames = [4]string{
	"/sched/goroutines/runnable:goroutines",
	"/sched/goroutines/running:goroutines",
	"/sched/goroutines/not-in-go:goroutines",
	"/sched/gomaxprocs:threads",
}

// read returns what the scheduler says now, by way of s. What this Go does not tell is 0.
func read(s *[4]metrics.Sample) counts {
	if s[0].Name == "" {
		for i, name := range metricNames {
			s[i].Name = name
		}
	}
	metrics.Read(s[:])
	var n [4]int
	for i := range s {
		if s[i].Value.Kind() == metrics.KindUint64 {
			n[i] = int(s[i].Value.Uint64())
		}
	}
	return counts{n[0], n[1], n[2], n[3]}
}
