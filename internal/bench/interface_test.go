package bench

import (
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
)

// BenchmarkInterfaces asks about a million entries that lie behind interfaces, over telnet.
func BenchmarkInterfaces(b *testing.B) {
	cache := newCache(1_000_000)
	boxed := make(map[string]any, len(cache))
	holders := make([]struct{ payload any }, 0, len(cache))
	for key, e := range cache {
		boxed[key] = e
		holders = append(holders, struct{ payload any }{e})
	}
	reg := registry.New()
	reg.Expose("boxed", &boxed)
	reg.Expose("holders", &holders)
	s := rig.NewScript(b, "tcp", serve(b, reg, patient))
	work(b)
	for _, q := range []question{
		{"elements", "count(boxed, " + half + ")", func() any {
			n := 0
			for _, x := range boxed {
				if e, ok := x.(*entry); ok && e.Hits > most/2 {
					n++
				}
			}
			return n
		}, "", nil},
		{"fields", "count(holders, .payload" + half + ")", func() any {
			n := 0
			for i := range holders {
				if e, ok := holders[i].payload.(*entry); ok && e.Hits > most/2 {
					n++
				}
			}
			return n
		}, "", nil},
	} {
		b.Run(q.name, func(b *testing.B) { q.ask(b, s) })
	}
}
