package eval

import (
	"fmt"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// benchItem is an object as caches have them: some texts, times and numbers.
type benchItem struct {
	key, name string
	hits      int64
	price     float64
	expires   time.Time
	tags      []string
	maker     *[3]int64
}

func newBenchCache(n int) map[string]*benchItem {
	m := make(map[string]*benchItem, n)
	for i := range n {
		key := fmt.Sprintf("sku-%07d", i)
		m[key] = &benchItem{key: key, name: fmt.Sprintf("item %d", i), hits: int64(i), tags: []string{"a", "b"}, maker: new([3]int64)}
	}
	return m
}

// BenchmarkCensus is of some 1.2 million objects, by raw loads and step by step, as a pattern that may
// hide something has it.
func BenchmarkCensus(b *testing.B) {
	const n = 300_000
	items := newBenchCache(n)
	for _, how := range []struct {
		name string
		opts []registry.Option
	}{{"raw", nil}, {"stepwise", []registry.Option{registry.Hide("*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.none")}}} {
		reg := registry.New()
		reg.Expose("cache", &struct{ items map[string]*benchItem }{items}, how.opts...)
		s := NewSession(reg, Limits{Time: time.Hour, Entries: 1 << 30, Bytes: 1 << 30})
		b.Run(how.name, func(b *testing.B) {
			for b.Loop() {
				r, err := s.Eval(b.Context(), "size(cache)")
				if err != nil {
					b.Fatal(err)
				}
				if b.N == 1 {
					b.Log(r.Node.Line(0), r.Notes)
				}
			}
		})
	}
}
