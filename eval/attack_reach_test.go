package eval

import (
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// carousel has always the same memory, in a ring of cabins that turns under mu without a pause.
type carousel struct {
	mu    sync.Mutex
	head  *cabin
	texts []string // parts of one text
	turns int
}

type cabin struct {
	id         int64
	next, last *cabin
	inner      *int64 // into the next but one
	seats      []int64
	cargo      *[3]int64
}

func newCarousel(n int) (c *carousel, target *[3]int64) {
	c = &carousel{head: &cabin{}, texts: make([]string, n)}
	c.head.next, c.head.last = c.head, c.head
	seats, prose := make([]int64, 8*n), strings.Repeat("sightglass", n)
	for i := range n - 1 {
		in := &cabin{id: int64(i + 1), next: c.head, last: c.head.last}
		in.last.next, in.next.last = in, in
	}
	at := c.head
	for i := range n {
		at.cargo = &[3]int64{}
		at.inner, at.seats = &at.next.next.id, seats[8*i:8*i+8] // the capacity reaches to the end
		c.texts[i] = prose[10*i : 10*i+10]
		at = at.next
	}
	for range n / 2 {
		at = at.next
	}
	return c, at.cargo
}

func (c *carousel) turn() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head = c.head.next
	c.turns++
}

// TestAttackReach measures, counts and searches what is written at full speed, while what it held is freed and
// used for something else. Nothing crashes; what always has the same memory is always found to have it; and who
// leads to an object that somebody leads to all the time is told, or that the way there changed.
func TestAttackReach(t *testing.T) {
	stop := attack.Stop(t)
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	w := &wild{m: map[string]*wild{}, ints: map[int]wildling{}, faces: map[any]any{}, sync: new(sync.Map)}
	ring, target := newCarousel(40)
	steady := &struct{ to *[3]int64 }{target}
	reg := registry.New()
	reg.GuardWait = time.Hour
	reg.Expose("ring", ring)
	reg.Expose("declared", ring, registry.Guard(&ring.mu))
	reg.Expose("steady", steady)
	reg.Expose("w", w)
	alone := registry.New()
	alone.GuardWait = time.Hour
	alone.Expose("ring", ring)
	alone.Expose("steady", steady)
	const word = unsafe.Sizeof(uintptr(0))
	size := unsafe.Sizeof(*ring) + 40*unsafe.Sizeof(cabin{}) + 40*3*8 + 40*8*8 + 40*2*word + 400
	var writers, sessions sync.WaitGroup
	writers.Go(func() { w.write(stop) })
	writers.Go(func() { w.writeMaps(stop) })
	var garbage atomic.Pointer[cabin]
	writers.Go(func() {
		for !stop.Load() {
			ring.turn()
			for range 20 {
				garbage.Store(new(cabin))
			}
		}
	})
	var answers, entries, found atomic.Int64
	for i, s := range []*Session{
		NewSession(reg, Limits{Time: 5 * time.Second, Entries: 1_000_000, Bytes: 8 << 20, Share: 1}),
		NewSession(alone, Limits{Time: 5 * time.Second, Share: 1}),
	} {
		ask := func(source string) (r Result, ok bool) {
			if stop.Load() && answers.Load() > 0 {
				return r, false
			}
			r, err := s.Eval(t.Context(), source)
			if codeOfError(err) == "internal" {
				t.Errorf("%s: %v", source, err)
			}
			answers.Add(1)
			entries.Add(int64(r.Cost.Entries))
			return r, err == nil && !strings.Contains(strings.Join(r.Notes, "\n"), "stopped before the end")
		}
		sessions.Go(func() {
			// On a machine that is too busy for any answer in time there is one after it.
			for (!stop.Load() || answers.Load() == 0) && !t.Failed() {
				if i == 0 {
					for _, source := range []string{
						"census()", "census(w)", "size(w)", "size(w.m)", "refs(w)", "refs(w.m)", "refs(w.list)", "refs(w.next)", "refs(w.text)", "refs(w.grid)", "refs(w.sync)",
						"diff(census(w), census(w))", "size(declared)", "census(declared)", "refs(declared.texts)", "refs(steady.to)",
					} {
						ask(source)
					}
					continue
				}
				for _, source := range []string{"size(ring).deep", "sum(values(census(ring)), .bytes)"} {
					if r, ok := ask(source); ok && r.Node.Line(0) != fmt.Sprint(size) && !strings.Contains(strings.Join(r.Notes, "\n"), "about right") {
						t.Errorf("%s: %s, want %d, %q", source, r.Node.Line(0), size, r.Notes)
					}
				}
				if r, ok := ask("refs(steady.to)"); ok {
					rows, notes := refsOf(t, r), strings.Join(r.Notes, "\n")
					changed := strings.Contains(notes, "a way through ring.head changed while it was read, and may lead to it")
					if len(rows) > 1 {
						found.Add(1)
					}
					if len(rows) == 0 || len(rows) > 2 || rows[0].Path != "steady.to" || len(rows) == 1 && !changed {
						t.Errorf("%v, %q", rows, notes)
					}
				}
			}
		})
	}
	sessions.Wait()
	writers.Wait()
	t.Logf("%d answers, %d entries read, %d turns, %d ways through the ring", answers.Load(), entries.Load(), ring.turns, found.Load())
	if answers.Load() == 0 {
		t.Error("the attack missed")
	}
}
