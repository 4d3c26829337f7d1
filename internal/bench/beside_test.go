package bench

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/registry"
)

// writing writes to a store under its lock, without a pause, until stop is set, and returns how
// often it did.
func writing(s *store, keys []string, stop *atomic.Bool) (writes int) {
	for ; !stop.Load(); writes++ {
		key := keys[writes%len(keys)]
		e := &entry{Name: key, Hits: writes % most}
		s.mu.Lock()
		s.items[key] = e
		s.mu.Unlock()
	}
	return writes
}

// writer returns a function that writes for as long as f runs, and returns how many writes that were
// a second.
func writer(s *store) func(f func()) (rate float64) {
	var keys []string
	for key := range s.items {
		if keys = append(keys, key); len(keys) == 1000 {
			break
		}
	}
	return func(f func()) float64 {
		var stop atomic.Bool
		var writes int
		var all sync.WaitGroup
		began := time.Now()
		all.Go(func() { writes = writing(s, keys, &stop) })
		f()
		stop.Store(true)
		all.Wait()
		return float64(writes) / time.Since(began).Seconds()
	}
}

// BenchmarkWriter counts a million entries under a lock under which a goroutine of the application
// writes without a pause. It reports how long an answer takes, and which share of its writes the
// application keeps.
func BenchmarkWriter(b *testing.B) {
	st := &store{items: newCache(1_000_000)}
	reg := registry.New()
	reg.GuardWait = time.Minute // a machine that others use too may take the processor from who has the lock
	reg.Expose("store", st)
	s := rig.NewScript(b, "tcp", serve(b, reg, patient))
	write := writer(st)
	var answers []time.Duration
	var alone, looked float64
	for b.Loop() {
		var each time.Duration
		looked += write(func() {
			each = took(func() {
				if _, err := s.Ask("count(store.items, " + half + ")"); err != nil {
					b.Error(err)
				}
			})
		})
		answers = append(answers, each)
		// For as long, so that the collector is at work in as much of both.
		alone += write(func() { time.Sleep(each) })
	}
	b.ReportMetric(ms(at(answers, 0.5)), "ms-p50")
	b.ReportMetric(ms(at(answers, 1)), "ms-longest")
	b.ReportMetric(100*looked/alone, "%-kept")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkShort asks 1+1 in one session while another counts a million entries again and again,
// while it does so under a lock under which the application writes without a pause, and while
// nobody else asks.
func BenchmarkShort(b *testing.B) {
	st := &store{items: newCache(1_000_000)}
	reg := registry.New()
	reg.GuardWait = time.Minute // a machine that others use too may take the processor from who has the lock
	reg.Expose("store", st)
	reg.Expose("cache", &st.items)
	addr := serve(b, reg, patient)
	write := writer(st)
	for _, bc := range []struct {
		name, scan string
		beside     func(func()) float64
	}{
		{"alone", "", nil},
		{"scan", "count(cache, " + half + ")", nil},
		{"writer", "count(store.items, " + half + ")", write},
	} {
		b.Run(bc.name, func(b *testing.B) {
			s := rig.NewScript(b, "tcp", addr)
			var stop atomic.Bool
			var scanning sync.WaitGroup
			if bc.scan != "" {
				long := rig.NewScript(b, "tcp", addr)
				scanning.Go(func() {
					for !stop.Load() {
						if _, err := long.Ask(bc.scan); err != nil && !stop.Load() {
							b.Error(err)
							return
						}
					}
				})
			}
			var answers []time.Duration
			ask := func() {
				for range 100 {
					answers = append(answers, took(func() {
						if _, err := s.Ask("1+1"); err != nil {
							b.Error(err)
						}
					}))
					time.Sleep(3 * time.Millisecond)
				}
			}
			for b.Loop() {
				if bc.beside != nil {
					bc.beside(ask)
				} else {
					ask()
				}
			}
			stop.Store(true)
			scanning.Wait()
			b.ReportMetric(ms(at(answers, 0.5)), "ms-p50")
			b.ReportMetric(ms(at(answers, 0.99)), "ms-p99")
			b.ReportMetric(ms(at(answers, 1)), "ms-longest")
			b.ReportMetric(0, "ns/op")
		})
	}
}
