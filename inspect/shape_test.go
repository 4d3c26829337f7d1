package inspect_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/inspect"
)

type shapes struct {
	b       atomic.Bool
	i32     atomic.Int32
	i64     atomic.Int64
	u32     atomic.Uint32
	u64     atomic.Uint64
	up      atomic.Uintptr
	ptr     atomic.Pointer[point]
	nilPtr  atomic.Pointer[point]
	val     atomic.Value
	nilVal  atomic.Value
	dur     time.Duration
	when    time.Time
	mu      sync.Mutex
	rw      sync.RWMutex
	once    sync.Once
	wg      sync.WaitGroup
	ch      chan string
	nilCh   chan int
	f       func()
	nilF    func()
	raw     unsafe.Pointer
	sm      sync.Map
	month   time.Month
	err     error
	ordinal struct{ v int }
}

func named() {}

// TestShapes reads the standard types that show something other than their fields.
func TestShapes(t *testing.T) {
	x := &shapes{dur: 90 * time.Second, when: time.Unix(0, 0).UTC(), ch: make(chan string, 3), f: named, month: time.March}
	x.b.Store(true)
	x.i32.Store(-5)
	x.i64.Store(1 << 40)
	x.u32.Store(6)
	x.u64.Store(1<<64 - 1)
	x.up.Store(7)
	x.ptr.Store(&point{X: 3})
	x.val.Store("inside")
	x.ch <- "a"
	x.mu.Lock()
	x.rw.RLock()
	x.rw.RLock()
	x.once.Do(func() {})
	x.wg.Add(3)
	v, err := inspect.Of(x).Elem()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		field string
		shape inspect.Shape
		want  string // the scalar, the target's or the description
	}{
		{"b", inspect.Scalar, "true"},
		{"i32", inspect.Scalar, "-5"},
		{"i64", inspect.Scalar, "1099511627776"},
		{"u32", inspect.Scalar, "6"},
		{"u64", inspect.Scalar, "18446744073709551615"},
		{"up", inspect.Scalar, "7"},
		{"ptr", inspect.Pointer, "inspect_test.point"},
		{"nilPtr", inspect.Pointer, "nil"},
		{"val", inspect.Interface, "string"},
		{"nilVal", inspect.Interface, "nil"},
		{"dur", inspect.Scalar, "1m30s"},
		{"when", inspect.Scalar, "1970-01-01 00:00:00 +0000 UTC"},
		{"mu", inspect.Opaque, "locked"},
		{"rw", inspect.Opaque, "2 reading"},
		{"once", inspect.Opaque, "done"},
		{"wg", inspect.Opaque, "waits for 3"},
		{"ch", inspect.Chan, "1 of 3"},
		{"nilCh", inspect.Chan, "nil"},
		{"f", inspect.Func, "github.com/sightglass-go/sightglass/inspect_test.named shape_test.go:"},
		{"nilF", inspect.Func, "nil"},
		{"raw", inspect.Opaque, "0x0"},
		{"sm", inspect.Map, ""},
		{"month", inspect.Scalar, "3"},
		{"err", inspect.Interface, "nil"},
		{"ordinal", inspect.Struct, ""},
	} {
		index, ok := v.FindField(tc.field)
		if !ok {
			t.Fatalf("no field %s", tc.field)
		}
		f := v.Field(index[0])
		if f.Shape() != tc.shape {
			t.Errorf("%s has the shape %v, want %v", tc.field, f.Shape(), tc.shape)
		}
		got := ""
		switch f.Shape() {
		case inspect.Scalar:
			x, err := f.Scalar(0)
			if err != nil {
				t.Errorf("%s: %v", tc.field, err)
			}
			got = fmt.Sprint(x)
		case inspect.Pointer, inspect.Interface:
			e, err := f.Elem()
			if err != nil {
				t.Errorf("%s: %v", tc.field, err)
			}
			if got = "nil"; e.IsValid() {
				got = e.Type().String()
			}
		default:
			if got, err = f.Describe(); err != nil {
				t.Errorf("%s: %v", tc.field, err)
			}
		}
		if got != tc.want && (tc.field != "f" || !strings.HasPrefix(got, tc.want)) {
			t.Errorf("%s is %q, want %q", tc.field, got, tc.want)
		}
	}
}

// TestWaitersAreSeen describes a lock with a waiting writer.
func TestWaitersAreSeen(t *testing.T) {
	var mu sync.RWMutex
	mu.RLock()
	done := make(chan bool)
	go func() {
		mu.Lock()
		defer mu.Unlock()
		close(done)
	}()
	v, err := inspect.Of(&mu).Elem()
	if err != nil {
		t.Fatal(err)
	}
	for text := ""; text != "1 reading, a writer waiting"; {
		if text, err = v.Describe(); err != nil {
			t.Fatal(err)
		}
	}
	mu.RUnlock()
	<-done
}

