package eval

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// beast is an object whose fields belong together: each says which one it is.
type beast struct {
	ID, Twice int
	Name      string // of the number, and whether it is even
	Even      bool
	Kept      bool // it is there throughout
	Sub       *beast
}

// wideBeast is too large to lie in a map's slot.
type wideBeast struct {
	beast
	pad [12]uint64
}

// strangeBeast is a beast whose fields lie elsewhere.
type strangeBeast struct {
	pad   [2]uintptr
	Even  bool
	Kept  bool
	Name  string
	Sub   any // a *beast
	Twice int
	ID    int32
}

// anyBeast returns b as one of several types.
func anyBeast(b *beast, n int) any {
	switch n % 3 {
	case 0:
		return b
	case 1:
		return *b
	}
	return &strangeBeast{Even: b.Even, Kept: b.Kept, Name: b.Name, Sub: b.Sub, Twice: b.Twice, ID: int32(b.ID)}
}

// beastKey is a key of several words.
type beastKey struct {
	ID   int
	Name string
}

func newBeast(id int) *beast {
	b := newSub(id)
	b.Sub = newSub(id)
	b.Sub.Sub = newSub(id)
	return b
}

// newSub is a beast that leads to no other.
func newSub(id int) *beast {
	return &beast{ID: id, Twice: 2 * id, Name: beastName(id), Even: id%2 == 0, Kept: id < keptBeasts}
}

// keptBeasts are the beasts from 0 on that are in every collection throughout. Others come and go.
const keptBeasts = 150

func beastName(id int) string {
	return fmt.Sprintf("n%d %s", id, []string{"even", "odd"}[id%2])
}

// herd has the same beasts in collections of every layout.
type herd struct {
	mu      sync.RWMutex
	byName  map[string]*beast
	byID    map[int]beast
	byKey   map[beastKey]*beast
	wide    map[string]wideBeast
	list    []*beast // those that are kept stand in the middle, in their order
	vals    []beast
	nested  []**beast
	cleared map[string]*beast // emptied and filled again
	any     map[string]any    // beasts of several types
	anys    []any             // as list
	synced  sync.Map          // as byName
	mixed   sync.Map          // as any, by numbers and names
	puts    int
	random  *rand.Rand
	next    int   // the number of the next that comes
	alive   []int // those that have come and are to go
	front   int   // how many stand before those that are kept
	steps   atomic.Int64
	moves   int // how many more steps may move what is in the maps: a table that is always replaced is never walked to its end
}

func newHerd() *herd {
	h := &herd{
		byName: map[string]*beast{}, byID: map[int]beast{}, byKey: map[beastKey]*beast{}, wide: map[string]wideBeast{}, cleared: map[string]*beast{}, any: map[string]any{},
		random: rand.New(rand.NewPCG(1, 2)), next: 10_000,
	}
	for i := range keptBeasts {
		h.put(i)
		b := newBeast(i)
		h.list, h.vals, h.nested, h.anys = append(h.list, b), append(h.vals, *b), append(h.nested, &b), append(h.anys, anyBeast(b, i))
	}
	for range 40 {
		h.join()
	}
	return h
}

// put puts a new object of that number in each map.
func (h *herd) put(id int) {
	b, name := newBeast(id), beastName(id)
	h.puts++
	h.any[name] = anyBeast(newBeast(id), h.puts)
	h.synced.Store(name, b)
	h.mixed.Store(mixedKey(id), anyBeast(newBeast(id), h.puts))
	h.byName[name], h.byID[id], h.byKey[beastKey{id, name}], h.wide[name], h.cleared[name] = b, *newBeast(id), newBeast(id), wideBeast{beast: *newBeast(id)}, b
}

func (h *herd) drop(id int) {
	name := beastName(id)
	delete(h.byName, name)
	delete(h.byID, id)
	delete(h.byKey, beastKey{id, name})
	delete(h.wide, name)
	delete(h.cleared, name)
	delete(h.any, name)
	h.synced.Delete(name)
	h.mixed.Delete(mixedKey(id))
}

func mixedKey(id int) any {
	if id%2 == 0 {
		return id
	}
	return beastName(id)
}

// join has another one come, at either end of the lists.
func (h *herd) join() {
	b := newBeast(h.next)
	h.put(h.next)
	h.alive = append(h.alive, h.next)
	switch h.next++; {
	case len(h.list) > keptBeasts+80:
	case h.random.IntN(2) == 0:
		h.list, h.vals, h.nested = append(h.list, b), append(h.vals, *b), append(h.nested, &b)
	default:
		h.list, h.vals, h.nested = slices.Insert(slices.Clip(h.list), 0, b), slices.Insert(slices.Clip(h.vals), 0, *b), slices.Insert(slices.Clip(h.nested), 0, &b)
		h.front++
	}
}

