// Package pace decides when one evaluation gives the processor to the application.
//
// It works in slices of 20 to 100 µs. Between two of them it looks at what the scheduler says of the
// moment. While a processor is idle, it goes on. While none is, it first goes to the end of every
// queue there is: of goroutines that wait for this processor, of sockets that nobody has fetched
// yet, and of threads that the kernel has no processor for. While others wait all the time, it works
// no more than a share of all processors, and sleeps for the rest.
package pace

import (
	"context"
	"time"
)

const (
	// calmSlice is how long an evaluation works between two yields while a processor is idle,
	// fullSlice while none is, and crowdSlice while others wait all the time: a request that comes
	// in, or who is next in line, waits that much longer. Between two slices in a crowd it sleeps,
	// and finds its caches cold: with 20 µs, a share is worth half as much.
	calmSlice  = 50 * time.Microsecond
	fullSlice  = 20 * time.Microsecond
	crowdSlice = 40 * time.Microsecond
	// minSlice is the least work that is worth a yield, and the least rest that counts as time left
	// to others: what Yield itself takes is shorter.
	minSlice = 5 * time.Microsecond
	// DefaultShare is the part of all processors that evaluations together have while others wait
	// for one all the time. docs/performance.md has what other shares leave to the application.
	DefaultShare = 1. / 32
	leastShare   = 1. / 1000
	// HoldTime bounds how long one chunk of work holds a guard.
	HoldTime = 100 * time.Microsecond
	// freshTime is how far into a slice a guard may still be taken. The scheduler preempts after 10
	// ms (forcePreemptNS in runtime/proc.go), and must not do so while a guard is held.
	freshTime = 2 * time.Millisecond
	// memory is how long what was seen of the scheduler counts. An evaluation is in a crowd from when
	// others have waited for most of that time until they have for less than half of it.
	memory   = 2 * time.Millisecond
	entering = .6
	leaving  = .4
	// trust is the most of a rest for which a look at its end stands: a rest ends when those of
	// others do, so what is seen then is not how it was.
	trust = 200 * time.Microsecond
	// maxCatchUp is how much longer a slice is, at most, of an evaluation that has had less than its
	// share: among goroutines that wait for the network or for each other, a millisecond passes
	// between two slices.
	maxCatchUp = 60 * time.Microsecond
	// maxCharge bounds what one slice is charged for: longer ones could not be interrupted, or were
	// waits. maxRest bounds one sleep.
	maxCharge = 2 * time.Millisecond
	maxRest   = 50 * time.Millisecond
	// queues is how often Yield goes to the end of all queues while others wait. Who is still waiting
	// then waits for another processor, and a short sleep makes this one look for them.
	// The sleep is twice as long each time that others wait still, up to maxNap.
	queues = 2
	// shortSleep is what an ordinary sleep lasts at least while a processor is idle.
	shortSleep = time.Millisecond
	// longSleep is a sleep that leaves others ten times what a chunk takes.
	longSleep = 10 * HoldTime
	minNap    = 5 * time.Microsecond
	maxNap    = 320 * time.Microsecond
)

// Pace is how one evaluation shares the processors with the application. It is for one goroutine.
type Pace struct {
	sys     system
	account *account
	share   float64       // of all processors; 1 means never to sleep
	since   time.Duration // when this slice began: at the end of the last yield or sleep
	gave    time.Duration // how long Yield has left the processors to others
	gauge   gauge
	waited  float64       // the part of the last moments in which others waited
	counted time.Duration // until when waited counts
	crowd   bool          // others wait all the time
	behind  time.Duration // work that it may catch up with in this slice
	nap     time.Duration // how long it slept last, because others waited; 0 once none did
	slept   time.Duration // the sleep that this slice began with; 0 if it was none
	loss    loss          // of time to what the scheduler does not see
}

// New returns a Pace with the [DefaultShare]. Its first slice begins now.
func New() Pace { return newPace(machine{}, &ours) }

func newPace(sys system, a *account) Pace {
	now := sys.now()
	return Pace{sys: sys, account: a, share: DefaultShare, since: now, counted: now, gauge: gauge{idle: true, processors: 1}}
}

// SetShare sets the part of all processors, from 0.001 to 1, that the evaluation has while others
// wait for one all the time. Evaluations that run at the same time have it together. With 1 it never
// sleeps.
func (p *Pace) SetShare(part float64) { p.share = min(max(part, leastShare), 1) }

// Gave returns how long Yield has left the processors to others.
func (p *Pace) Gave() time.Duration { return p.gave }

// Restart begins a slice now, after a wait that was no work.
func (p *Pace) Restart() {
	p.since = p.sys.now()
	p.loss.begin(p.sys, p.since)
}

// Fresh reports whether the slice is young enough to take a guard in.
func (p *Pace) Fresh() bool { return p.sys.now()-p.since <= freshTime }

