package bench

import (
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
)

// BenchmarkSyncMap asks about two hundred thousand entries of a sync.Map, over telnet.
func BenchmarkSyncMap(b *testing.B) {
	object := new(struct{ Cache sync.Map })
	cache := &object.Cache
	for key, e := range newCache(200_000) {
		cache.Store(key, e)
	}
	reg := registry.New()
	reg.Expose("shared", object)
	s := rig.NewScript(b, "tcp", serve(b, reg, patient))
	work(b)
	q := question{"count", "count(shared.Cache, " + half + ")", func() any {
		n := 0
		cache.Range(func(_, x any) bool {
			if e, ok := x.(*entry); ok && e.Hits > most/2 {
				n++
			}
			return true
		})
		return n
	}, "", nil}
	b.Run(q.name, func(b *testing.B) { q.ask(b, s) })
}
