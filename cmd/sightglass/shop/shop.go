// Package shop is the application of the demonstration: a web shop in one process, under a steady
// load. It is written as applications are, and does nothing for the sake of being looked at but to
// call Expose. It has a cache under a read-write lock, a queue with workers, an event loop that
// owns a map without any lock, counters on atomics, secrets in its configuration, a sync.Map, and
// trees and lists with cycles.
package shop

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// Shop is the whole application.
type Shop struct {
	Cache    *Cache
	Orders   *Queue
	Loop     *Loop
	Stats    *Stats
	Config   *Config
	Sessions *Sessions
	Catalog  *Category
	Limits   *Limits
	Trouble  *Trouble // nil: all goes well

	sim *simulation
}

// New returns a shop with that number of items in its cache. Stock numbers, prices and the catalog
// are always the same. Nothing runs before Run.
func New(items int) *Shop { return Seeded(items, rand.Uint64()) }

// Seeded is like New, with seed deciding all that is left to chance but the secrets: at the same
// times of the same clock the same happens.
func Seeded(items int, seed uint64) *Shop {
	s := &Shop{
		Cache:    newCache(items, seed),
		Orders:   newQueue(seed),
		Loop:     newLoop(),
		Stats:    newStats(),
		Config:   newConfig(),
		Sessions: newSessions(),
		Catalog:  newCatalog(),
		Limits:   newLimits(),
	}
	s.sim = newSimulation(s, max(items, 1), seed)
	return s
}

// GoWrong lets things go wrong in the store, which Expose shows then. It comes before Expose and Run.
func (s *Shop) GoWrong() { s.Trouble = newTrouble(s.Cache) }

// Run runs the shop until ctx ends, and returns when its goroutines have, but for those that went
// wrong. It takes a few percent of one processor. It must be called once only.
func (s *Shop) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { s.Cache.janitor(ctx) })
	wg.Go(func() { s.Loop.run(ctx) })
	for range packers {
		wg.Go(func() { s.Orders.pack(ctx) })
	}
	wg.Go(func() { s.sim.run(ctx) })
	if s.Trouble != nil {
		s.Trouble.clear(s.Cache)
		s.Trouble.begin(ctx)
	}
	wg.Wait()
}

// Expose exposes the shop's objects in reg, before Run, which is all that an application does to be looked at.
func (s *Shop) Expose(reg *registry.Registry) {
	reg.Expose("cache", s.Cache, registry.Doc("items by stock number"),
		registry.Methods("Len", "Get*"))
	reg.Expose("orders", s.Orders, registry.Doc("from the till to the parcel"),
		registry.Methods("Len"))
	reg.Expose("loop", s.Loop, registry.Doc("live carts of the event loop"))
	reg.Expose("stats", s.Stats, registry.Doc("counters since the start"))
	reg.Expose("config", s.Config, registry.Doc("set at the start"), registry.Frozen())
	reg.Expose("sessions", s.Sessions, registry.Doc("who is signed in"))
	reg.Expose("catalog", s.Catalog, registry.Doc("the tree of categories"), registry.Frozen())
	reg.Expose("limits", s.Limits, registry.Doc("what one customer may do"), registry.Frozen())
	if s.Trouble != nil {
		reg.Expose("store", s.Trouble, registry.Doc("where things go wrong"))
		reg.Expose("clearance", registry.Weak(s.Trouble.clearance), registry.Doc("a sale; nil once nothing needs it"))
	}
	reg.Func("health", func(context.Context) any { return s.health() },
		registry.Doc("is the shop well?"))
}

// Secrets returns what no session may ever learn, for tests that search answers for it.
func (s *Shop) Secrets() []string { return append(s.Config.secrets(), carrierToken) }

// Health is what a monitor would want to know.
type Health struct {
	Status  Status
	Items   int
	Pending int
	Uptime  time.Duration
}

func (s *Shop) health() Health {
	h := Health{Status: Up, Items: s.Cache.Len(), Pending: s.Orders.Len(), Uptime: time.Since(s.Stats.started)}
	if h.Pending > s.Orders.capacity()/2 {
		h.Status = Slow
	}
	return h
}
