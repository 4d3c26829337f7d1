package pace

import (
	"context"
	"errors"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	_ "github.com/sightglass-go/sightglass/internal/attack"
)

const µs = time.Microsecond

// fake is a system whose time passes only by what is done.
type fake struct {
	t              time.Duration
	is             counts
	asked          int
	askTakes       time.Duration
	offers, queues int
	queueTakes     time.Duration
	sleeps         []time.Duration
	late           time.Duration // by which sleeps end
	taken          int64         // how often the processor was taken from this thread
}

func (f *fake) now() time.Duration { return f.t }

func (f *fake) counts(*[4]metrics.Sample) counts {
	f.asked++
	f.t += f.askTakes
	return f.is
}

func (f *fake) offer() { f.offers++ }

func (f *fake) queue() {
	f.queues++
	f.t += f.queueTakes
}

func (f *fake) sleep(ctx context.Context, d time.Duration) error {
	f.sleeps = append(f.sleeps, d)
	f.t += d + f.late
	return ctx.Err()
}

func (f *fake) rest(ctx context.Context, d time.Duration) error { return f.sleep(ctx, d) }

func (f *fake) interruptions() int64 { return f.taken }

var (
	idleNow    = counts{running: 1, processors: 2}              // a processor is idle
	fullNow    = counts{running: 2, processors: 2}              // none is, and nobody waits
	crowdedNow = counts{running: 2, runnable: 3, processors: 2} // others wait
)

// begin returns a Pace in a system of that state, with an account of its own.
func begin(is counts) (*fake, *Pace) {
	f := &fake{is: is}
	p := newPace(f, new(account))
	return f, &p
}

// work works for a slice, yields, and returns how long it worked.
func (f *fake) work(t *testing.T, p *Pace) time.Duration {
	d := p.slice()
	f.t += d
	p.Yield(t.Context(), false)
	return d
}

// While a processor is idle, it is used.
func TestIdle(t *testing.T) {
	f, p := begin(idleNow)
	for range 1000 {
		if f.work(t, p); p.slice() != calmSlice || p.Hold() != HoldTime {
			t.Fatal("slices are short while a processor is idle")
		}
	}
	if f.offers != 1000 || f.queues > 0 || len(f.sleeps) > 0 || p.Gave() > 0 {
		t.Errorf("%d offers, %d queues, %d sleeps, %v given", f.offers, f.queues, len(f.sleeps), p.Gave())
	}
}

// While none is, every slice ends at the end of all queues: nobody else asks for the network.
func TestFull(t *testing.T) {
	f, p := begin(fullNow)
	for range 1000 {
		if f.work(t, p); p.slice() != fullSlice || p.Hold() != fullSlice {
			t.Fatal("slices are long while all processors are busy")
		}
	}
	if f.queues != 1000 || len(f.sleeps) > 0 {
		t.Errorf("%d queues, %d sleeps", f.queues, len(f.sleeps))
	}
}

// Where others begin to wait, they are left more and more of the time, and soon all but the share.
// Once nobody waits any more, it is over.
func TestRests(t *testing.T) {
	for _, share := range []float64{DefaultShare, 0.01, 0.25} {
		f, p := begin(crowdedNow)
		p.SetShare(share)
		for before := time.Duration(0); !p.crowd; {
			worked := f.work(t, p)
			if n := len(f.sleeps); n > 0 && !p.crowd && f.sleeps[n-1] < min(2*before, maxNap) && f.sleeps[n-1] > before {
				t.Fatalf("a sleep of %v after one of %v", f.sleeps[n-1], before)
			} else if n > 0 {
				before = f.sleeps[n-1]
			}
			if f.t > 10*memory {
				t.Fatalf("others wait, and are not seen to after %v of work", worked)
			}
		}
		begin, gave := f.t, p.Gave()
		var worked time.Duration
		for f.t-begin < time.Second {
			worked += f.work(t, p)
		}
		if part := worked.Seconds() / (f.t - begin).Seconds() / float64(f.is.processors); part < 0.9*share || part > 1.02*share {
			t.Errorf("a part of %.4f of all processors with the share %.4f", part, share)
		}
		if left := p.Gave() - gave; left+worked != f.t-begin {
			t.Errorf("%v worked and %v left to others are not %v", worked, left, f.t-begin)
		}
		f.is = idleNow
		for since := f.t; p.slice() != calmSlice; f.work(t, p) {
			if f.t-since > 10*memory {
				t.Fatal("it rests though nobody waits")
			}
		}
	}
}

