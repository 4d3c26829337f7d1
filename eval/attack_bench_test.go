package eval

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
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

// look does something beside the application until it is stopped, and says how much it did.
type look func(b *testing.B, stop *atomic.Bool) (entries int)

func nobody(*testing.B, *atomic.Bool) int { return 0 }

// scans is a session that evaluates source again and again, with a share of the processors; 0 is the
// default.
func scans(reg *registry.Registry, source string, share float64) look {
	return func(b *testing.B, stop *atomic.Bool) (entries int) {
		ctx, cancel := context.WithCancel(b.Context())
		defer cancel()
		s := NewSession(reg, Limits{Time: time.Minute, Share: share})
		for !stop.Load() {
			f := s.begin(ctx, s.limits)
			f.Looked = func() {
				if stop.Load() {
					cancel()
				}
			}
			if _, err := f.eval(source); err != nil && ctx.Err() == nil {
				b.Error(err)
				return entries
			}
			entries += f.Entries()
		}
		return entries
	}
}

// plainWalk reads all that v reaches, as a tool would that knows nothing but reflect.
func plainWalk(v reflect.Value) look {
	return func(_ *testing.B, stop *atomic.Bool) (entries int) {
		for !stop.Load() {
			entries += walk(v, stop)
		}
		return entries
	}
}

func walk(v reflect.Value, stop *atomic.Bool) (n int) {
	switch v.Kind() {
	case reflect.Map:
		for it := v.MapRange(); it.Next() && !stop.Load(); n++ {
			walk(it.Key(), stop)
			walk(it.Value(), stop)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), stop)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), stop)
		}
	}
	return n
}

// measured is what an application measures of itself for a while.
type measured struct {
	each    []time.Duration
	took    time.Duration
	entries int // that were looked at meanwhile
}

// beside measures the application while l looks.
func beside(b *testing.B, l look, application func() []time.Duration) measured {
	var stop atomic.Bool
	var looking sync.WaitGroup
	var m measured
	looking.Go(func() { m.entries = l(b, &stop) })
	start := time.Now()
	m.each = application()
	m.took = time.Since(start)
	stop.Store(true)
	looking.Wait()
	slices.Sort(m.each)
	return m
}

// at is the duration that so many of a thousand do not exceed, in microseconds.
func (m measured) at(permille int) float64 {
	return float64(m.each[(len(m.each)-1)*permille/1000].Nanoseconds()) / 1000
}

// middle is the median of what f says of each round.
func middle(rounds []measured, f func(m measured) float64) float64 {
	all := make([]float64, len(rounds))
	for i, m := range rounds {
		all[i] = f(m)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// pooled is all rounds as one.
func pooled(rounds []measured) (all measured) {
	for _, m := range rounds {
		all.each = append(all.each, m.each...)
		all.took += m.took
	}
	slices.Sort(all.each)
	return all
}

// wide is an object that is a struct of long texts under a lock.
type wide struct {
	mu    sync.Mutex
	texts [40]string
}

// BenchmarkWaiting is what the application waits for its own lock while a session counts a million
// entries under it, or shows a large struct again and again, and while nobody looks: turn by turn, so that
// whatever else the machine does is in both.
func BenchmarkWaiting(b *testing.B) {
	m, reg := newMillion()
	w := &wide{}
	for i := range w.texts {
		w.texts[i] = strings.Repeat(string(rune('a'+i%26)), 64<<10)
	}
	reg.Expose("w", w)
	const count = "count(c.items, .hits > 10)"
	for _, side := range []struct {
		name, source string
		lock, unlock func()
	}{
		{"write", count, m.mu.Lock, m.mu.Unlock},
		{"read", count, m.mu.RLock, m.mu.RUnlock},
		{"struct", "w", w.mu.Lock, w.mu.Unlock},
	} {
		application := func() []time.Duration {
			waits := make([]time.Duration, 0, 1<<16)
			for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); {
				start := time.Now()
				side.lock()
				waits = append(waits, time.Since(start))
				side.unlock()
				for work := time.Now().Add(10 * time.Microsecond); time.Now().Before(work); {
				}
			}
			return waits
		}
		b.Run(side.name, func(b *testing.B) {
			var alone, looked []measured
			for b.Loop() {
				alone = append(alone, beside(b, nobody, application))
				looked = append(looked, beside(b, scans(reg, side.source, 0), application))
			}
			report := func(name string, rounds []measured) {
				all := pooled(rounds)
				for _, at := range []struct {
					name     string
					permille int
				}{{"p50", 500}, {"p99", 990}, {"p99.9", 999}, {"longest", 1000}} {
					b.ReportMetric(all.at(at.permille), "µs-"+name+"-"+at.name)
				}
			}
			report("alone", alone)
			report("looked-at", looked)
			b.ReportMetric(middle(looked, func(m measured) float64 { return float64(m.entries) / m.took.Seconds() / 1e6 }), "Mentries/s")
			b.ReportMetric(middle(looked, func(m measured) float64 { return m.at(999) })-middle(alone, func(m measured) float64 { return m.at(999) }), "µs-added-p99.9")
			b.ReportMetric(0, "ns/op")
		})
	}
}
