package eval

import (
	"container/list"
	"encoding/json"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// busyLists is an object of lists that move all the time, under its lock. What is in each is known: the numbers up
// to size, once each, and beside them some that come and go.
type busyLists struct {
	mu     sync.Mutex
	rotate []told     // in place
	robin  []*told    // q = append(q[1:], q[0])
	lru    *list.List // of *told
	short  *list.List // likewise
	queue  []told     // numbers from size on come and go around them
	pool   []*told    // the objects are used for others again and again
	slots  map[string]told
	next   int
}

// busySize and shortSize are how long the lists are. A move takes time in proportion, and far more of it where
// the race detector records each copy; meanwhile it has the lock.
var busySize, shortSize = 400, 100

func newBusyLists() *busyLists {
	b := &busyLists{lru: list.New(), short: list.New(), slots: map[string]told{}, next: busySize}
	for i := range busySize {
		t := newTold(i)
		b.rotate = append(b.rotate, t)
		b.robin = append(b.robin, &t)
		b.queue = append(b.queue, newTold(i))
		b.lru.PushBack(&t)
		if i < shortSize {
			b.short.PushBack(&t)
		}
	}
	for i := range 64 {
		t := newTold(i)
		b.pool = append(b.pool, &t)
	}
	return b
}

// move changes all of it a little.
func (b *busyLists) move(random *rand.Rand) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := b.rotate[0]
	copy(b.rotate, b.rotate[1:])
	b.rotate[busySize-1] = first
	b.robin = append(b.robin[1:], b.robin[0])
	b.lru.MoveToFront(b.lru.Back())
	for range random.IntN(4) {
		b.short.MoveToFront(b.short.Back())
	}
	b.queue = append(b.queue, newTold(b.next))
	if len(b.queue) > 100 {
		b.queue = b.queue[1:]
	}
	*b.pool[random.IntN(len(b.pool))] = newTold(random.IntN(20))
	delete(b.slots, "n"+strconv.Itoa(b.next-20))
	b.slots["n"+strconv.Itoa(b.next)] = newTold(b.next)
	b.next++
}

// TestAttackMoments asks objects whose lists move all the time what they hold. Each answer is right, or says that it may not be.
func TestAttackMoments(t *testing.T) {
	end := time.Now().Add(attack.Time())
	if attack.Long() && !attack.RaceDetector {
		busySize, shortSize = 3000, 400
	}
	b := newBusyLists()
	reg := registry.New()
	reg.GuardWait = time.Minute
	reg.Expose("found", b)
	reg.Expose("declared", b, registry.Guard(&b.mu))
	var stop atomic.Bool
	var writer sync.WaitGroup
	defer writer.Wait()
	defer stop.Store(true)
	var moves atomic.Int64
	writer.Go(func() {
		random := rand.New(rand.NewPCG(1, 2))
		for !stop.Load() {
			b.move(random)
			if moves.Add(1)%16 == 0 {
				time.Sleep(time.Microsecond) // so that the lock is free where the kernel stops this thread too
			}
			runtime.Gosched()
		}
	})
	s := NewSession(reg, Limits{Time: time.Hour, Share: 1})
	all := float64(busySize * (busySize - 1) / 2)
	few := float64(shortSize * (shortSize - 1) / 2)
	questions := []struct {
		source  string
		verdict verdict
		excuse  string // the code of the note with which the answer may be wrong
	}{
		{"count(%.rotate, true)", isNow(float64(busySize)), MovedNote},
		{"sum(%.rotate, .ID)", isNow(all), MovedNote},
		{"len(uniq(map(%.rotate, .ID)))", isNow(float64(busySize)), MovedNote},
		{"sum(%.robin, .ID)", isNow(all), MovedNote},
		{"sum(%.lru, .ID)", isNow(all), MovedNote},
		{"sum(%.short, .ID)", isNow(few), MovedNote},
		{"find(%.rotate, .ID == 150)", allOf(150), ""},
		{"filter(%.rotate, .ID == 150)", allOf(150), ""},
		{"filter(%.rotate, .Twice != 2 * .ID)", isEmpty, ""},
		{"filter(%.queue, .Twice != 2 * .ID)", isEmpty, ""},
		{"first(%.queue)", ofOne, ""},
		{"%.queue[5:10]", ofOne, ""},
		{"%.queue[7]", ofOne, ""},
		{"top(%.queue, 3, .ID)", topMost, ""},
		{"sortBy(%.queue, .ID)", inOrder(1), ""},
		{"values(%.slots)", ofOne, ""},
		{"%.slots", byName, ""},
		{"filter(%.slots, #key != .Name)", isEmpty, ""},
		{"filter(%.pool, .ID == 7)", allOf(7), ChangedNote},
		{"find(%.pool, .ID == 7)", allOf(7), ChangedNote},
		{"groupBy(%.pool, .ID)", byID, ChangedNote},
	}
	answers, excused := 0, 0
	wrong := map[string]bool{}
	// Until each has been asked several times while it was changing.
	for round := 0; round < 2 || time.Now().Before(end); round++ {
		for _, q := range questions {
			source := strings.ReplaceAll(q.source, "%", []string{"found", "declared"}[round%2])
			before := moves.Load()
			r, err := s.Eval(t.Context(), source)
			for moves.Load() == before {
				runtime.Gosched()
			}
			if err != nil {
				if code := codeOfError(err); code == "unreadable" {
					continue
				}
				t.Fatalf("%s: %v", source, err)
			}
			var x any
			if err := json.Unmarshal(r.Node.JSON(), &x); err != nil {
				t.Fatal(err)
			}
			answers++
			if x == nil {
				continue
			}
			if round%2 == 0 {
				// Under a guard that was only found nothing keeps alive what an element leads to: it is marked.
				dropTags(x)
			}
			why := q.verdict(x)
			switch {
			case why == "":
			case q.excuse != "" && slices.Contains(r.Codes, q.excuse):
				excused++
			case !wrong[source]:
				wrong[source] = true
				t.Errorf("%s = %s: %s; notes %q", source, r.Node.Line(300), why, r.Notes)
			}
		}
	}
	t.Logf("%d answers, of which %d say that they may be wrong, and are; %d moves", answers, excused, moves.Load())
}

// dropTags takes the tags from all elements.
func dropTags(x any) {
	switch x := x.(type) {
	case []any:
		for _, e := range x {
			dropTags(e)
		}
	case map[string]any:
		delete(x, "Tags")
		for _, e := range x {
			dropTags(e)
		}
	}
}

func isEmpty(x any) string {
	switch x := x.(type) {
	case []any:
		if len(x) == 0 {
			return ""
		}
	case map[string]any:
		if len(x) == 0 {
			return ""
		}
	}
	return "not empty"
}

// byName holds that elements lie under their names.
func byName(x any) string {
	for name, e := range x.(map[string]any) {
		m, ok := e.(map[string]any)
		if got, has := m["Name"]; ok && has && got != name {
			return "under another name: " + name
		}
	}
	return ofOne(x)
}
