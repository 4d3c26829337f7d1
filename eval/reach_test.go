package eval

import (
	"container/list"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
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

// maze has a field of each kind that a walk of the memory has to do with, some of them secret.
type maze struct {
	name     string
	Password string
	pin      *pinOf
	tagged   []string `inspect:"secret"`
	absent   *maze    `inspect:"-"`
	text     string
	bytes    []byte
	next     *maze
	parts    [2]*maze
	many     [20]*maze
	list     []*maze
	byName   map[string]*maze
	byID     map[int][]string
	byKey    map[mazeKey]mazeKey
	large    map[int][40]*maze
	any      any
	err      error
	word     any
	atomic   atomic.Pointer[maze]
	value    atomic.Value
	syncs    sync.Map
	chain    list.List
	waiting  chan *maze
	run      func()
	raw      unsafe.Pointer
	inner    struct {
		mu    sync.Mutex
		items map[string]string
		Token string
	}
	when time.Time
}

type (
	pinOf   struct{ pin []string }
	mazeKey struct{ a, b string }
)

// newMaze makes n mazes that lead to each other.
func newMaze(r *rand.Rand, n int) *maze {
	all := make([]*maze, n)
	for i := range all {
		all[i] = &maze{}
	}
	pick := func() *maze {
		if r.IntN(3) == 0 {
			return nil
		}
		return all[r.IntN(n)]
	}
	texts := []string{"plain", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "-----BEGIN RSA PRIVATE KEY-----", strings.Repeat("long ", 700), "", "token=abcdefgh12345678"}
	text := func() string { return strings.Clone(texts[r.IntN(len(texts))]) }
	for i, m := range all {
		m.name, m.Password, m.text, m.bytes = fmt.Sprint("maze ", i), strings.Clone("hunter2"), text(), []byte(text())
		m.pin, m.tagged, m.absent = &pinOf{[]string{text()}}, []string{text()}, &maze{name: strings.Clone("absent")}
		m.next, m.parts, m.many[r.IntN(20)] = pick(), [2]*maze{pick(), pick()}, pick()
		m.list = append(make([]*maze, 0, 8), pick(), pick())
		m.byName = map[string]*maze{"a": pick(), "password": {name: strings.Clone("by password")}, text(): pick()}
		m.byID = map[int][]string{}
		for j := range r.IntN(3000) * r.IntN(2) {
			m.byID[j] = []string{fmt.Sprint(j)}
		}
		m.byKey = map[mazeKey]mazeKey{{text(), "x"}: {"y", text()}}
		m.large = map[int][40]*maze{1: {3: pick()}}
		m.any = []any{nil, 7, text(), pick(), mazeKey{text(), "z"}, map[string]*maze{"b": pick()}, &m.name, []*maze{pick()}}[r.IntN(8)]
		m.err = []error{nil, fmt.Errorf("wrapped: %w", os.ErrNotExist), &os.PathError{Op: "open", Path: text(), Err: os.ErrExist}}[r.IntN(3)]
		m.word = []any{struct{ p *maze }{pick()}, [1]*maze{pick()}, func() {}, m.waiting}[r.IntN(4)]
		m.atomic.Store(pick())
		m.value.Store([]string{text()})
		m.syncs.Store(fmt.Sprint(i), pick())
		m.chain.Init().PushBack(pick())
		m.waiting = make(chan *maze, 3)
		m.waiting <- pick()
		m.run, m.raw = func() {}, unsafe.Pointer(m)
		m.inner.items, m.inner.Token = map[string]string{"secret": text(), "open": text()}, text()
	}
	return all[0]
}

// TestReachIsStepwise: what raw loads find is what is found step by step, with its paths. Objects with
// locks of a name that GuardBy tells are walked step by step.
func TestReachIsStepwise(t *testing.T) {
	for seed := uint64(0); seed < 40; seed += uint64(attack.Stride(8)) {
		m := newMaze(rand.New(rand.NewPCG(seed, 3)), 1+int(seed)/2)
		raw, steps := registry.New(), registry.New()
		raw.Expose("maze", m)
		steps.Expose("maze", m, registry.GuardBy("nowhere"))
		limits := Limits{Time: time.Hour, Bytes: 1 << 30, Entries: 1 << 30}
		got, r := censusOf(t, NewSession(raw, limits), "census(maze)")
		want, r2 := censusOf(t, NewSession(steps, limits), "census(maze)")
		if !reflect.DeepEqual(got, want) {
			for name, row := range want {
				if got[name] != row {
					t.Errorf("seed %d: %s: %+v, want %+v", seed, name, got[name], row)
				}
			}
			t.Fatalf("seed %d: %d types, want %d", seed, len(got), len(want))
		}
		reached := func(r Result) string {
			for _, n := range r.Notes {
				if strings.HasPrefix(n, "reached") {
					return n
				}
			}
			return ""
		}
		if reached(r) != reached(r2) {
			t.Errorf("seed %d: %q, want %q", seed, reached(r), reached(r2))
		}
		for name := range got {
			if strings.Contains(got[name].Example, "absent") || strings.Contains(got[name].Example, "assword") {
				t.Errorf("%s", got[name].Example)
			}
		}
	}
}

// TestReachKnown: the memory of a cache is known to the byte.
func TestReachKnown(t *testing.T) {
	const n = 20_000
	items := newBenchCache(n)
	bytes := int(unsafe.Sizeof(items)) + n*(int(unsafe.Sizeof("")+unsafe.Sizeof(items["x"]))+1)
	constants := map[*byte]int{} // the literals are shared
	for _, item := range items {
		bytes += int(unsafe.Sizeof(*item)+unsafe.Sizeof(*item.maker)) + len(item.key) + len(item.name) + len(item.tags)*int(unsafe.Sizeof(""))
		for _, tag := range item.tags {
			constants[unsafe.StringData(tag)] = len(tag)
		}
	}
	for _, k := range constants {
		bytes += k
	}
	reg := registry.New()
	reg.Expose("items", &items)
	s := NewSession(reg, Limits{Time: time.Hour, Bytes: 1 << 30})
	if got, err := answer(t, s, "size(items).deep"); got != bytes {
		t.Errorf("%v, %v, want %d", got, err, bytes)
	}
}

// TestReachDeep: a list that is longer than the stack has room for, in the way of each node too.
func TestReachDeep(t *testing.T) {
	type link struct {
		next *link
		also any
	}
	n := 1_000_000 / attack.Stride(8)
	var first, other *link
	for i := range n {
		first = &link{next: first}
		if i < n/20 {
			var held atomic.Value // each is a place that is left to a walk step by step
			held.Store(other)
			other = &link{also: &held}
		}
	}
	reg := registry.New()
	reg.Expose("first", &struct{ a, b *link }{first, other})
	s := NewSession(reg, Limits{Time: time.Hour, Bytes: 1 << 30, Entries: 1 << 30})
	rows, r := censusOf(t, s, "census(first)")
	if got := rows["eval.link"]; got.Objects != n+n/20 || rows["atomic.Value"].Objects != n/20 {
		t.Errorf("%d: %+v, %q", n, rows, r.Notes)
	}
	if strings.Contains(strings.Join(r.Notes, "\n"), "before the end") {
		t.Errorf("%q", r.Notes)
	}
}

// TestReachBesideWriter walks maps, slices, interfaces and texts while they change at full speed, and
// the collector frees what was dropped and writes over it.
func TestReachBesideWriter(t *testing.T) {
	const again = "SIGHTGLASS_REACH_WRITER"
	if os.Getenv(again) == "" && attack.Long() {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReachBesideWriter$", "-attack="+attack.Time().String())
		cmd.Env = append(os.Environ(), again+"=1", "GODEBUG=clobberfree=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	type thing struct {
		name string
		tags []string
		any  any
		next *thing
		m    map[string]*thing
	}
	var x struct {
		free    map[string]*thing
		list    []*thing
		guarded struct {
			mu    sync.Mutex
			items map[string]*thing
		}
	}
	x.free, x.guarded.items = map[string]*thing{}, map[string]*thing{}
	stop := attack.Stop(t)
	var done sync.WaitGroup
	done.Go(func() {
		r := rand.New(rand.NewPCG(1, 1))
		for i := 0; !stop.Load(); i++ {
			key := fmt.Sprint("key ", r.IntN(500))
			th := &thing{name: key, tags: make([]string, r.IntN(5)), any: []any{i, key, nil, &key}[r.IntN(4)], m: map[string]*thing{key: x.free[key]}}
			if r.IntN(2) == 0 {
				th.next = x.free[fmt.Sprint("key ", r.IntN(500))]
			}
			x.guarded.mu.Lock()
			x.guarded.items[key] = th
			x.guarded.mu.Unlock()
			if x.free[key] = th; i%3 == 0 {
				delete(x.free, fmt.Sprint("key ", r.IntN(500)))
			}
			if x.list = append(x.list, th); len(x.list) > 500 {
				x.list = append([]*thing(nil), x.list[400:]...)
			}
			if i%50_000 == 0 {
				clear(x.free)
			}
		}
	})
	reg := registry.New()
	reg.Expose("x", &x)
	reg.Expose("held", &x.guarded)
	s := NewSession(reg, Limits{Time: time.Hour, Bytes: 1 << 30, Entries: 1 << 30})
	for walks := 0; walks == 0 || !stop.Load(); walks++ {
		for _, source := range []string{"census(x)", "size(held)", "census()", "refs(x)", "refs(held)"} {
			if _, err := s.Eval(t.Context(), source); err != nil {
				t.Errorf("%s: %v", source, err)
			}
		}
	}
	done.Wait()
}

// TestReachWantsGuard: a lock that cannot be had is said, and what lies beside it is counted.
func TestReachWantsGuard(t *testing.T) {
	x := &struct {
		free  []string
		inner struct {
			mu    sync.Mutex
			items []string
		}
	}{free: []string{strings.Clone("free")}}
	x.inner.items = []string{strings.Clone("guarded")}
	reg := registry.New()
	reg.Expose("x", x)
	s := NewSession(reg, Limits{Time: time.Hour})
	size := int(unsafe.Sizeof(*x)) + 2*int(unsafe.Sizeof("")) + len("free") + len("guarded")
	if got, err := answer(t, s, "size(x).deep"); got != size {
		t.Errorf("%v, %v, want %d", got, err, size)
	}
	x.inner.mu.Lock()
	r, err := s.Eval(t.Context(), "size(x).deep")
	if err != nil || r.Node.Text != fmt.Sprint(size-int(unsafe.Sizeof(""))-len("guarded")) || !strings.Contains(strings.Join(r.Notes, "\n"), "could not be read") {
		t.Errorf("%v, %v, %q", r.Node.Text, err, r.Notes)
	}
}

// TestReachTellsOfLocks: single loads take no lock of the objects that they come to. That is said, as
// it is where an object is read step by step, whatever guards what leads there.
func TestReachTellsOfLocks(t *testing.T) {
	type item struct {
		mu   sync.Mutex
		tags []string
	}
	type store struct {
		mu      sync.Mutex
		byName  map[string]*item
		byValue map[string]item
		list    []item
		pairs   [][2]struct{ item }
		any     any
		plain   struct {
			mu sync.Mutex
			n  int
		}
	}
	for name, opts := range map[string]func(*store) []registry.Option{
		"found":  func(*store) []registry.Option { return nil },
		"guard":  func(s *store) []registry.Option { return []registry.Option{registry.Guard(&s.mu)} },
		"frozen": func(*store) []registry.Option { return []registry.Option{registry.Frozen()} },
		"steps":  func(*store) []registry.Option { return []registry.Option{registry.GuardBy("nowhere")} },
	} {
		for field, fill := range map[string]func(*store){
			"byName":  func(s *store) { s.byName = map[string]*item{"a": {tags: []string{"x"}}} },
			"byValue": func(s *store) { s.byValue = map[string]item{"a": {tags: []string{"x"}}} },
			"list":    func(s *store) { s.list = []item{{tags: []string{"x"}}} },
			"pairs":   func(s *store) { s.pairs = make([][2]struct{ item }, 1); s.pairs[0][1].tags = []string{"x"} },
			"any":     func(s *store) { s.any = item{tags: []string{"x"}} },
			"":        func(s *store) {},
		} {
			s := new(store)
			fill(s)
			reg := registry.New()
			reg.Expose("s", s, opts(s)...)
			for _, line := range []string{"size(s).deep", "census(s)"} {
				r, err := NewSession(reg, Limits{Time: time.Hour}).Eval(t.Context(), line)
				if err != nil {
					t.Fatal(err)
				}
				said := strings.Contains(strings.Join(r.Notes, "\n"), " was read racily: its lock mu is not taken")
				// Step by step a lock that guards the elements of a list is one for what lies in them.
				if want := field != ""; said != want && (name != "steps" || field == "byName") {
					t.Errorf("%s, s.%s: %s: %q", name, field, line, r.Notes)
				}
			}
		}
	}
}