// leave has one go from the maps, and one from the lists.
func (h *herd) leave() {
	if len(h.alive) == 0 {
		return
	}
	i := h.random.IntN(len(h.alive))
	h.drop(h.alive[i])
	h.alive = slices.Delete(h.alive, i, i+1)
	if h.front > 0 && h.random.IntN(2) == 0 {
		h.list, h.vals, h.nested = h.list[1:], h.vals[1:], h.nested[1:]
		h.front--
	} else if n := len(h.list); n > h.front+keptBeasts {
		h.list, h.vals, h.nested = h.list[:n-1], h.vals[:n-1], h.nested[:n-1]
	}
}

// step changes a little of everything, or much of it.
func (h *herd) step() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.steps.Add(1)
	kept := h.random.IntN(keptBeasts)
	n := h.random.IntN(60)
	if h.moves--; h.moves < 0 {
		n = max(n, 40)
	}
	switch {
	case n == 0:
		for range 120 { // tables are split
			h.put(h.next)
			h.alive = append(h.alive, h.next)
			h.next++
		}
	case n == 1:
		clear(h.cleared)
		for name, b := range h.byName {
			h.cleared[name] = b
		}
	case n == 2:
		h.list, h.vals, h.nested = slices.Clone(h.list), slices.Clone(h.vals), slices.Clone(h.nested)
	case n < 20:
		h.join()
	case n < 40 || n < 45 && len(h.alive) > 60:
		h.leave()
		h.leave()
		h.leave()
	case n < 50:
		h.put(kept) // another object in the same entry
		at := h.front + kept
		b := newBeast(kept)
		h.list[at], h.nested[at] = b, &b
		h.puts++
		h.anys[kept] = anyBeast(b, h.puts)
	default:
		// Another content of the same object, and a new one behind it.
		if b := h.byName[beastName(kept)]; n%2 == 0 {
			*b = *newBeast(kept)
		} else {
			b.Sub, b.Sub.Sub = newBeast(kept), newSub(kept)
			h.vals[h.front+kept] = *newBeast(kept)
		}
	}
}

// herdQuestions are asked of each collection, which stands for XS. Each has a verdict on its answer, and needs the beasts
// that are kept exactly once if exact is set.
var herdQuestions = []struct {
	source string
	exact  bool
	wrong  func(x any) string
}{
	{"count(XS, .Kept)", true, is(keptBeasts)},
	{"sum(filter(XS, .Kept), .ID)", true, is(keptBeasts * (keptBeasts - 1) / 2)},
	{"sort(map(filter(XS, .Kept), .ID)) == 0..149 ? 0 : sort(map(filter(XS, .Kept), .ID))", true, nil},
	{"len(filter(filter(XS, .ID < 150), .Even))", true, is(keptBeasts / 2)},
	{"len(freq(filter(XS, .Sub.Kept), .Name))", true, is(keptBeasts)},
	{"map(freq(XS, .Kept), .value ? .count : 150)", true, each(is(keptBeasts))},
	{"max(filter(XS, .Kept), .Twice)", true, is(2 * (keptBeasts - 1))},
	{"map(top(filter(XS, .Kept), 3, .ID), .by)", true, is("[149 148 147]")},
	{"count(XS, .Twice != 2 * .ID)", false, is(0)},
	{"count(XS, .Even and .Name endsWith \"odd\" or not .Even and .Name matches \"even$\")", false, is(0)},
	{"sum(XS, .Twice - .ID - .Sub.ID)", false, is(0)},
	{"min(XS, .Sub.Sub.Twice - .Twice)", false, is(0)},
	{"any(XS, .Sub.Name != .Name)", false, is(false)},
	{"filter(XS, .ID * 2 != .Twice)", false, isEmpty},
	{"find(XS, .ID == 77)", true, beastOf(77)},
	{"filter(XS, .ID in [3, 77])", false, each(beastOf(-1))},
	{"map(XS, .Name)", false, each(aBeastName)},
	{"map(freq(XS, .Name), .value)", false, each(aBeastName)},
	{"keys(groupBy(XS, .Name))", false, each(aBeastName)},
	{"map(sortBy(XS, .Name), .Name)", false, each(aBeastName)},
	{"map(sample(XS, 20), .Sub.Name)", false, each(aBeastName)},
	{"map(sortBy(XS, .ID), .ID)", false, inOrderOfNumbers},
	{"map(top(XS, 12, .ID), .by)", false, each(aBeastNumber)},
	{"reduce(XS, #acc + .Twice - 2 * .ID, 0)", false, is(0)},
	{"hist(XS, .Twice - 2 * .ID).max", false, is(0)},
	{"count(XS, .Name == \"n7 odd\" and .ID != 7)", false, is(0)},
	{"count(XS, 10000 <= .ID and .Kept or .ID < 150 and not .Kept)", false, is(0)},
}

