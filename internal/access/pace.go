package access

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"
)

const (
	// calmSlice is how long a Visit works between two yields while nobody waits for a processor,
	// and busySlice while others do: whoever is next in line waits that much longer.
	calmSlice = 50 * time.Microsecond
	busySlice = 10 * time.Microsecond
	// brief is less work than is worth a yield.
	brief = 5 * time.Microsecond
	// DefaultShare is the part of one processor that a Visit has while others wait for one.
	// BenchmarkYielding in eval measures what that leaves to them.
	DefaultShare = 1. / 32
	// maxSleep bounds a sleep after work that could not be interrupted, or was a wait.
	maxSleep = 5 * time.Millisecond
	// maxCredit bounds the credit for a sleep that overran: among goroutines that do nothing but
	// compute a sleep takes ten milliseconds and more, until the runtime preempts one of them.
	maxCredit = time.Millisecond
	// To ask the runtime who waits takes its scheduler's lock and reads a word of each processor's:
	// 0.2 to 0.33 µs with GOMAXPROCS 2, 0.5 to 1.3 µs with 64 and 0.9 to 2 µs with 128 (on a
	// machine of two; on one of 128 each of these words comes from another cache). So a Visit asks
	// again after askEvery times as long as that took, which is one per cent of its time, or after
	// maxUnasked.
	askEvery   = 100
	maxUnasked = 2 * time.Millisecond
)

// pace is how one evaluation shares the processors with the application.
type pace struct {
	since   time.Time     // of this work: when it yielded or slept last
	most    int           // the most that it sleeps per unit of work
	crowded int           // 0: there is a processor for everybody; sleeps double with each level
	credit  time.Duration // work already paid for, because the last sleep overran
	waiting [1]metrics.Sample
	ask     func(*pace) bool // whether others wait
	next    time.Time        // when that is asked again
}

func newPace() pace {
	return pace{since: time.Now(), most: sleepPerWork(DefaultShare), ask: (*pace).othersWait, waiting: [1]metrics.Sample{{Name: "/sched/goroutines/runnable:goroutines"}}}
}

// sleepPerWork returns how long a Visit with that share of a processor sleeps per unit of work.
func sleepPerWork(share float64) int {
	const least = 1. / 1000
	return int(math.Round(1 / min(max(share, least), 1)))
}

// Share sets the part of one processor, from 0.001 to 1, that the Visit uses while others wait for
// one. The default is [DefaultShare]; with 1 the Visit never sleeps.
func (vis *Visit) Share(part float64) { vis.pace.most = sleepPerWork(part) }

// Yield gives the processor to others, unless a guard is held or the last Yield was a moment ago.
// It returns the time to work before the next call. While there is a processor for everybody that
// is 50 µs. While others wait for one it is 10 µs and the credit of the last sleep, and Yield
// sleeps first, long enough to leave them nearly all of the time. The walks of a View yield by
// themselves; any other loop calls Yield.
func (vis *Visit) Yield() (slice time.Duration) {
	p := &vis.pace
	now := time.Now()
	worked := now.Sub(p.since)
	switch {
	case len(vis.held) > 0 || worked < brief || p.crowded > 0 && worked < p.slice():
		return max(p.slice()-worked, brief)
	case p.crowded == 0:
		runtime.Gosched()
		p.since, p.credit = time.Now(), 0
	default:
		// Gosched is not enough: while we queue for this processor, nobody polls the network or
		// takes work from the queues of others.
		debt := p.debt(worked)
		_ = vis.sleep(min(debt, maxSleep))
		p.addCredit(p.since.Sub(now) - debt)
	}
	// One sample proves nothing: goroutines whose socket is readable already are not counted, and
	// the runtime's own wait for a moment too.
	if p.most > 1 && !p.since.Before(p.next) {
		switch {
		case !p.asked():
			p.crowded = max(p.crowded-1, 0)
		case 1<<p.crowded < p.most:
			p.crowded++
		}
	}
	return p.slice()
}

// asked reports whether others wait, and sets when to ask again.
func (p *pace) asked() bool {
	others := p.ask(p)
	now := time.Now()
	p.next = now.Add(min(askEvery*now.Sub(p.since), maxUnasked))
	return others
}

// debt returns how long to sleep for the work that no credit pays for.
func (p *pace) debt(worked time.Duration) time.Duration {
	return max(worked-p.credit, busySlice) * time.Duration(min(1<<p.crowded, p.most))
}

// addCredit turns the time by which a sleep overran into work that is paid for.
func (p *pace) addCredit(beyond time.Duration) {
	p.credit = min(max(beyond, 0)/time.Duration(p.most), maxCredit)
}

// slice returns how long to work between two yields.
func (p *pace) slice() time.Duration {
	if p.crowded == 0 {
		return calmSlice
	}
	return busySlice + p.credit
}

// hold returns how long one chunk of work may hold a guard.
func (p *pace) hold() time.Duration {
	if p.crowded == 0 {
		return holdTime
	}
	return min(p.slice(), holdTime)
}

// othersWait reports whether goroutines wait for a processor. With many processors a few do not
// count: they have just become runnable, and an idle processor is about to take them.
func (p *pace) othersWait() bool {
	metrics.Read(p.waiting[:])
	v := p.waiting[0].Value
	return v.Kind() == metrics.KindUint64 && v.Uint64() > uint64(runtime.GOMAXPROCS(0))/4
}

// sleep sleeps for d, or until the Visit's context ends.
func (vis *Visit) sleep(d time.Duration) error {
	defer func() { vis.pace.since = time.Now() }()
	return sleep(vis.ctx, d)
}
