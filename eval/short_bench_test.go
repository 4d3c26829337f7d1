package eval

import (
	"testing"

	"github.com/expr-lang/expr"

	"github.com/sightglass-go/sightglass/registry"
)

// BenchmarkShort measures what an evaluation costs that has nearly nothing to do, beside expr.Eval.
func BenchmarkShort(b *testing.B) {
	object := &struct{ Hits int }{5}
	reg := registry.New()
	reg.Expose("cache", object)
	s := NewSession(reg, Limits{})
	env := map[string]any{"cache": object}
	for _, source := range []string{"1+1", "cache.Hits"} {
		b.Run(source, func(b *testing.B) {
			b.ReportAllocs()
			began := processorTime()
			for b.Loop() {
				if _, err := s.Run(b.Context(), Query{Source: source}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processorTime()-began).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
		b.Run(source+"/expr", func(b *testing.B) {
			b.ReportAllocs()
			began := processorTime()
			for b.Loop() {
				if _, err := expr.Eval(source, env); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processorTime()-began).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}