// TestWaitersAtChans describes chans at which goroutines wait.
func TestWaitersAtChans(t *testing.T) {
	x := &struct{ full, empty, closed chan string }{make(chan string, 2), make(chan string), make(chan string)}
	x.full <- "a"
	x.full <- "b"
	close(x.closed)
	var ended sync.WaitGroup
	for range 3 {
		ended.Go(func() { x.full <- "c" })
	}
	for range 4 {
		ended.Go(func() { <-x.empty })
	}
	v, err := inspect.Of(x).Elem()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"2 of 2, 3 sending", "0 of 0, 4 receiving", "0 of 0, closed"} {
		for text := ""; text != want; {
			if text, err = v.Field(i).Describe(); err != nil {
				t.Fatal(err)
			}
		}
	}
	close(x.empty)
	for range 3 {
		<-x.full
	}
	ended.Wait()
}

// TestProvenance checks what is solid and what is racy, by how it was reached.
func TestProvenance(t *testing.T) {
	x := newAwkward()
	root := inspect.Of(x)
	field := func(v inspect.Value, name string) inspect.Value {
		t.Helper()
		for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
			var err error
			if v, err = v.Elem(); err != nil {
				t.Fatal(err)
			}
		}
		index, ok := v.FindField(name)
		if !ok {
			t.Fatalf("no field %s", name)
		}
		return v.Field(index[0])
	}
	elem := func(v inspect.Value, err error) inspect.Value {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	at := func(v inspect.Value, key any) inspect.Value {
		t.Helper()
		e, ok, err := v.Lookup(key)
		if !ok || err != nil {
			t.Fatalf("%v is not found: %v", key, err)
		}
		return elem(e.Elem())
	}
	for _, tc := range []struct {
		name  string
		reach func(inspect.Value) inspect.Value
		solid bool // without trust; with it everything is
	}{
		{"by pointers", func(v inspect.Value) inspect.Value { return field(field(v, "tree"), "left") }, true},
		{"to itself", func(v inspect.Value) inspect.Value { return field(field(v, "self"), "self") }, true},
		{"an element of an array", func(v inspect.Value) inspect.Value { return elem(field(v, "arr").Index(1)) }, true},
		{"an element of a slice", func(v inspect.Value) inspect.Value { return elem(field(v, "list").Index(1)) }, false},
		{"what a slice's pointer points at", func(v inspect.Value) inspect.Value { e := elem(field(v, "ptrs").Index(0)); return elem(e.Elem()) }, false},
		{"in an interface", func(v inspect.Value) inspect.Value { return elem(field(v, "boxed").Elem()) }, false},
		{"a pointer in an interface", func(v inspect.Value) inspect.Value {
			e := elem(field(v, "direct").Elem())
			return elem(e.Field(0).Elem())
		}, false},
		{"in a map", func(v inspect.Value) inspect.Value { return at(field(v, "m"), "k") }, false},
	} {
		for _, trusted := range []bool{false, true} {
			got := tc.reach(root.Trust(trusted))
			want := tc.solid || trusted
			if got.Solid() != want || (got.Mark()&inspect.Racy == 0) != want {
				t.Errorf("%s, trusted %v: solid %v, marks %v", tc.name, trusted, got.Solid(), got.Mark())
			}
			p, ok := got.Pointer()
			if ok && reflect.TypeOf(p) != reflect.PointerTo(got.Type()) || ok && !want {
				t.Errorf("%s, trusted %v: pointer %T", tc.name, trusted, p)
			}
		}
	}
}

// TestTrustEnds: a guard of the application covers neither what has a lock in itself nor what is
// atomic. What is reached through these is as racy as without the guard.
func TestTrustEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	x := &struct {
		value atomic.Value
		copy  any
		ctx   context.Context
		once  sync.Map
		plain any
	}{ctx: context.WithValue(ctx, contextKey("k"), []int{1}), plain: []int{1}}
	x.value.Store([]int{1})
	x.once.Store(1, []int{1})
	x.copy = struct{ v *atomic.Value }{&x.value}
	racy := func(name string, v inspect.Value, err error, want bool) {
		t.Helper()
		if err != nil || (v.Mark()&inspect.Racy != 0) != want || v.Solid() == want {
			t.Errorf("%s: marks %v, solid %v, %v", name, v.Mark(), v.Solid(), err)
		}
	}
	root, err := inspect.Of(x).Trust(true).Elem()
	if err != nil {
		t.Fatal(err)
	}
	field := func(v inspect.Value, name string) inspect.Value {
		t.Helper()
		for v.Kind() == reflect.Pointer {
			if v, err = v.Elem(); err != nil {
				t.Fatal(err)
			}
		}
		index, ok := v.FindField(name)
		if !ok {
			t.Fatalf("a %v has no field %s", v.Type(), name)
		}
		return v.Field(index[0])
	}
	e, err := field(root, "plain").Elem()
	racy("an interface", e, err, false)
	e, err = field(root, "value").Elem()
	racy("an atomic.Value", e, err, true)
	e, err = field(root, "copy").Elem()
	racy("a copy", e, err, false)
	e, err = field(e, "v").Elem()
	racy("where its pointer leads", e, err, false)
	e, err = e.Elem()
	racy("an atomic.Value by a pointer", e, err, true)
	e, err = field(root, "ctx").Elem()
	racy("a context", e, err, false)
	e, err = field(e, "val").Elem()
	racy("a context's value", e, err, true)
}

type contextKey string
