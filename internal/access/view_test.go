package access

//lint:file-ignore U1000 some fields and methods here are only looked at

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
)

type status string

type item struct {
	key     string
	hits    int
	status  status
	expires time.Time
	next    *item
}

type base struct {
	Region string
	Token  string
}

type cache struct {
	base
	mu      sync.RWMutex
	items   map[string]*item
	byID    map[int8]item
	byAny   map[any]int
	byBool  map[bool]int
	byFloat map[float64]string
	byWait  map[time.Duration]int
	byPair  map[[2]int]int
	order   []*item
	grid    [3][2]int
	any     any
	none    *item
	empty   map[string]int
	count   atomic.Int64
	head    atomic.Pointer[item]
	blob    []byte
	hidden  int `inspect:"-"`
	tagged  int `inspect:"secret"`
	huge    uint64
	loop    *cache
}

func (c *cache) Len() int { return len(c.items) }

func newCache() *cache {
	c := &cache{
		base:    base{Region: "eu", Token: "t0psecrettoken"},
		items:   map[string]*item{"sku-17": {key: "sku-17", hits: 9, status: "up"}, "a\"b\n": {hits: 1}, "\xff\x00": {hits: 2}},
		byID:    map[int8]item{-3: {hits: 3}},
		byAny:   map[any]int{"s": 1, 2: 2, int8(3): 3, true: 4, 1.5: 5, 2.0: 6},
		byBool:  map[bool]int{true: 1},
		byFloat: map[float64]string{1.5: "x", 1e30: "y"},
		byWait:  map[time.Duration]int{time.Second: 1},
		byPair:  map[[2]int]int{{1, 2}: 3},
		order:   []*item{{key: "one", hits: 1}, {key: "two", hits: 2}, {key: "three", hits: 3}},
		grid:    [3][2]int{{1, 2}, {3, 4}, {5, 6}},
		any:     &item{key: "boxed", hits: 5},
		blob:    []byte("hello, world"),
		huge:    1 << 63,
	}
	c.order[0].next = c.order[1]
	c.count.Store(42)
	c.head.Store(c.order[2])
	c.loop = c
	return c
}

// meter counts, and ends the Visit on demand.
type meter struct {
	read, work int
	kept       int
	end        error
	visit      *Visit
	bad        bool // Read or Work was called with a guard held
}

func (m *meter) Read(n int) error {
	m.read += n
	m.bad = m.bad || m.visit != nil && m.visit.Holding()
	return m.end
}

func (m *meter) Work(n int) error {
	m.work += n
	m.bad = m.bad || m.visit != nil && m.visit.Holding()
	return m.end
}

func (m *meter) Keep(n int) error {
	m.kept += n
	return m.end
}

// patient makes l wait for guards as long as a busy machine may take.
func patient(l *Visit) { l.guards = guard.NewHolder(l.ctx, time.Hour, &l.pace) }

// lookAt exposes object as c in a registry of its own, and begins a Visit.
func lookAt(t testing.TB, object any, opts ...Option) (*Visit, *View) {
	t.Helper()
	r := New()
	r.Expose("c", object, opts...)
	m := &meter{}
	l := r.Visit(context.Background(), m)
	m.visit = l
	t.Cleanup(func() {
		if m.bad {
			t.Error("Meter.Read was called with a guard held")
		}
		if l.Holding() {
			t.Error("a guard is still held")
		}
	})
	v, err := l.Get("c")
	if err != nil {
		t.Fatal(err)
	}
	return l, v
}

// reach follows steps: ".name", or a key.
func reach(v *View, steps ...any) (*View, error) {
	for _, s := range steps {
		var err error
		if name, ok := s.(string); ok && strings.HasPrefix(name, ".") {
			v, err = v.Member(name[1:])
		} else {
			v, err = v.At(s)
		}
		if err != nil {
			return nil, err
		}
	}
	return v, nil
}

