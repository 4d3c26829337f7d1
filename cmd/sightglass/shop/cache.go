package shop

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/bits"
	"math/rand/v2"
	"sync"
	"time"
)

// ErrNoItem is the error of Get for an item that is not in the cache.
var ErrNoItem = errors.New("no such item")

// Freshness tells whether an item may be served as it is.
type Freshness string

const (
	Fresh Freshness = "fresh"
	Stale Freshness = "stale"
)

// The time that an item stays in the cache.
const (
	minTTL = 5 * time.Minute
	maxTTL = 30 * time.Minute
)

// Cache holds items by stock number. Get, GetHitRate and Len only look.
type Cache struct {
	mu      sync.RWMutex
	items   map[string]*Item
	hits    int
	misses  int
	swept   time.Time // when the janitor came last
	evicted int

	seed uint64 `inspect:"-"` // of what load makes up
}

// Item is one page of the shop, ready to be served.
type Item struct {
	key     string
	tenant  string // who sells it; several shops share this roof
	hits    int
	price   float64
	state   Freshness
	etag    uint64 // FNV-1a of the key, half the time above math.MaxInt64
	expires time.Time
	page    []byte
}

func newCache(size int, seed uint64) *Cache {
	c := &Cache{items: make(map[string]*Item, size), swept: time.Now(), seed: seed}
	for i := range size {
		it := c.load(stockNumber(i))
		it.hits = int(rand.New(rand.NewPCG(seed, uint64(i))).ExpFloat64() * 6)
		c.hits += it.hits
		c.misses++ // it was loaded once
		c.items[it.key] = it
	}
	return c
}

func stockNumber(i int) string { return fmt.Sprintf("sku-%d", i) }

// load makes up an item that a real shop would fetch from its database.
func (c *Cache) load(key string) *Item {
	h := fnv.New64a()
	h.Write([]byte(key))
	etag := h.Sum64()
	return &Item{
		key:     key,
		tenant:  tenants[bits.LeadingZeros64(etag)%len(tenants)],
		price:   float64(etag%10_000+50) / 100,
		state:   Fresh,
		etag:    etag,
		expires: time.Now().Add(minTTL + time.Duration(rand.New(rand.NewPCG(c.seed, etag)).Int64N(int64(maxTTL-minTTL)))),
		page:    pages[etag%uint64(len(pages))],
	}
}

// tenants each have half as many items as the one before.
var tenants = []string{"teahouse", "lamplight", "papeterie", "greenery"}

// pages are shared between items, as templates are.
var pages = [][]byte{
	[]byte("<h1>Teapots</h1>"),
	[]byte("<h1>Lamps</h1><p>All of them warm white.</p>"),
	{0x1f, 0x8b, 0x08, 0x00, 0xff}, // compressed: not text
	nil,
}

// Fetch returns the item and counts the visit. It loads an item that is missing.
func (c *Cache) Fetch(key string) Item {
	c.mu.Lock()
	defer c.mu.Unlock()
	it, ok := c.items[key]
	if ok {
		c.hits++
	} else {
		c.misses++
		it = c.load(key)
		c.items[key] = it
	}
	it.hits++
	return *it
}

// Get returns a copy of the item, or ErrNoItem. It does not count a visit.
func (c *Cache) Get(key string) (Item, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if it, ok := c.items[key]; ok {
		return *it, nil
	}
	return Item{}, fmt.Errorf("%w: %q", ErrNoItem, key)
}

// GetHitRate returns the share of visits that found their item, 0 before the first.
func (c *Cache) GetHitRate() float64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.hits+c.misses == 0 {
		return 0
	}
	return float64(c.hits) / float64(c.hits+c.misses)
}

// Len returns the number of items.
func (c *Cache) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.items)
}

// Flush drops all items. Expose does not allow sessions to call it.
func (c *Cache) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.items)
}

// drop takes items out of the cache.
func (c *Cache) drop(items []*Item) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, it := range items {
		delete(c.items, it.key)
	}
	c.evicted += len(items)
}

// janitor drops expired items. It looks at a few hundred at a time, so as not to hold the lock for
// long. As maps are walked in random order, all get their turn.
func (c *Cache) janitor(ctx context.Context) {
	every := time.NewTicker(50 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-every.C:
			c.sweep(now, 500)
		}
	}
}

func (c *Cache) sweep(now time.Time, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.swept = now
	for key, it := range c.items {
		switch {
		case now.After(it.expires):
			delete(c.items, key)
			c.evicted++
		case now.Add(minTTL).After(it.expires):
			it.state = Stale
		}
		if n--; n == 0 {
			return
		}
	}
}
