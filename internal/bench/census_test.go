package bench

import (
	"fmt"
	"runtime"
	"strings"
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

// BenchmarkCensus asks what fills the memory of an application with ten million objects and a hundred
// thousand goroutines, what leads to one of the objects, and for the runtime's metrics. Beside it a goroutine of the
// application wakes each millisecond: it reports how late that is, with the question and without.
func BenchmarkCensus(b *testing.B) {
	parked(b, 100_000)
	parts := newParts(2_000_000)
	reg := registry.New()
	reg.Expose("parts", &parts)
	registry.Runtime(reg)
	s := rig.NewScript(b, "tcp", serve(b, reg, eval.Limits{Time: time.Hour, MaxTime: time.Hour, Entries: 1 << 30, Bytes: 1 << 30}))
	for _, q := range []struct{ name, line, want string }{
		{"size", "size(parts)", `"objects":10000004`},
		{"census", "census()", `"bench.piece":{"objects":2000000`},
		{"refs", `refs(parts["part-01234567"].maker)`, `parts[\"part-01234567\"].maker`},
		{"metrics", "go.metrics", `/sched/goroutines`},
	} {
		b.Run(q.name, func(b *testing.B) {
			var answers, beside, alone []time.Duration
			var most uint64
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				beside = append(beside, lateness(func() {
					answers = append(answers, took(func() {
						answer, err := s.Ask(q.line)
						if err != nil || !strings.Contains(string(answer.Value), q.want) {
							b.Errorf("%.500s, %v", answer.Value, err)
						}
					}))
				})...)
				runtime.ReadMemStats(&after)
				most = max(most, after.TotalAlloc-before.TotalAlloc)
				alone = append(alone, lateness(func() { time.Sleep(max(answers[len(answers)-1]/4, 100*time.Millisecond)) })...)
			}
			b.ReportMetric(ms(at(answers, 0.5)), "ms-p50")
			b.ReportMetric(float64(most)/1e6, "MB")
			b.ReportMetric(ms(at(beside, 0.99)), "ms-late-p99")
			b.ReportMetric(ms(at(alone, 0.99)), "ms-late-alone-p99")
			b.ReportMetric(0, "ns/op")
		})
	}
}
