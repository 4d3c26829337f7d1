package eval

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// million is an application with a million entries under a lock.
type million struct {
	mu    sync.RWMutex
	items map[string]*item
}

func newMillion() (*million, *registry.Registry) {
	m := &million{items: make(map[string]*item)}
	for i := range 1_000_000 {
		key := strconv.Itoa(i)
		m.items[key] = &item{key: key, hits: i % 100}
	}
	reg := registry.New()
	reg.Expose("c", m)
	return m, reg
}

// scanning evaluates source in a session, again and again, until it is stopped.
func scanning(b *testing.B, reg *registry.Registry, source string) (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	s := NewSession(reg, Limits{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			if _, err := s.Eval(ctx, source); err != nil && ctx.Err() == nil {
				b.Error(err)
				return
			}
		}
	})
	return func() { cancel(); wg.Wait() }
}

// report publishes a distribution of durations.
func report(b *testing.B, what string, all []time.Duration) {
	slices.Sort(all)
	at := func(permille int) float64 { return float64(all[(len(all)-1)*permille/1000].Nanoseconds()) / 1000 }
	b.ReportMetric(at(500), "µs-"+what+"-p50")
	b.ReportMetric(at(990), "µs-"+what+"-p99")
	b.ReportMetric(at(999), "µs-"+what+"-p99.9")
	b.ReportMetric(at(1000), "µs-"+what+"-most")
}

// BenchmarkWaiting is what the application waits for its own lock while a session counts a million entries
// under it, beside what it waits when nobody looks: it must be run on a machine that has nothing else to do.
func BenchmarkWaiting(b *testing.B) {
	m, reg := newMillion()
	run := func(b *testing.B, lock, unlock func()) {
		var waits []time.Duration
		for b.Loop() {
			start := time.Now()
			lock()
			waits = append(waits, time.Since(start))
			m.items["1"].hits++
			unlock()
			for end := time.Now().Add(10 * time.Microsecond); time.Now().Before(end); {
			}
		}
		report(b, "wait", waits)
	}
	for _, side := range []struct {
		name         string
		lock, unlock func()
	}{{"write", m.mu.Lock, m.mu.Unlock}, {"read", m.mu.RLock, m.mu.RUnlock}} {
		b.Run(side.name+"/alone", func(b *testing.B) { run(b, side.lock, side.unlock) })
		b.Run(side.name+"/scanned", func(b *testing.B) {
			defer scanning(b, reg, "count(c.items, .hits > 10)")()
			run(b, side.lock, side.unlock)
		})
	}
}

// walk reads all that v reaches, as a tool would that knows nothing but reflect.
func walk(v reflect.Value, stop *atomic.Bool) (n int) {
	switch v.Kind() {
	case reflect.Map:
		for it := v.MapRange(); it.Next() && !stop.Load(); {
			n += walk(it.Key(), stop) + walk(it.Value(), stop)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			n += walk(v.Elem(), stop)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			n += walk(v.Field(i), stop)
		}
	}
	return n + 1
}

// BenchmarkYielding is what an application loses that has both of two cores busy: requests that take some
// twenty microseconds each, of sixteen clients, while nobody looks, while a session scans a million entries
// without a pause, and while a plain walk by reflect does. It must be run on a machine that has nothing
// else to do.
func BenchmarkYielding(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const clients = 16
	m, reg := newMillion()
	run := func(b *testing.B) {
		var each [clients][]time.Duration
		requests := make(chan chan int)
		var servers, callers sync.WaitGroup
		for range 4 {
			servers.Go(func() {
				for answer := range requests {
					x := 0
					for i := range 20_000 {
						x += i * x
					}
					answer <- x
				}
			})
		}
		var left atomic.Int64
		left.Store(int64(b.N))
		b.ResetTimer()
		start := time.Now()
		for c := range clients {
			callers.Go(func() {
				answer := make(chan int)
				for left.Add(-1) >= 0 {
					begin := time.Now()
					requests <- answer
					<-answer
					each[c] = append(each[c], time.Since(begin))
				}
			})
		}
		callers.Wait()
		b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "requests/s")
		close(requests)
		servers.Wait()
		report(b, "request", slices.Concat(each[:]...))
	}
	b.Run("nothing", run)
	b.Run("session", func(b *testing.B) {
		defer scanning(b, reg, "count(c.items, .hits > 10)")()
		run(b)
	})
	b.Run("reflect", func(b *testing.B) {
		var stop atomic.Bool
		var wg sync.WaitGroup
		wg.Go(func() {
			for !stop.Load() {
				walk(reflect.ValueOf(m.items), &stop)
			}
		})
		defer wg.Wait()
		defer stop.Store(true)
		run(b)
	})
}
