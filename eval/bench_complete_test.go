package eval

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

// BenchmarkComplete is what the Tab key costs on maps of a thousand to a million entries. Beside it
// stands what a loop takes that looks at the first 10,000 keys.
func BenchmarkComplete(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		m := make(map[string]*entryOfBench, n)
		for i := range n {
			m[fmt.Sprintf("sku-%d", i)] = &entryOfBench{hits: i}
		}
		reg := registry.New()
		reg.Expose("o", &struct{ items map[string]*entryOfBench }{m})
		s := NewSession(reg, Limits{Share: 1})
		for _, line := range []string{`o.items["sku-77`, `o.items["none`, `o.items[`, `o.items.`, `count(o.items, .hi`} {
			b.Run(fmt.Sprintf("%d/%s", n, strings.ReplaceAll(line, " ", "")), func(b *testing.B) {
				b.ReportAllocs()
				found := 0
				for b.Loop() {
					found = len(s.Complete(line, len(line)))
				}
				b.ReportMetric(float64(found), "found")
			})
		}
		b.Run(fmt.Sprintf("%d/native", n), func(b *testing.B) {
			found := 0
			for b.Loop() {
				left := 10_000
				for k := range m {
					if strings.HasPrefix(k, "sku-77") {
						found++
					}
					if left--; left == 0 {
						break
					}
				}
			}
		})
	}
}
