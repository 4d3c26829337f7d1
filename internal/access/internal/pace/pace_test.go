package pace

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestRests has another goroutine wait for the processor: it gets many turns between two short
// slices. Once nobody waits any more, the slices are long again.
func TestRests(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p := New()
	work := func() (slice time.Duration) {
		for end := p.since.Add(max(p.slice(), minSlice)); time.Now().Before(end); {
		}
		return p.Yield(t.Context(), false)
	}
	var turns atomic.Int64
	stop := attack.Again(func() { turns.Add(1) })
	for 1<<p.crowded < p.most {
		work()
	}
	before := turns.Load()
	const yields = 100
	for range yields {
		if work(); p.crowded == 0 {
			t.Fatal("another goroutine waits, and is not seen to")
		}
	}
	// The other goroutine gets that many turns during a sleep, and one if there is none.
	if had := turns.Load() - before; had < 5*yields {
		t.Errorf("another goroutine had %d turns in %d rests", had, yields)
	}
	all := New()
	all.SetShare(1)
	for range yields {
		all.since = time.Time{}
		if all.Yield(t.Context(), false) != calmSlice || all.credit > 0 {
			t.Fatal("who has all of a processor rests")
		}
	}
	stop()
	for n := 0; work() != calmSlice || p.crowded > 0; n++ {
		if n > 1000 {
			t.Fatal("slices are short though nobody waits")
		}
	}
}

// A sleep ends with the evaluation, and there is none under a guard.
func TestNoRest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := New()
	cancel()
	if err := p.Sleep(ctx, time.Hour); err != context.Canceled {
		t.Error(err)
	}
	p.crowded, p.since = 1, time.Time{}
	if p.Yield(t.Context(), true); p.crowded != 1 || !p.since.IsZero() {
		t.Error("it yields while a guard is held")
	}
}

// However long sleeps last, work has no more than its share of the time, nor much less, until
// sleeps earn more than maxCredit.
func TestShare(t *testing.T) {
	for _, share := range []float64{0.01, DefaultShare, 0.5} {
		for _, least := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond, time.Second} {
			p := Pace{crowded: 10, most: sleepPerWork(share)}
			var worked, rested time.Duration
			for range 100 {
				slice := p.slice()
				debt := p.debt(slice)
				rest := max(debt, least)
				p.addCredit(rest - debt)
				worked, rested = worked+slice, rested+rest
			}
			got := float64(worked) / float64(rested)
			if got > 1.01*share || got < 0.9*share && least <= 10*time.Millisecond && share < 0.1 {
				t.Errorf("%v of rests of at least %v: %v", share, least, got)
			}
		}
	}
}

// How often the runtime is asked who waits depends on what asking costs.
func TestAsksSeldom(t *testing.T) {
	for cost, want := range map[time.Duration]int{0: 1000, 300 * time.Nanosecond: 1000, 10 * time.Microsecond: 45, time.Millisecond: 25} {
		synctest.Test(t, func(t *testing.T) {
			p := New()
			asked := 0
			p.ask = func(*Pace) bool {
				asked++
				time.Sleep(cost)
				return false
			}
			for range 1000 {
				time.Sleep(calmSlice)
				p.Yield(context.Background(), false)
			}
			if asked < want || asked > want+want/2 {
				t.Errorf("asking takes %v, and was done %d times in 50 ms of work, want about %d", cost, asked, want)
			}
		})
	}
}
