// Package bench measures what questions cost, over telnet and beside an application. Its benchmarks
// have the yardstick inside: they do the same in Go, turn by turn, and report ratios, so that a busy
// machine or a slow one changes little. docs/performance.md has what they measured.
package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

type (
	entry struct {
		Name    string
		Hits    int
		Bytes   int64
		State   string
		Expires time.Time
	}
	user struct {
		ID      int
		Name    string
		Address address
	}
	address struct {
		Street, City string
		Zip          int
	}
	// store is a map under a lock that is found.
	store struct {
		mu    sync.RWMutex
		items map[string]*entry
	}
)

// most is what an entry's hits stay below.
const most = 1_000_000

var states = []string{"fresh", "stale", "loading", "failed"}

// newCache returns a map of n entries in a heap that has lived.
func newCache(n int) map[string]*entry {
	now := time.Now()
	keys := rig.Lived(n, func(i int) string { return fmt.Sprintf("item-%08d", i) })
	random := rand.New(rand.NewPCG(4, 5))
	entries := rig.Lived(n, func(i int) *entry {
		return &entry{
			Name: fmt.Sprint("name ", i), Hits: random.IntN(most), Bytes: random.Int64N(1 << 20),
			State: states[random.IntN(len(states))], Expires: now.Add(time.Duration(random.IntN(3600)) * time.Second),
		}
	})
	return rig.LivedMap(entries, func(i int) string { return keys[i] })
}

// newUsers returns n structs. Each has texts of its own, as when it was decoded from what came over
// a network.
func newUsers(n int) []user {
	random := rand.New(rand.NewPCG(6, 7))
	texts := rig.Lived(n, func(i int) [3]string {
		return [3]string{fmt.Sprint("user ", i), fmt.Sprint(i%97, " High Street"), strings.Clone(fmt.Sprint("city ", random.IntN(50)))}
	})
	users := make([]user, n)
	for i, t := range texts {
		users[i] = user{i, t[0], address{t[1], t[2], i % 1000}}
	}
	return users
}

func newQueue(n int) []int {
	random := rand.New(rand.NewPCG(8, 9))
	queue := make([]int, n)
	for i := range queue {
		queue[i] = random.IntN(1 << 30)
	}
	return queue
}

// serve serves reg with the given limits until the end of the benchmark, and returns the address.
func serve(b *testing.B, reg *registry.Registry, limits eval.Limits) string {
	return rig.Start(b, "tcp", "127.0.0.1:0", &telnet.Server{Registry: reg, Limits: limits, MaxRate: -1, MaxSessions: 1000}).String()
}

// patient lets a question end that others would say ran out of time.
var patient = eval.Limits{Time: time.Hour}

// work keeps a little of the machine busy, as an application does that is in use, until the end of
// the benchmark: two hundred times a second it changes what it allocates.
func work(b *testing.B) {
	var stop atomic.Bool
	var working sync.WaitGroup
	working.Go(func() {
		recent := make([]*entry, 1000)
		for i := 0; !stop.Load(); i++ {
			for range 50 {
				i++
				recent[i%len(recent)] = &entry{Name: fmt.Sprint(i), Hits: i}
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	b.Cleanup(func() {
		stop.Store(true)
		working.Wait()
	})
}

// at returns what a share of all durations stays within. It sorts them.
func at(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[int(float64(len(all)-1)*share)]
}

// middle returns the median.
func middle(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func took(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