// Hold returns how long the next chunk of work may hold a guard. A slice that began after a long sleep
// may be used up at once: who has just left the processor to others does so again soon.
func (p *Pace) Hold() time.Duration {
	if !p.crowded() && (p.gauge.idle || p.slept >= longSleep) {
		return HoldTime
	}
	return min(p.slice(), HoldTime)
}

// slice returns how long to work between two yields.
func (p *Pace) slice() time.Duration {
	switch {
	case p.crowded():
		return crowdSlice + p.behind
	case p.gauge.idle:
		return calmSlice
	}
	return fullSlice
}

// crowded reports whether to work no more than the share.
func (p *Pace) crowded() bool { return p.share < 1 && (p.crowd || p.loss.scarce) }

// Yield gives the processor to others, unless holding says that a guard is held, or the slice has
// only begun. It returns how long to work before the next call: 50 µs while a processor is idle,
// and 20 µs otherwise. While others wait for a processor all the time, that is 40 µs, or up to 100 to
// catch up with the share, and Yield first sleeps for as long as the share demands. The end of ctx
// ends that sleep.
func (p *Pace) Yield(ctx context.Context, holding bool) (slice time.Duration) {
	now := p.sys.now()
	worked := now - p.since
	if slice := p.slice(); holding || worked < minSlice || worked < slice/2 {
		return max(slice-worked, minSlice)
	}
	p.loss.end(p.sys, now, worked-p.slice())
	waits := p.look(now)
	switch {
	case p.crowded():
		// Who sleeps is not forgotten by goroutines that only ever run each other, as those of a
		// channel do: timers are looked at each time, other queues are not.
		_ = p.sys.sleep(ctx, min(max(p.charge(now, worked), minNap), maxRest))
	case p.gauge.idle:
		p.sys.offer()
		p.nap = 0
	case waits && p.share == 1:
		p.sys.offer() // who never sleeps does not wait until all queues are empty either
	default:
		p.queue()
		for n := 1; waits && n < queues; n++ {
			if waits = p.look(p.sys.now()); waits {
				p.queue()
			}
		}
		switch {
		case !waits:
			p.nap = 0
		case p.share < 1 && p.charge(now, worked) > 0:
			p.nap = min(max(2*p.nap, minNap), maxNap)
			_ = p.sys.sleep(ctx, p.nap)
		}
	}
	p.since, p.slept = p.sys.now(), 0
	p.catchUp()
	if left := p.since - now; left >= minSlice {
		p.gave += left
	}
	p.loss.begin(p.sys, p.since)
	return p.slice()
}

// charge charges for work that ended now, and returns how long to rest for it. Where the share is
// that of a whole processor or more, a single evaluation never rests.
func (p *Pace) charge(now, worked time.Duration) (rest time.Duration) {
	return p.account.charge(now, min(worked, maxCharge), p.processors())
}

// processors returns what the share is of all processors.
func (p *Pace) processors() float64 { return p.share * float64(p.gauge.processors) }

// queue goes to the end of all queues.
func (p *Pace) queue() {
	begin := p.sys.now()
	p.sys.queue()
	if took := p.sys.now() - begin; took > trust {
		p.count(1, took) // others came before us for that long
	}
}

// look asks the scheduler who is idle and who waits, unless it was asked a moment ago, and reports
// whether others wait for a processor while none is idle.
func (p *Pace) look(now time.Duration) (waits bool) {
	if !p.gauge.ask(p.sys, now) {
		return false
	}
	passed := now - p.counted
	p.counted = now
	if p.gauge.waits {
		p.count(1, min(passed, trust))
	} else {
		p.count(0, passed)
	}
	return p.gauge.waits
}

// count counts in whether others waited, 1 or 0, for that long.
func (p *Pace) count(waited float64, passed time.Duration) {
	p.waited += (waited - p.waited) * min(float64(passed)/float64(memory), .5)
	if p.waited > entering {
		p.crowd = true
	} else if p.waited < leaving {
		p.crowd = false
	}
}

// Sleep waits for d, or until ctx ends, and begins a slice.
func (p *Pace) Sleep(ctx context.Context, d time.Duration) error {
	defer p.Restart()
	if d < shortSleep {
		return p.sys.rest(ctx, d)
	}
	return p.sys.sleep(ctx, d)
}

// Rest is Yield, but leaves the processor to others for at least d. The end of ctx ends it, with its
// cause as the error.
func (p *Pace) Rest(ctx context.Context, d time.Duration) error {
	now := p.sys.now()
	worked := now - p.since
	p.loss.end(p.sys, now, worked-p.slice())
	if p.look(now); p.crowded() {
		d = max(d, min(p.charge(now, worked), maxRest))
	}
	err := p.sys.rest(ctx, d)
	p.Restart()
	p.slept = p.since - now
	p.catchUp()
	return err
}

// catchUp sets what the slice that begins now may be longer.
func (p *Pace) catchUp() {
	if p.behind = 0; p.crowded() {
		p.behind = min(p.account.credit(p.since, p.processors()), maxCatchUp)
	}
}