// is wants an answer that looks like that.
func is(want any) func(x any) string {
	return func(x any) string {
		if got := fmt.Sprint(x); got != fmt.Sprint(want) {
			return fmt.Sprintf("%.200s, want %v", got, want)
		}
		return ""
	}
}

// each wants every element to pass.
func each(wrong func(x any) string) func(x any) string {
	return func(x any) string {
		list, _ := x.([]any)
		for _, e := range list {
			if why := wrong(e); why != "" {
				return why
			}
		}
		return ""
	}
}

// aBeastName wants a name that a beast has had.
func aBeastName(x any) string {
	var id int
	var parity string
	name, _ := x.(string)
	if n, _ := fmt.Sscanf(name, "n%d %s", &id, &parity); n != 2 || beastName(id) != name {
		return fmt.Sprintf("no name: %.100q", x)
	}
	return aBeastNumber(float64(id))
}

// aBeastNumber wants a number that a beast has had.
func aBeastNumber(x any) string {
	if id, ok := x.(float64); !ok || id != float64(int(id)) || id < 0 || id >= keptBeasts && id < 10_000 || id > 10_000_000 {
		return fmt.Sprintf("no number: %v", x)
	}
	return ""
}

func inOrderOfNumbers(x any) string {
	last := -1.
	for _, e := range x.([]any) {
		if why := aBeastNumber(e); why != "" || e.(float64) < last {
			return fmt.Sprint(e, " behind ", last, why)
		}
		last = e.(float64)
	}
	return ""
}

// beastOf wants the beast of that number, any if it is negative, whose fields agree.
func beastOf(id int) func(x any) string {
	return func(x any) string {
		b, ok := x.(map[string]any)
		if !ok {
			return fmt.Sprintf("no beast: %v", x)
		}
		if inner, ok := b["beast"].(map[string]any); ok {
			b = inner
		}
		got, _ := b["ID"].(float64)
		if id >= 0 && int(got) != id || b["Twice"] != 2*got || b["Name"] != beastName(int(got)) || b["Even"] != (int(got)%2 == 0) {
			return fmt.Sprintf("no beast: %v", b)
		}
		return ""
	}
}

var herdCollections = []string{"byName", "byID", "byKey", "wide", "list", "vals", "nested", "cleared", "any", "anys", "synced", "mixed", "byName[3:100]", "list[20:160]"}

// herdPolicies are the ways in which a herd is exposed.
func herdPolicies(h *herd) map[string][]registry.Option {
	return map[string][]registry.Option{"found": nil, "declared": {registry.Guard(&h.mu)}, "unguarded": {registry.Guard(nil)}}
}

// isUnheld reports whether nothing but a declared guard would keep alive what the walk has picked: what an interface holds
// that was reached in any other way.
func isUnheld(policy, collection string) bool {
	return policy != "declared" && (collection == "any" || collection == "anys")
}

// isSynced reports whether a collection is a sync.Map, which is walked without a guard.
func isSynced(collection string) bool { return collection == "synced" || collection == "mixed" }

// judgeHerd looks at an answer. exact says that what is kept has to be met once. Without a guard fields may be of two
// moments, which the answer has to say.
func judgeHerd(policy, collection string, r Result, wrong func(x any) string, exact bool, source string) string {
	codes := fmt.Sprint(r.Codes)
	if racy := slices.Contains(r.Codes, RacyNote); racy != (policy == "unguarded") && !isSynced(collection) {
		return "the notes are " + codes
	}
	list := strings.Contains(collection, "list") || strings.Contains(collection, "vals") || collection == "anys" || collection == "nested"
	if slices.Contains(r.Codes, MovedNote) && policy == "declared" && !list && collection != "cleared" {
		return "the notes of a map are " + codes
	}
	later := isLater(source)
	if later && policy != "declared" {
		return "" // nothing keeps the objects alive that it has picked
	}
	if isUnheld(policy, collection) {
		return ""
	}
	if (later || isShown(source)) && (collection == "nested" || slices.Contains(r.Codes, ChangedNote)) {
		return ""
	}
	if exact && (collection == "cleared" || strings.Contains(collection, "[") || slices.Contains(r.Codes, MovedNote)) || wrong == nil {
		return ""
	}
	var x any
	if err := json.Unmarshal(r.Value().JSON(), &x); err != nil {
		return err.Error()
	}
	if why := wrong(x); why != "" {
		return why + "; the notes are " + codes
	}
	return ""
}

