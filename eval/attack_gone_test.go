//go:build unix

package eval

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// goner is an element of which some memory does not answer.
type goner struct {
	Hits int
	Next *goner
	Name string
	Half float64
	Any  any
}

// goners are the same elements in each kind of collection. One of them cannot be read, in one way.
type goners struct {
	mu     sync.Mutex
	refs   []*goner
	values []goner
	byID   map[int]*goner
	byText map[string]goner
	anys   []any
	split  []goner // its memory ends in the middle
}

// gonersSize makes three batches of 64, of which the last has three lanes, behind the lane that is taken first.
const gonersSize = 1 + 64 + 64 + 3

// mapped returns memory of which the second half does not answer.
func mapped(t *testing.T) (begin, end unsafe.Pointer) {
	t.Helper()
	size := max(os.Getpagesize(), 1<<14)
	memory, err := syscall.Mmap(-1, 0, 2*size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(memory) })
	if err := syscall.Mprotect(memory[size:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	begin = unsafe.Pointer(unsafe.SliceData(memory))
	return begin, unsafe.Add(begin, size)
}

// newGoners has the elements whose memory ends before the lane at, and those whose parts are gone there. what says which
// part that is.
func newGoners(begin, end unsafe.Pointer, at int, what string) *goners {
	g := &goners{byID: map[int]*goner{}, byText: map[string]goner{}}
	gone := (*goner)(unsafe.Add(end, 64))
	for i := range gonersSize {
		e := goner{Hits: i * 7 % 100, Next: &goner{Hits: i, Name: "next"}, Name: fmt.Sprint("name ", i%9), Half: float64(i) / 2, Any: i}
		ref := &e
		if i == at {
			switch what {
			case "element":
				ref = gone
			case "next":
				e.Next = gone
			case "text":
				e.Name = unsafe.String((*byte)(end), 7)
			case "end of text":
				e.Name = unsafe.String((*byte)(unsafe.Add(end, -3)), 7)
			case "interface":
				e.Any = gone
			}
		}
		g.refs, g.values, g.anys = append(g.refs, ref), append(g.values, e), append(g.anys, ref)
		g.byID[i], g.byText[fmt.Sprint("key ", i)] = ref, e
	}
	size := unsafe.Sizeof(goner{})
	if at*int(size) <= int(uintptr(end)-uintptr(begin)) {
		first := unsafe.Add(end, -at*int(size))
		g.split = unsafe.Slice((*goner)(first), gonersSize)
		for i := range at {
			g.split[i] = goner{Hits: i * 7 % 100, Name: "here", Half: float64(i) / 2}
		}
	}
	return g
}

// TestAttackGone: memory that does not answer in one lane of a batch, whichever it is, is what it is where elements go one
// by one: the same answer where it is not asked for, and the same error where it is. No guard stays held.
func TestAttackGone(t *testing.T) {
	begin, end := mapped(t)
	sources := []string{
		"count(XS, .Hits > 40)", "sum(XS, .Hits)", "count(XS, .Next.Hits > 40)", "max(XS, .Next.Hits)", "count(XS, .Name == \"name 3\")", "count(XS, .Name contains \"7\")", "len(filter(XS, .Next.Name == \"next\"))",
		"any(XS, .Hits == 1000)", "findIndex(XS, .Next.Hits == 131)", "map(XS, .Half)", "freq(XS, .Name)", "groupBy(XS, .Hits % 3)", "top(XS, 4, .Next.Hits)", "sortBy(XS, .Half)[:3]", "reduce(XS, #acc + .Hits, 0)",
		"hist(XS, .Hits)", "count(filter(XS, .Hits > 20), .Name != \"x\")", "sum(map(filter(XS, .Half < 50), .Next.Hits))", "count(XS, .Any == 3)", "count(XS, # != nil)", "count(XS, .Next != nil)", "all(XS, .Any != nil)", "count(XS, len(.Name) > 3)",
		"count(XS, (.Next.Hits ?? 7) > 3)", "find(XS, .Next.Hits == 131)", "take(filter(XS, .Half >= 0), 70)", "count(XS, upper(.Name) endsWith \"3\")", "map(XS, .Name)", "filter(XS, .Next.Hits > 100)", "one(XS, .Hits == .Next.Hits)",
	}
	turn, failed := 0, map[string]int{}
	for _, what := range []string{"element", "next", "text", "end of text", "interface"} {
		for _, at := range []int{0, 1, 2, 32, 63, 64, 65, 66, 127, 128, 129, gonersSize - 1} {
			g := newGoners(begin, end, at, what)
			for i, options := range [][]registry.Option{nil, {registry.Guard(&g.mu)}, {registry.Guard(nil)}, {registry.Frozen()}} {
				policy := []string{"found", "declared", "unguarded", "frozen"}[i] // in the same order each time
				reg := registry.New()
				reg.GuardWait = time.Hour
				reg.Expose("g", g, options...)
				many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
				slow.single = true
				for _, collection := range []string{"refs", "values", "byID", "byText", "anys", "split"} {
					for _, source := range sources {
						if turn++; turn%attack.Stride(227) != 0 || collection == "split" && g.split == nil {
							continue
						}
						many.lanes = []int{64, 0, 1, 3, 63, 65}[turn/113%6]
						source := strings.ReplaceAll(source, "XS", "g."+collection)
						got, want := both(t, many, slow, source)
						// Step by step a part of a list is copied as one, and none of it is there if some of it is not. Lanes
						// come further: to an answer, or to the error of an element.
						early := collection == "split" && strings.Contains(want, "cannot be read") && !strings.Contains(got, "internal:")
						if got != want && !early {
							t.Errorf("%s is gone in lane %d: %s, %d lanes: %s:\n%.1000s\nwant, one by one,\n%.1000s", what, at, policy, many.lanes, source, got, want)
						}
						if strings.Contains(want, "internal:") {
							t.Errorf("%s is gone in lane %d: %s: %.300s", what, at, source, want)
						}
						if strings.Contains(want, "cannot be read") {
							failed[what]++
						}
						if !g.mu.TryLock() {
							t.Fatalf("%s keeps the guard", source)
						}
						g.mu.Unlock()
					}
				}
			}
		}
		if failed[what] == 0 {
			t.Errorf("no question failed where the %s is gone", what)
		}
	}
	t.Logf("failed: %v", failed)
}
