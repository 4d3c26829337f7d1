package bench

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
)

// piece is an object as applications have them, of five objects in memory with its texts and tags.
type piece struct {
	key, name string
	hits      int64
	price     float64
	made      time.Time
	tags      []string
	maker     *[3]int64
}

func newParts(n int) map[string]*piece {
	parts := make(map[string]*piece, n)
	for i := range n {
		key := fmt.Sprintf("part-%08d", i)
		parts[key] = &piece{key: key, name: fmt.Sprint("part ", i), tags: []string{"a", "b"}, maker: new([3]int64)}
	}
	return parts
}

// BenchmarkCensus measures ten million objects, as a census does. Beside it a goroutine of the application wakes
// each millisecond: it reports how late that is, with a census and without.
func BenchmarkCensus(b *testing.B) {
	parts := newParts(2_000_000)
	reg := registry.New()
	reg.Expose("parts", &parts)
	s := rig.NewScript(b, "tcp", serve(b, reg, eval.Limits{Time: time.Hour, MaxTime: time.Hour, Entries: 1 << 30, Bytes: 1 << 30}))
	// wakes returns how late a goroutine woke while f ran.
	wakes := func(f func()) (late []time.Duration) {
		var stop atomic.Bool
		var all sync.WaitGroup
		all.Go(func() {
			for !stop.Load() {
				late = append(late, took(func() { time.Sleep(time.Millisecond) })-time.Millisecond)
			}
		})
		f()
		stop.Store(true)
		all.Wait()
		return late
	}
	var answers, beside, alone []time.Duration
	var most uint64
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		beside = append(beside, wakes(func() {
			answers = append(answers, took(func() {
				answer, err := s.Ask("size(parts)")
				if err != nil || !strings.Contains(string(answer.Value), `"objects":10000004`) {
					b.Errorf("%s, %v", answer.Value, err)
				}
			}))
		})...)
		runtime.ReadMemStats(&after)
		most = max(most, after.TotalAlloc-before.TotalAlloc)
		alone = append(alone, wakes(func() { time.Sleep(time.Second) })...)
	}
	b.ReportMetric(ms(at(answers, 0.5)), "ms-p50")
	b.ReportMetric(float64(most)/1e6, "MB")
	b.ReportMetric(ms(at(beside, 0.99)), "ms-late-p99")
	b.ReportMetric(ms(at(alone, 0.99)), "ms-late-alone-p99")
	b.ReportMetric(0, "ns/op")
}