// TestAttackBatchBoundaries has a writer act at each moment at which a walk in batches has given its guard back: after
// each batch, of any size. What is there throughout is met once, and what is told of an entry has been true of it.
func TestAttackBatchBoundaries(t *testing.T) {
	h := newHerd()
	turn := 0
	met := map[string]int64{}
	for policy, options := range herdPolicies(h) {
		reg := registry.New()
		reg.GuardWait = time.Hour
		reg.Expose("h", h, options...)
		s := NewSession(reg, Limits{Time: time.Hour, Share: 1})
		for _, collection := range herdCollections {
			for _, q := range herdQuestions {
				if turn++; turn%attack.Stride(29) != 0 {
					continue
				}
				source := "(" + strings.ReplaceAll(q.source, "XS", "h."+collection) + ")!"
				s.lanes, s.batches = []int{1, 2, 3, 31, 63, 64, 65}[turn%7], 1
				e := s.begin(t.Context(), s.limits)
				e.Looked = func() {
					if !e.Visit.Holding() {
						h.step()
						e.LookAlways()
					}
				}
				e.LookAlways()
				h.moves = 300
				before := h.steps.Load()
				r, err := e.eval(source)
				e.End()
				met[q.source] += h.steps.Load() - before
				if err != nil {
					if code := codeOfError(err); policy == "declared" || code == "internal" || policy == "found" && !isLater(source) && !isUnheld(policy, collection) {
						t.Errorf("%s: %s: %v", policy, source, err)
					}
				} else if why := judgeHerd(policy, collection, r, q.wrong, q.exact, source); why != "" {
					t.Errorf("%s: %s: %d lanes: %s", policy, source, s.lanes, why)
				}
				if !h.mu.TryLock() {
					t.Fatalf("%s: %s keeps the guard", policy, source)
				}
				h.mu.Unlock()
			}
		}
	}
	for source, steps := range met {
		if steps < 5 {
			t.Errorf("%s: the writer acted only %d times", source, steps)
		}
	}
}

// TestAttackBatchWriters asks the same while writers change everything without a pause, and the garbage collector runs
// all the time.
func TestAttackBatchWriters(t *testing.T) {
	stop := attack.Stop(t)
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	h := newHerd()
	var writing sync.WaitGroup
	var done atomic.Bool
	writing.Go(func() {
		for !done.Load() {
			h.step()
			runtime.Gosched()
		}
	})
	defer writing.Wait()
	defer done.Store(true)
	policies := herdPolicies(h)
	var asking sync.WaitGroup
	var answers atomic.Int64
	for policy, options := range policies {
		asking.Go(func() {
			reg := registry.New()
			reg.GuardWait = time.Hour
			reg.Expose("h", h, options...)
			s := NewSession(reg, Limits{Time: time.Hour, Share: 1})
			random := rand.New(rand.NewPCG(1, uint64(len(policy))))
			for !stop.Load() && !t.Failed() {
				s.lanes, s.batches = random.IntN(70), random.IntN(2)
				collection, q := herdCollections[random.IntN(len(herdCollections))], herdQuestions[random.IntN(len(herdQuestions))]
				source := "(" + strings.ReplaceAll(q.source, "XS", "h."+collection) + ")!"
				r, err := s.Eval(t.Context(), source)
				switch code := codeOfError(err); {
				case policy == "declared" && err != nil, code == "internal", policy == "found" && err != nil && !isLater(source) && !isUnheld(policy, collection):
					t.Errorf("%s: %s: %v", policy, source, err)
				case err != nil:
				default:
					answers.Add(1)
					wrong := q.wrong
					if policy == "unguarded" && (collection != "byID" || q.source != "map(top(XS, 12, .ID), .by)") {
						wrong = nil // but for single words in a map's own memory it may be of objects that are gone
					}
					if why := judgeHerd(policy, collection, r, wrong, q.exact, source); why != "" {
						t.Errorf("%s: %s: %d lanes: %s", policy, source, s.lanes, why)
					}
				}
			}
		})
	}
	asking.Wait()
	done.Store(true)
	writing.Wait()
	if !h.mu.TryLock() {
		t.Fatal("a guard was not given back")
	}
	h.mu.Unlock()
	t.Logf("%d answers, %d steps", answers.Load(), h.steps.Load())
	if answers.Load() == 0 {
		t.Error("the attack missed")
	}
}

// isLater reports whether elements, or what their fields point at, are read once more after their guard was given back:
// by functions that keep elements, for the elements of a part of a map, which is made before it is walked, and by
// conditions of which it is not known that they compare no collections, where they go step by step. Under a guard that was
// only found nothing keeps alive by then what the program has let go of, and of what lies behind a field's pointer nothing
// tells that it has changed.
func isLater(source string) bool {
	for _, part := range []string{"map(s", "groupBy", "freq", "hist", "byName[", ".Sub.Name != .Name", " in ["} {
		if strings.Contains(source, part) {
			return true
		}
	}
	return false
}

// isShown reports whether elements are shown after their guard was given back. If they are others by then, the answer says so.
func isShown(source string) bool {
	return strings.Contains(source, "find(") || strings.HasPrefix(source, "(filter(")
}
