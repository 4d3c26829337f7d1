package bench

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
)

// parked begins n goroutines that wait for a channel at the end of a few calls, and two that wait for
// each other's locks. All end with the benchmark.
func parked(b *testing.B, n int) {
	c := make(chan int)
	var begun, ended sync.WaitGroup
	begun.Add(n)
	for i := range n {
		ended.Go(func() { park(i%10, &begun, c) })
	}
	begun.Wait()
	locks := new([2]sync.Mutex)
	begun.Add(2)
	for i := range locks {
		ended.Go(func() { cross(&locks[i], &locks[1-i], &begun) })
	}
	begun.Wait()
	b.Cleanup(func() {
		close(c)
		for i := range locks {
			locks[i].Unlock()
		}
		ended.Wait()
	})
}

//go:noinline
func park(depth int, begun *sync.WaitGroup, c chan int) {
	if depth > 0 {
		park(depth-1, begun, c)
		return
	}
	begun.Done()
	<-c
}

// leave keeps the address of a lock in the frame of who defers it. The benchmark gives it back.
//
//go:noinline
func leave(*sync.Mutex) {}

//go:noinline
func cross(have, want *sync.Mutex, both *sync.WaitGroup) {
	have.Lock()
	defer leave(have)
	both.Done()
	both.Wait()
	want.Lock()
	defer want.Unlock()
}

// lateness is how late a goroutine wakes that wants to every millisecond, while f runs.
func lateness(f func()) (late []time.Duration) {
	var stop atomic.Bool
	var waking sync.WaitGroup
	waking.Go(func() {
		for !stop.Load() {
			late = append(late, took(func() { time.Sleep(time.Millisecond) })-time.Millisecond)
		}
	})
	f()
	stop.Store(true)
	waking.Wait()
	return late
}

// BenchmarkGoroutines asks about a hundred thousand goroutines, beside a profile of all of them, which
// stops the program, and beside an application that wakes every millisecond.
func BenchmarkGoroutines(b *testing.B) {
	const n = 100_000
	parked(b, n)
	reg := registry.New()
	reg.Goroutines()
	s := rig.NewScript(b, "tcp", serve(b, reg, patient))
	records := make([]runtime.StackRecord, n+1000)
	for _, q := range []struct{ name, line string }{
		{"count", "count(goroutines, .state == \"waiting\") > 100000"},
		{"freq", "freq(goroutines, .top)[0].count == 100000"},
		{"stacks", "len(stacks()) > 10"},
		{"deadlocks", "len(deadlocks()) == 1"},
	} {
		b.Run(q.name, func(b *testing.B) {
			var ours, profile, beside, besideProfile, alone []time.Duration
			stops := uint64(0)
			for b.Loop() {
				before := attack.Stops()
				beside = append(beside, lateness(func() {
					ours = append(ours, took(func() {
						if r, err := s.Ask(q.line); err != nil || string(r.Value) != "true" {
							b.Fatal(q.line, string(r.Value), err)
						}
					}))
				})...)
				stops += attack.Stops() - before
				besideProfile = append(besideProfile, lateness(func() {
					profile = append(profile, took(func() {
						if _, ok := runtime.GoroutineProfile(records); !ok {
							b.Fatal("more goroutines than expected")
						}
					}))
				})...)
				each := ours[len(ours)-1]
				alone = append(alone, lateness(func() { time.Sleep(each) })...)
			}
			b.ReportMetric(ms(at(ours, 0.5)), "ms")
			b.ReportMetric(ms(at(profile, 0.5)), "ms-profile")
			b.ReportMetric(ms(at(beside, 0.99)), "ms-late-p99")
			b.ReportMetric(ms(at(alone, 0.99)), "ms-late-p99-alone")
			b.ReportMetric(ms(at(besideProfile, 1)), "ms-late-longest-profile")
			b.ReportMetric(float64(stops), "stops")
			b.ReportMetric(0, "ns/op")
		})
	}
}
