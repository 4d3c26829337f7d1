package registry_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/registry"
)

type Cache struct {
	mu    sync.Mutex
	items map[string]int
	token string
}

func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.items)
}

func Example() {
	r := registry.New() // an application uses registry.Expose, on the Default registry
	r.Expose("cache", &Cache{items: map[string]int{"sku-17": 9}, token: "s3cr3t"},
		registry.Doc("the item cache"),
		registry.Methods("Len"))
	for _, e := range r.Entries() {
		fmt.Println(e.Name, e.Type, e.Guard)
	}

	visit := r.Visit(context.Background(), nil)
	cache, _ := visit.Get("cache")
	items, _ := cache.Member("items")
	hits, _ := items.At("sku-17")
	x, _, _ := hits.Plain()
	fmt.Println(hits.Path(), x)

	n, _ := cache.Call("Len", nil)
	fmt.Println("Len:", n)

	_, err := items.At("sku-71")
	fmt.Println(err)

	token, _ := cache.Member("token")
	fmt.Println(token.Hidden())
	// Output:
	// cache *registry_test.Cache guarded by cache.mu
	// cache.items["sku-17"] 9
	// Len: 1
	// cache.items has no key "sku-71"; did you mean "sku-17"?
	// true
}

func ExampleOwner() {
	calls := make(chan func())
	go func() { // an actor: nobody else may touch carts
		for f := range calls {
			f()
		}
	}()
	defer close(calls)

	r := registry.New()
	carts := map[string]int{"ann": 2}
	r.Expose("carts", &carts, registry.Owner(func(f func()) { calls <- f }))

	v, _ := r.Visit(context.Background(), nil).Get("carts")
	_ = v.Each(func(key, elem *access.View) (bool, error) {
		k, _, _ := key.Plain()
		x, _, _ := elem.Plain()
		fmt.Println(k, x)
		return true, nil
	})
	// Output: ann 2
}

func ExampleFunc() {
	r := registry.New()
	r.Func("answer", func(context.Context) any { return 42 })
	v, _ := r.Visit(context.Background(), nil).Get("answer")
	x, _, _ := v.Plain()
	fmt.Println(x)
	// Output: 42
}

func (c *Cache) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.items)
}

// A session that only looks may call what Methods names, and not what Actions names. A server whose
// Level is telnet.Act has sessions that may call both.
func ExampleActions() {
	r := registry.New()
	r.Expose("cache", &Cache{items: map[string]int{"sku-17": 9}},
		registry.Methods("Len"),
		registry.Actions("Flush"))
	cache, _ := r.Visit(context.Background(), nil).Get("cache")
	_, err := cache.Call("Flush", nil)
	fmt.Println(err)
	n, _ := cache.Call("Len", nil)
	fmt.Println("Len:", n)
	// Output:
	// method Flush of *registry_test.Cache is an action: it changes something, and this session can only look
	// Len: 1
}

func ExampleGuardBy() {
	type job struct {
		mu    sync.Mutex
		state string
	}
	type queue struct {
		mu   sync.Mutex
		jobs map[string]*job
	}
	q := &queue{jobs: map[string]*job{"a": {state: "running"}}}
	state := func(opts ...registry.Option) {
		r := registry.New()
		r.Expose("queue", q, opts...)
		visit := r.Visit(context.Background(), nil)
		v, _ := visit.Get("queue")
		jobs, _ := v.Member("jobs")
		a, _ := jobs.At("a")
		guard, _ := a.Guard()
		s, _ := a.Member("state")
		x, _, _ := s.Plain()
		fmt.Println(x, "|", guard)
	}
	state()
	state(registry.GuardBy("mu"))
	// Output:
	// running | read racily: its lock mu is not taken, as its owner may reset it; registry.GuardBy("mu") on queue has it taken
	// running | guarded by queue.jobs["a"].mu, and what lies below by its own mu
}