// must is reach for steps that cannot fail.
func must(t testing.TB, v *View, steps ...any) *View {
	t.Helper()
	v, err := reach(v, steps...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// policies returns the ways in which an object may be read.
func policies() [][]Option {
	return [][]Option{nil, {Frozen()}, {Guard(new(sync.Mutex))}, {Owner(func(f func()) { f() })}, {Guard(nil)}}
}

func TestPlain(t *testing.T) {
	type composite struct{}
	tests := []struct {
		name  string
		steps []any
		want  any
		path  string
	}{
		{"unexported field", []any{".items", "sku-17", ".hits"}, 9, `c.items["sku-17"].hits`},
		{"nil map", []any{".empty"}, nil, `c.empty`},
		{"member of a map", []any{".items", ".sku-17"}, composite{}, `c.items["sku-17"]`},
		{"named string", []any{".items", "sku-17", ".status"}, "up", `c.items["sku-17"].status`},
		{"promoted", []any{".Region"}, "eu", `c.base.Region`},
		{"key with quotes", []any{".items", "a\"b\n", ".hits"}, 1, `c.items["a\"b\n"].hits`},
		{"key that is not UTF-8", []any{".items", "\xff\x00", ".hits"}, 2, `c.items[b"\xff\x00"].hits`},
		{"bytes as a key", []any{".items", []byte("\xff\x00"), ".hits"}, 2, `c.items[b"\xff\x00"].hits`},
		{"narrow integer key", []any{".byID", -3, ".hits"}, 3, `c.byID[-3].hits`},
		{"bool key", []any{".byBool", true}, 1, `c.byBool[true]`},
		{"float key", []any{".byFloat", 1e30}, "y", `c.byFloat[1e+30]`},
		{"duration key", []any{".byWait", time.Second}, 1, `c.byWait[duration("1s")]`},
		{"list", []any{".order", 2, ".key"}, "three", `c.order[2].key`},
		{"from the end", []any{".order", -1, ".key"}, "three", `c.order[2].key`},
		{"float index", []any{".order", 1.0, ".key"}, "two", `c.order[1].key`},
		{"array of arrays", []any{".grid", 1, 1}, 4, `c.grid[1][1]`},
		{"through an interface", []any{".any", ".hits"}, 5, `c.any.hits`},
		{"linked", []any{".order", 0, ".next", ".hits"}, 2, `c.order[0].next.hits`},
		{"nil pointer", []any{".none"}, nil, `c.none`},
		{"atomic", []any{".count"}, 42, `c.count`},
		{"atomic pointer", []any{".head", ".key"}, "three", `c.head.key`},
		{"beyond an int64", []any{".huge"}, uint64(1 << 63), `c.huge`},
		{"cyclic", []any{".loop", ".loop", ".loop", ".huge"}, uint64(1 << 63), `c.loop.loop.loop.huge`},
		{"zero time", []any{".order", 0, ".expires"}, time.Time{}, `c.order[0].expires`},
		{"field in brackets", []any{".order", 0, "hits"}, 1, `c.order[0].hits`},
	}
	for i, opts := range policies() {
		_, c := lookAt(t, newCache(), opts...)
		for _, tt := range tests {
			v, err := reach(c, tt.steps...)
			if err != nil {
				t.Errorf("%d %s: %v", i, tt.name, err)
				continue
			}
			x, ok, err := v.Plain()
			_, live := tt.want.(composite)
			if ok == live || err != nil || ok && !equal(x, tt.want) {
				t.Errorf("%d %s: got %#v, %v, %v, want %#v", i, tt.name, x, ok, err, tt.want)
			}
			if v.Path() != tt.path {
				t.Errorf("%d %s: path %s, want %s", i, tt.name, v.Path(), tt.path)
			}
		}
	}
}

func equal(a, b any) bool {
	if t, ok := a.(time.Time); ok {
		u, ok := b.(time.Time)
		return ok && t.Equal(u)
	}
	return reflect.DeepEqual(a, b)
}

func TestErrors(t *testing.T) {
	tests := []struct {
		steps []any
		want  string // "" for what inspect says
		as    any
	}{
		{[]any{".itms"}, "c (access.cache) has no field itms; did you mean items?", new(*FieldError)},
		{[]any{".ITEMS"}, "c (access.cache) has no field ITEMS; did you mean items?", new(*FieldError)},
		{[]any{".zzz"}, "c (access.cache) has no field zzz; dir(c) lists what it has", new(*FieldError)},
		{[]any{".hidden"}, "c (access.cache) has no field hidden; dir(c) lists what it has", new(*FieldError)},
		{[]any{".order", 0, ".hits", ".x"}, "c.order[0].hits (int) has no field x; dir(c.order[0].hits) lists what it has", new(*FieldError)},
		{[]any{".order", ".key"}, "c.order ([]*access.item) has no field key; dir(c.order) lists what it has", new(*FieldError)},
		{[]any{".Len"}, "c (access.cache) has no field Len, but a method: write Len()", new(*FieldError)},
		{[]any{".items", "sku-71"}, `c.items has no key "sku-71"; did you mean "sku-17"?`, new(*KeyError)},
		{[]any{".items", "zzzzzzzz"}, `c.items has no key "zzzzzzzz"; get() and ?. give nil instead`, new(*KeyError)},
		{[]any{".byID", 1000}, "", nil},
		{[]any{".byID", "x"}, "", nil},
		{[]any{".order", 3}, "index 3 is out of range: c.order has 3 elements", new(*IndexError)},
		{[]any{".order", -4}, "index -4 is out of range: c.order has 3 elements", new(*IndexError)},
		{[]any{".order", "x"}, `c.order ([]*access.item) is a list: its index is a whole number, not "x"`, new(*TypeError)},
		{[]any{".order", 1.5}, `c.order ([]*access.item) is a list: its index is a whole number, not 1.5`, new(*TypeError)},
		{[]any{".none", ".hits"}, "c.none is nil: it has no .hits; ?. and ?? read past nil", new(*NilError)},
		{[]any{".none", ".hit"}, "c.none (*access.item) has no field hit; did you mean hits?", new(*FieldError)},
		{[]any{".order", 2, ".next", ".next"}, "c.order[2].next is nil: it has no .next; ?. and ?? read past nil", new(*NilError)},
		{[]any{".huge", 1}, "c.huge (uint64) has no elements", new(*TypeError)},
	}
	_, c := lookAt(t, newCache())
	for _, tt := range tests {
		_, err := reach(c, tt.steps...)
		switch {
		case err == nil:
			t.Errorf("%v: no error", tt.steps)
		case tt.want != "" && err.Error() != tt.want:
			t.Errorf("%v:\n got %s\nwant %s", tt.steps, err, tt.want)
		case tt.as != nil && !errors.As(err, tt.as):
			t.Errorf("%v: %T", tt.steps, err)
		}
	}
	if _, err := reach(c, ".none", ".hits"); !errors.Is(err, ErrNil) {
		t.Errorf("%v is no ErrNil", err)
	}
}

func TestHas(t *testing.T) {
	_, c := lookAt(t, newCache())
	for _, tt := range []struct {
		steps []any
		key   any
		want  bool
	}{
		{nil, "items", true}, {nil, "hidden", false}, {nil, "Region", true}, {nil, "nope", false}, {nil, 5, false},
		{[]any{".items"}, "sku-17", true}, {[]any{".items"}, "x", false}, {[]any{".empty"}, "x", false},
	} {
		v := must(t, c, tt.steps...)
		if got, err := v.Has(tt.key); got != tt.want || err != nil {
			t.Errorf("%v in %s: %v, %v", tt.key, v.Path(), got, err)
		}
	}
	if _, err := must(t, c, ".order").Has(1); err == nil {
		t.Error("a list has keys")
	}
}

func TestWindow(t *testing.T) {
	_, c := lookAt(t, newCache())
	order := must(t, c, ".order")
	paths := func(v *View) string {
		var list []string
		if err := v.Each(func(_, e *View) (bool, error) { list = append(list, e.Path()); return true, nil }); err != nil {
			t.Fatal(err)
		}
		return strings.Join(list, " ")
	}
	part := func(v *View, lo, hi int) *View {
		t.Helper()
		w, err := v.Window(lo, hi)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, tt := range []struct {
		lo, hi int
		path   string
		elems  string
	}{
		{1, 3, "c.order[1:3]", "c.order[1] c.order[2]"},
		{-2, 99, "c.order[1:3]", "c.order[1] c.order[2]"},
		{2, 1, "c.order[2:2]", ""},
		{-99, 1, "c.order[0:1]", "c.order[0]"},
	} {
		w := part(order, tt.lo, tt.hi)
		n, _ := w.Len()
		if got := paths(w); w.Path() != tt.path || got != tt.elems || n != len(strings.Fields(tt.elems)) {
			t.Errorf("[%d:%d]: %s, %d: %s", tt.lo, tt.hi, w.Path(), n, got)
		}
	}
	inner := part(part(order, 1, 3), 1, 2)
	if e, err := inner.At(0); err != nil || e.Path() != "c.order[2]" {
		t.Error(e, err)
	}
	if _, err := inner.At(1); err == nil {
		t.Error("out of the window, in the list")
	}

	items := must(t, c, ".items")
	first := part(items, 0, 2)
	if got, all := paths(first)+" "+paths(part(items, 2, 3)), paths(items); got != all {
		t.Errorf("windows of a map: %s, the whole: %s", got, all)
	}
	if _, err := first.At("sku-17"); err == nil {
		t.Error("a part of a map has keys")
	}

	world := part(must(t, c, ".blob"), 7, 12)
	if b, n, err := world.Bytes(0, 0); string(b) != "world" || n != 5 || err != nil {
		t.Errorf("%q, %d, %v", b, n, err)
	}
	if b, n, err := world.Bytes(1, 3); string(b) != "orl" || n != 5 || err != nil {
		t.Errorf("%q, %d, %v", b, n, err)
	}
	if x, _, err := part(must(t, c, ".Region"), 1, 2).Plain(); x != "u" || err != nil {
		t.Error(x, err)
	}
}

func TestMembers(t *testing.T) {
	_, c := lookAt(t, newCache(), Methods("Len"))
	list, err := c.Members()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range list {
		name := m.Name
		if m.Hidden {
			name += "(hidden)"
		}
		names = append(names, name)
	}
	want := "base mu items byID byAny byBool byFloat byWait byPair order grid any none empty count head blob tagged(hidden) huge loop Region Token(hidden) Len"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if m := list[len(list)-1]; m.Type != "func() int" || !m.Method {
		t.Errorf("%+v", m)
	}
	if list, err := must(t, c, ".none").Members(); err != nil || len(list) != 5 {
		t.Errorf("of a nil pointer: %v, %v", list, err)
	}
}

// A path that is printed can be typed. A key that an interface holds can be typed only if a literal
// has the very type of the key.
func TestPathsOfInterfaceKeys(t *testing.T) {
	_, c := lookAt(t, newCache())
	m := must(t, c, ".byAny")
	typed := 0
	err := m.Each(func(key, elem *View) (bool, error) {
		x, ok, err := key.Plain()
		if !ok || err != nil {
			t.Error(x, ok, err)
		}
		if elem.Path() == "" {
			return true, nil
		}
		typed++
		want, _, _ := elem.Plain()
		again, err := m.At(x)
		if err != nil {
			t.Errorf("%s: %v", elem.Path(), err)
			return true, nil
		}
		if got, _, _ := again.Plain(); got != want {
			t.Errorf("%s: %v, want %v", elem.Path(), got, want)
		}
		return true, nil
	})
	// "s", 2, true, 1.5 and 2.0; not int8(3).
	if typed != 5 || err != nil {
		t.Errorf("%d keys can be typed, %v", typed, err)
	}
	_ = must(t, c, ".byPair").Each(func(key, elem *View) (bool, error) {
		if elem.Path() != "c.byPair[[1, 2]]" {
			t.Errorf("the key of an array has the path %s", elem.Path())
		}
		return true, nil
	})
}

// A list that is walked hop by hop keeps neither all its Views nor a path that grows forever.
func TestLongChain(t *testing.T) {
	first := &item{}
	for at, i := first, 0; i < 5000; i++ {
		at.next = &item{hits: i}
		at = at.next
	}
	_, v := lookAt(t, first, Guard(nil))
	for range 5000 {
		v = must(t, v, ".next")
		depth := 0
		for up := v; up != nil; up = up.up {
			depth++
		}
		if depth > 2*maxDepth {
			t.Fatalf("%d Views are kept", depth)
		}
	}
	hits := must(t, v, ".hits")
	if x, _, err := hits.Plain(); x != 4999 || err != nil || hits.Path() != "" {
		t.Error(x, err, hits.Path())
	}
}

func TestKeep(t *testing.T) {
	for i, opts := range policies() {
		for _, unlocked := range []bool{false, true} {
			l, c := lookAt(t, map[string]item{"a": {key: "A", hits: 1}, "b": {key: "B", hits: 2}, "c": {key: "C", hits: 3}}, opts...)
			var kept []*View
			walk := c.Each
			if unlocked {
				walk = c.EachUnlocked
			}
			err := walk(func(key, elem *View) (bool, error) {
				for _, v := range []*View{must(t, elem, ".key"), elem, key} {
					k, err := v.Keep()
					if err != nil {
						return false, err
					}
					kept = append(kept, k)
				}
				return true, nil
			})
			if err != nil || len(kept) != 9 {
				t.Fatal(err, len(kept))
			}
			if l.meter.meter.(*meter).kept == 0 {
				t.Error("nothing was charged")
			}
			for j := 0; j < len(kept); j += 3 {
				name, _, err1 := kept[j].Plain()
				key, _, err2 := kept[j+2].Plain()
				if err1 != nil || err2 != nil {
					t.Fatal(i, err1, err2)
				}
				if want := strings.ToLower(name.(string)); key != want || kept[j].Path() != `c["`+want+`"].key` || kept[j+1].Path() != `c["`+want+`"]` {
					t.Errorf("%d: %v, %v, %s, %s", i, name, key, kept[j].Path(), kept[j+1].Path())
				}
			}
		}
	}
}

func TestSnap(t *testing.T) {
	c := newCache()
	for i, opts := range append(policies(), []Option{Guard(&c.mu)}) {
		_, v := lookAt(t, c, opts...)
		line := v.Snap(render.Limit{}).Line(10_000)
		for _, want := range []string{"eu", "sku-17", "boxed", "hello, world", "unlocked"} {
			if !strings.Contains(line, want) {
				t.Errorf("%d: no %s in %s", i, want, line)
			}
		}
		if strings.Contains(line, "t0psecret") {
			t.Errorf("%d: a secret in %s", i, line)
		}
	}
}

// A View is made for each step of each expression, so it must not grow.
func TestViewIsSmall(t *testing.T) {
	if size := reflect.TypeFor[View]().Size(); size > 184 {
		t.Errorf("a View takes %d bytes", size)
	}
}

// Scalar is what snapshots read.
func (v *View) Scalar() (any, error) { return source{v}.Scalar() }