// Late sleeps are made up for, so that the share is had.
func TestLateSleeps(t *testing.T) {
	f, p := begin(crowdedNow)
	f.late = time.Millisecond
	for !p.crowd {
		f.work(t, p)
	}
	begin, worked := f.t, time.Duration(0)
	for f.t-begin < time.Second {
		worked += f.work(t, p)
	}
	if part := worked.Seconds() / (f.t - begin).Seconds() / 2; part < 0.8*DefaultShare || part > 1.02*DefaultShare {
		t.Errorf("a part of %.4f of all processors", part)
	}
}

// A share of many processors is more than one of them.
func TestManyProcessors(t *testing.T) {
	f, p := begin(counts{running: 128, runnable: 50, processors: 128})
	for range 1000 {
		f.work(t, p)
	}
	if f.sleeps = nil; !p.crowd {
		t.Error("others wait, and are not seen to")
	}
	for range 1000 {
		f.work(t, p)
	}
	if longest := slices.Max(f.sleeps); longest > minNap {
		t.Errorf("one evaluation sleeps for %v where it may have four processors", longest)
	}
}

// Who has all never sleeps.
func TestAll(t *testing.T) {
	f, p := begin(crowdedNow)
	p.SetShare(1)
	for range 1000 {
		f.work(t, p)
	}
	if len(f.sleeps) > 0 {
		t.Errorf("who has all processors sleeps for %v", f.sleeps[0])
	}
	if f.queues > 0 || f.offers != 1000 {
		t.Errorf("who has all processors waited %d times until the queues were empty", f.queues)
	}
}

// Evaluations that run at the same time have the share together.
func TestShareOfAll(t *testing.T) {
	const processors, share = 8, 1. / 16
	for _, n := range []int{1, 2, 5, 32} {
		a := new(account)
		wake := make([]time.Duration, n)
		var worked, now time.Duration
		for now < time.Second {
			next := 0
			for i, at := range wake {
				if at < wake[next] {
					next = i
				}
			}
			// As many as there are processors work at the same time.
			now = max(now, wake[next])
			end := now + crowdSlice
			worked += crowdSlice
			wake[next] = end + a.charge(end, crowdSlice, share*processors)
		}
		if got := worked.Seconds() / now.Seconds(); got > 1.02*share*processors || got < 0.9*share*processors {
			t.Errorf("%d evaluations have %.3f processors, want %.3f", n, got, share*processors)
		}
	}
}

// Under a guard, and a moment after the last yield, nothing is asked, offered or slept.
func TestNoYield(t *testing.T) {
	f, p := begin(crowdedNow)
	for range 1000 {
		f.work(t, p)
	}
	before := *f
	f.t += time.Second
	if d := p.Yield(t.Context(), true); d != minSlice {
		t.Errorf("under a guard, the next look is after %v", d)
	}
	p.Restart()
	f.t += minSlice - 1
	p.Yield(t.Context(), false)
	if f.asked != before.asked || f.queues != before.queues || f.offers != before.offers || len(f.sleeps) != len(before.sleeps) {
		t.Error("it yields under a guard, or a moment after the last yield")
	}
}

