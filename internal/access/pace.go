package access

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"
)

const (
	// calmSlice is how long a Visit works between two yields while nobody waits for a processor, and
	// busySlice while others do: whoever is next in line waits that much longer.
	calmSlice = 50 * time.Microsecond
	busySlice = 10 * time.Microsecond
	// brief is less work than is worth a yield.
	brief = 5 * time.Microsecond
	// DefaultShare is the part of one processor that a Visit has while others wait for one.
	// BenchmarkYielding in eval measures what that leaves to them.
	DefaultShare = 1. / 32
	// maxRest bounds a rest where the work could not be interrupted, or was a wait.
	maxRest = 5 * time.Millisecond
	// maxEarned bounds the work that a long rest is good for: among goroutines that do nothing but compute a
	// rest takes ten milliseconds and more, until the runtime takes a processor from one of them.
	maxEarned = time.Millisecond
	// To ask the runtime who waits takes its scheduler's lock and reads a word of each processor's: 0.2 to 0.33 µs with
	// GOMAXPROCS 2, 0.5 to 1.3 µs with 64 and 0.9 to 2 µs with 128 (on a machine of two; on one of 128 each of these words
	// comes from another cache). So a Visit asks again after askEvery times as long as that took, which is one per cent of its time, or
	// after maxUnasked.
	askEvery   = 100
	maxUnasked = 2 * time.Millisecond
)

// pace is how one evaluation shares the processors with the application.
type pace struct {
	since   time.Time     // of this work: when it yielded or rested last
	most    int           // how many times as long as it works it rests
	crowded int           // 0: there is a processor for everybody; rests double with each level
	earned  time.Duration // work that the last rest is good for beside a slice, as it lasted longer than was owed
	waiting [1]metrics.Sample
	ask     func(*pace) bool // whether others wait
	next    time.Time        // when that is asked again
}

func newPace() pace {
	return pace{since: time.Now(), most: restsOf(DefaultShare), ask: (*pace).othersWait, waiting: [1]metrics.Sample{{Name: "/sched/goroutines/runnable:goroutines"}}}
}

// restsOf is how many times as long as it works a Visit rests to have that part of a processor.
func restsOf(share float64) int {
	const least = 1. / 1000
	return int(math.Round(1 / min(max(share, least), 1)))
}

// Share sets the part of one processor, from 0.001 to 1, that the Visit has while others
// wait for one; [DefaultShare] until then. With 1 it does not rest.
func (vis *Visit) Share(part float64) { vis.pace.most = restsOf(part) }

// Yield lets others have the processor, unless a guard is held or that was done a
// moment ago. It returns for how long to work until the next time. While there is
// a processor for everybody, that is 50 µs; while others wait for one it is 10 µs,
// after a rest that leaves them nearly all of the time, or as much more as the rest was
// longer than it should be. The walks of a View do it by themselves; whoever works on
// anything else calls it.
func (vis *Visit) Yield() (slice time.Duration) {
	p := &vis.pace
	now := time.Now()
	worked := now.Sub(p.since)
	switch {
	case len(vis.held) > 0 || worked < brief || p.crowded > 0 && worked < p.slice():
		return max(p.slice()-worked, brief)
	case p.crowded == 0:
		runtime.Gosched()
		p.since, p.earned = time.Now(), 0
	default:
		// Gosched would not do: who waits in line for another processor, or for the network, is
		// not looked for while we are in line for this one.
		owed := p.owed(worked)
		_ = vis.rest(min(owed, maxRest))
		p.earn(p.since.Sub(now) - owed)
	}
	// One look does not tell: who waits for a socket that is readable already is not counted, and the
	// runtime's own goroutines wait for a moment too.
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

// asked asks whether others wait, and decides when to ask again.
func (p *pace) asked() bool {
	others := p.ask(p)
	now := time.Now()
	p.next = now.Add(min(askEvery*now.Sub(p.since), maxUnasked))
	return others
}

// owed is the rest for work that the last one did not pay for.
func (p *pace) owed(worked time.Duration) time.Duration {
	return max(worked-p.earned, busySlice) * time.Duration(min(1<<p.crowded, p.most))
}

// earn pays for work with what a rest lasted beyond what was owed.
func (p *pace) earn(beyond time.Duration) {
	p.earned = min(max(beyond, 0)/time.Duration(p.most), maxEarned)
}

// slice is how long to work between two yields.
func (p *pace) slice() time.Duration {
	if p.crowded == 0 {
		return calmSlice
	}
	return busySlice + p.earned
}

// hold is how long a guard is held by one chunk of work.
func (p *pace) hold() time.Duration {
	if p.crowded == 0 {
		return holdTime
	}
	return min(p.slice(), holdTime)
}

// othersWait reports whether goroutines wait for a processor: where there are many
// processors more than a few, as these have just begun to, and an idle one will soon take them.
func (p *pace) othersWait() bool {
	metrics.Read(p.waiting[:])
	v := p.waiting[0].Value
	return v.Kind() == metrics.KindUint64 && v.Uint64() > uint64(runtime.GOMAXPROCS(0))/4
}

// rest waits for d, or until the Visit's context ends.
func (vis *Visit) rest(d time.Duration) error {
	defer func() { vis.pace.since = time.Now() }()
	return sleep(vis.ctx, d)
}
