// Package pace decides when one evaluation gives the processor to the application. It works in
// slices of 50 µs while there is a processor for everybody. While others wait for one it works in
// shorter slices and sleeps between them, so that it has only a small share of one processor.
package pace

import (
	"context"
	"math"
	"runtime"
	"runtime/metrics"
	"time"
)

const (
	// calmSlice is how long an evaluation works between two yields while nobody waits for a
	// processor, and busySlice while others do: whoever is next in line waits that much longer.
	calmSlice = 50 * time.Microsecond
	busySlice = 10 * time.Microsecond
	// minSlice is the least work that is worth a yield.
	minSlice = 5 * time.Microsecond
	// DefaultShare is the part of one processor that an evaluation has while others wait for one.
	// BenchmarkYielding in eval measures what that leaves to them.
	DefaultShare = 1. / 32
	// HoldTime bounds how long one chunk of work holds a guard.
	HoldTime = 100 * time.Microsecond
	// freshTime is how far into a slice a guard may still be taken. The scheduler preempts after 10
	// ms (forcePreemptNS in runtime/proc.go), and must not do so while a guard is held.
	freshTime = 2 * time.Millisecond
	// maxSleep bounds a sleep after work that could not be interrupted, or was a wait.
	maxSleep = 5 * time.Millisecond
	// maxCredit bounds the credit for a sleep that overran: among goroutines that do nothing but
	// compute, a sleep takes ten milliseconds and more, until the runtime preempts one of them.
	maxCredit = time.Millisecond
	// Asking the runtime who waits takes its scheduler's lock and reads a word of each processor:
	// 0.2 to 0.33 µs with GOMAXPROCS 2, 0.5 to 1.3 µs with 64 and 0.9 to 2 µs with 128 (on a
	// machine of two; on one of 128 each of these words comes from another cache). So Yield asks
	// again after askEvery times as long as asking took, one per cent of the time, or after
	// maxUnasked.
	askEvery   = 100
	maxUnasked = 2 * time.Millisecond
)

// Pace is how one evaluation shares the processors with the application. It is for one goroutine.
type Pace struct {
	since   time.Time     // when this slice began: at the end of the last yield or sleep
	most    int           // the most that it sleeps per unit of work; 1 means never
	crowded int           // 0: there is a processor for everybody; each level more doubles the sleeps
	credit  time.Duration // work already paid for, because the last sleep overran
	gave    time.Duration // how long Yield has left the processor to others
	waiting [1]metrics.Sample
	ask     func(*Pace) bool // reports whether others wait for a processor
	next    time.Time        // when to ask again
}

// New returns a Pace with the [DefaultShare]. Its first slice begins now.
func New() Pace {
	return Pace{
		since:   time.Now(),
		most:    sleepPerWork(DefaultShare),
		ask:     (*Pace).othersWait,
		waiting: [1]metrics.Sample{{Name: "/sched/goroutines/runnable:goroutines"}},
	}
}

// sleepPerWork returns how long an evaluation with that share of a processor sleeps per unit of
// work.
func sleepPerWork(share float64) int {
	const least = 1. / 1000
	return int(math.Round(1 / min(max(share, least), 1)))
}

// SetShare sets the part of one processor, from 0.001 to 1, that the evaluation has while others
// wait for one. With 1 it never sleeps.
func (p *Pace) SetShare(part float64) { p.most = sleepPerWork(part) }

// Gave returns how long Yield has left the processor to others.
func (p *Pace) Gave() time.Duration { return p.gave }

// Restart begins a slice now, after a wait that was no work.
func (p *Pace) Restart() { p.since = time.Now() }

// Fresh reports whether the slice is young enough to take a guard in.
func (p *Pace) Fresh() bool { return time.Since(p.since) <= freshTime }

// Yield gives the processor to others, unless holding says that a guard is held, or the slice has
// only begun. It returns how long to work before the next call: 50 µs while there is a processor
// for everybody; while others wait for one, 10 µs and the credit of the sleep with which Yield then
// begins. The end of ctx ends that sleep.
func (p *Pace) Yield(ctx context.Context, holding bool) (slice time.Duration) {
	now := time.Now()
	worked := now.Sub(p.since)
	switch {
	case holding || worked < minSlice || p.crowded > 0 && worked < p.slice():
		return max(p.slice()-worked, minSlice)
	case p.crowded == 0:
		runtime.Gosched()
		p.since, p.credit = time.Now(), 0
	default:
		// Gosched is not enough: while we queue for this processor nobody polls the network, or
		// takes work from the queues of others.
		debt := p.debt(worked)
		_ = p.Sleep(ctx, min(debt, maxSleep))
		p.addCredit(p.since.Sub(now) - debt)
	}
	p.gave += p.since.Sub(now)
	// One sample proves nothing: it misses goroutines whose socket has just become readable, and it
	// counts the runtime's own, which wait for a moment.
	if p.most > 1 && !p.since.Before(p.next) {
		switch {
		case !p.othersWaitNow():
			p.crowded = max(p.crowded-1, 0)
		case 1<<p.crowded < p.most:
			p.crowded++
		}
	}
	return p.slice()
}

// othersWaitNow asks whether others wait, and sets when to ask again.
func (p *Pace) othersWaitNow() bool {
	others := p.ask(p)
	now := time.Now()
	p.next = now.Add(min(askEvery*now.Sub(p.since), maxUnasked))
	return others
}

// debt returns how long to sleep for the work that no credit pays for.
func (p *Pace) debt(worked time.Duration) time.Duration {
	return max(worked-p.credit, busySlice) * time.Duration(min(1<<p.crowded, p.most))
}

// addCredit gives credit for a sleep that overran by that much.
func (p *Pace) addCredit(overrun time.Duration) {
	p.credit = min(max(overrun, 0)/time.Duration(p.most), maxCredit)
}

// slice returns how long to work between two yields.
func (p *Pace) slice() time.Duration {
	if p.crowded == 0 {
		return calmSlice
	}
	return busySlice + p.credit
}

// Hold returns how long the next chunk of work may hold a guard.
func (p *Pace) Hold() time.Duration {
	if p.crowded == 0 {
		return HoldTime
	}
	return min(p.slice(), HoldTime)
}

// othersWait reports whether goroutines wait for a processor. Among many processors a few such
// goroutines do not count: they have just become runnable, and an idle processor is about to take
// them.
func (p *Pace) othersWait() bool {
	metrics.Read(p.waiting[:])
	v := p.waiting[0].Value
	return v.Kind() == metrics.KindUint64 && v.Uint64() > uint64(runtime.GOMAXPROCS(0))/4
}

// Sleep waits for d, or until ctx ends, and begins a slice.
func (p *Pace) Sleep(ctx context.Context, d time.Duration) error {
	defer p.Restart()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