// The end of ctx ends a sleep, of Yield too.
func TestSleepEnds(t *testing.T) {
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	p := New()
	if err := p.Sleep(ctx, time.Hour); err != gone {
		t.Error(err)
	}
	p.crowd, p.gauge.processors = true, 1
	p.account = new(account)
	p.account.paid.Store(int64(p.sys.now() + 24*time.Hour))
	for begin := p.since; p.since == begin; {
		p.crowd = true
		p.Yield(ctx, false)
	}
}

// How often the scheduler is asked depends on what asking takes.
func TestAsksSeldom(t *testing.T) {
	for _, row := range []struct {
		takes time.Duration
		most  int // in 50 ms of work
	}{{0, 1000}, {200 * time.Nanosecond, 1000}, {10 * µs, 50}, {time.Millisecond, 25}} {
		f, p := begin(idleNow)
		f.askTakes = row.takes
		for range 1000 {
			f.work(t, p)
		}
		if f.asked > row.most || f.asked < row.most/2 {
			t.Errorf("asking takes %v, and was done %d times in 50 ms of work, want %d", row.takes, f.asked, row.most)
		}
	}
}

// What Go tells of the scheduler has the names that are asked for.
func TestCounts(t *testing.T) {
	var s [4]metrics.Sample
	if c := read(&s); c.running < 1 || c.processors < 1 {
		t.Errorf("%+v", c)
	}
	for i := range s {
		if s[i].Value.Kind() != metrics.KindUint64 {
			t.Errorf("%s is not a number", s[i].Name)
		}
	}
}

// Goroutines that stay in system calls keep no processor busy, and those that come and go do.
func TestOutside(t *testing.T) {
	var g gauge
	idle := func(outside int) bool {
		g.see(counts{running: 1, outside: outside, processors: 4})
		return g.idle
	}
	for range forget / 2 {
		if !idle(50) {
			t.Fatal("goroutines that stay outside of Go keep processors busy")
		}
	}
	if idle(53) {
		t.Error("goroutines in system calls have no processors")
	}
	for range 2 * forget {
		idle(53)
	}
	if !idle(53) {
		t.Error("goroutines that stay outside of Go are not forgotten")
	}
}

// The kernel gives processors to others without the scheduler's knowledge. What is lost that way is
// seen, unless the slice was long by itself, and is looked for again later.
func TestLoss(t *testing.T) {
	f, p := begin(idleNow)
	long := func(interrupted int64) {
		f.t += 8 * time.Millisecond
		f.taken += interrupted
		p.Yield(t.Context(), false)
	}
	for range 100 {
		long(0)
	}
	if f.work(t, p); len(f.sleeps) > 0 || p.loss.scarce {
		t.Fatal("long slices count as interrupted")
	}
	for f.t < 10*time.Second {
		f.work(t, p)
	}
	if p.loss.watching {
		t.Error("it is watched for ever whether time is lost")
	}
	for hold := minScarce; hold <= maxScarce; hold *= 2 {
		for n := 0; !p.loss.scarce; n++ {
			if long(1); n > 100 {
				t.Fatal("time that is lost is not seen")
			}
		}
		begin, worked := f.t, time.Duration(0)
		for p.loss.scarce {
			worked += f.work(t, p)
		}
		if took := f.t - begin; took < hold-maxRest || took > hold+maxRest || worked.Seconds()/took.Seconds() > 1.1*2*DefaultShare+0.02 {
			t.Errorf("%v of work in %v, want the share for %v", worked, took, hold)
		}
	}
	for f.t += time.Hour; p.loss.watching; {
		f.work(t, p)
	}
	if p.loss.hold != 0 || p.slice() != calmSlice {
		t.Error("losses are not forgotten")
	}
}

// Without an allocation.
func TestYieldAllocates(t *testing.T) {
	p := New()
	n := testing.AllocsPerRun(1000, func() {
		p.since -= time.Millisecond
		p.Yield(t.Context(), false)
	})
	if n > 0 && !attack.RaceDetector {
		t.Errorf("Yield allocates %v times", n)
	}
}
