package telnet_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// racing is an object that its goroutines change at full speed, without a lock.
type racing struct {
	items map[string]*racingItem // has one writer, as the runtime demands
	face  any
	err   error
	text  string
	list  []string
	next  *racing
	deep  map[string]any
}

type racingItem struct {
	hits int
	name string
	tags []string
}

// writeItems inserts, deletes, clears and regrows.
func (r *racing) writeItems(stop *atomic.Bool) {
	for round := 0; !stop.Load(); round++ {
		n := 1 << (round % 13)
		for i := 0; i < n && !stop.Load(); i++ {
			key := fmt.Sprint("sku-", i)
			r.items[key] = &racingItem{hits: i, name: key, tags: []string{key}}
			if i%3 == 0 {
				delete(r.items, fmt.Sprint("sku-", i/2))
			}
			turn(i)
		}
		if round%3 == 0 {
			clear(r.items)
		}
	}
}

// turn yields the processor every few steps: with a single processor a session would otherwise run
// only every few tens of milliseconds.
func turn(step int) {
	if step%64 == 0 {
		runtime.Gosched()
	}
}

// alternate changes the sizes of all values that have several words.
func (r *racing) alternate(stop *atomic.Bool) {
	texts := [2]string{"short", strings.Repeat("long", 1000)}
	for i := 0; !stop.Load(); i++ {
		r.text, r.list = texts[i%2], make([]string, i%100)
		switch i % 3 {
		case 0:
			r.face, r.err = i, nil
		case 1:
			r.face, r.err = struct{ a, b, c string }{a: texts[i%2]}, fmt.Errorf("round %d", i)
		case 2:
			r.face = []any{i, r.list, map[string]int{"i": i}}
		}
		r.next = &racing{text: texts[i%2], face: r.face, list: r.list}
		r.deep = map[string]any{"rows": []racingItem{{hits: i, tags: []string{texts[i%2]}}}}
		turn(i)
	}
}

// TestAttackSessions has four sessions scan objects that change at full speed, while the garbage
// collector hardly pauses. They must get answers or errors, and leave nothing behind.
func TestAttackSessions(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	r := &racing{items: map[string]*racingItem{}}
	reg := registry.New()
	reg.Expose("racing", r)
	// A session that sleeps or waits for a turn attacks little.
	addr := rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{Registry: reg, MaxEvaluations: 4, Limits: eval.Limits{Share: 1, Time: rig.Patience * 5 / 6}})
	stop := attack.Stop(t)
	var still atomic.Bool
	var writers sync.WaitGroup
	writers.Go(func() { r.writeItems(&still) })
	writers.Go(func() { r.alternate(&still) })
	var answers, numbers atomic.Int64
	var sessions sync.WaitGroup
	for range 4 {
		s := rig.Connect(t, addr.Network(), addr.String())
		sessions.Go(func() {
			for first := true; first || !stop.Load(); first = false {
				for _, line := range []string{
					"count(racing.items, .hits > 10)", "racing", "racing.face", "racing.text", "len(racing.list)", "racing.next.face", "racing.err", "racing.deep",
					`racing.items["sku-7"]`, "map(racing.list, len(#))", "sum(racing.items, .hits)", "filter(racing.items, len(.tags[0]) > 6)", "x = racing.items", "toJSON(racing.next)",
				} {
					got := s.Ask(line)
					answers.Add(1)
					if strings.Contains(got, "panic") || strings.Contains(got, "internal error") {
						t.Errorf("%s: %s", line, got)
					}
					if n := 0; line[0] == 'c' {
						if _, err := fmt.Sscan(strings.ReplaceAll(strings.Trim(got, "≈~ "), ",", ""), &n); err == nil {
							numbers.Add(1)
						}
					}
				}
			}
		})
	}
	sessions.Wait()
	still.Store(true)
	writers.Wait()
	t.Logf("%d answers, %d counts", answers.Load(), numbers.Load())
	if numbers.Load() == 0 {
		t.Error("no count was ever had: the attack missed")
	}
}
