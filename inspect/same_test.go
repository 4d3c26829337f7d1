package inspect_test

import (
	"container/list"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/quick"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/inspect"
)

type (
	status  string
	flags   uint8
	ratio   float32
	verbose bool
	Base    struct {
		ID   int
		note string
	}
	inner[T any] struct {
		val  T
		rest []T
	}
	tree struct {
		left, right *tree
		val         int
	}
	point struct {
		X, Y int16
		name string
	}
	onePtr struct{ p *int }
)

// awkward has a field of every kind, and of every way in which one may hide.
type awkward struct {
	B    bool
	I    int
	I8   int8
	i16  int16
	I32  int32
	I64  int64
	U    uint
	u8   uint8
	U16  uint16
	U32  uint32
	u64  uint64
	Up   uintptr
	F32  float32
	f64  float64
	C64  complex64
	c128 complex128
	S    string
	_    int
	st   status
	fl   flags
	ra   ratio
	ve   verbose

	Base
	*point
	gen     inner[map[string]int]
	bytes   []byte
	arr     [3]point
	none    [0]int
	nilS    []int
	emptyS  []int
	list    []point
	ptrs    []*int
	pp      **int
	nilP    *point
	self    *awkward
	tree    *tree
	any     any
	nilAny  any
	typed   any // a typed nil
	boxed   any // a struct
	direct  any // a struct that is one pointer
	array   any // an array that is one pointer
	face    fmt.Stringer
	err     error
	ch      chan int
	nilCh   <-chan string
	fn      func(int) string
	nilFn   func()
	raw     unsafe.Pointer
	anon    struct{ a, b any }
	m       map[string]*point
	nilM    map[int]int
	byAny   map[any]any
	byPoint map[point]status
	byArr   map[[2]string]struct{}
	big     map[string][200]byte
	bigKey  map[[40]int]bool
	nan     map[float64]int
	bools   map[bool][]int
	when    time.Time
	took    time.Duration
	sum     *big.Int
	order   *list.List
}

func newAwkward() *awkward {
	n := 42
	p := &n
	x := &awkward{
		B: true, I: -1, I8: math.MinInt8, i16: math.MaxInt16, I32: math.MinInt32, I64: math.MaxInt64,
		U: math.MaxUint, u8: 255, U16: 65535, U32: math.MaxUint32, u64: math.MaxUint64, Up: 1,
		F32: math.SmallestNonzeroFloat32, f64: math.Inf(-1), C64: 1 + 2i, c128: complex(math.Copysign(0, -1), 3),
		S: "héllo\x00\xff", st: "up", fl: 7, ra: 0.5, ve: true,
		Base: Base{7, "n"}, point: &point{1, 2, "embedded"},
		gen:   inner[map[string]int]{val: map[string]int{"a": 1}, rest: []map[string]int{nil, {"b": 2}}},
		bytes: []byte("text"), arr: [3]point{{1, 2, "a"}, {}, {3, 4, strings.Repeat("c", 100000)}},
		emptyS: []int{}, list: []point{{5, 6, "x"}, {7, 8, "y"}}, ptrs: []*int{p, nil, p}, pp: &p,
		tree: &tree{left: &tree{val: 1}, val: 2},
		any:  3.5, typed: (*point)(nil), boxed: point{9, 9, "boxed"}, direct: onePtr{p}, array: [1]*int{p},
		face: time.Second, err: fmt.Errorf("wrapped: %w", fmt.Errorf("inner")),
		ch: make(chan int, 5), fn: func(int) string { return "" }, raw: unsafe.Pointer(p),
		anon:    struct{ a, b any }{1, "b"},
		m:       map[string]*point{"k": {1, 1, "k"}, "nil": nil},
		byAny:   map[any]any{1: "one", "two": 2, 3.5: nil, point{1, 2, "p"}: status("s"), [1]any{7}: true, nil: p},
		byPoint: map[point]status{{1, 2, "p"}: "a", {2, 1, "q"}: "b"},
		byArr:   map[[2]string]struct{}{{"a", "b"}: {}, {"", ""}: {}},
		big:     map[string][200]byte{"x": {1, 2, 3}, "y": {199: 9}},
		bigKey:  map[[40]int]bool{{1}: true, {39: 2}: false},
		nan:     map[float64]int{math.NaN(): 1, 0: 3, math.Inf(1): 4},
		bools:   map[bool][]int{true: {1}, false: nil},
		when:    time.Date(2026, 2, 3, 4, 5, 6, 789, time.UTC), took: 90 * time.Second,
		sum: new(big.Int).Lsh(big.NewInt(1), 200), order: list.New(),
	}
	x.nan[math.NaN()] = 2
	x.ch <- 1
	x.ch <- 2
	x.self = x
	for i := range 10 {
		x.order.PushBack(i)
	}
	return x
}

// same compares what inspect reads with what reflect reads, of a value that nobody changes.
type same struct {
	t       *testing.T
	trusted bool
	made    bool // types may be made by reflect
	other   bool // in inspect.Other
	seen    map[uintptr]bool
	around  map[[2]uintptr]bool // the lists and maps that are being compared
	n       int
}

// enter reports whether the list or map r is not being compared already. leave must follow.
func (s *same) enter(r reflect.Value) (leave func(), ok bool) {
	if r.Kind() == reflect.Array || r.IsNil() {
		return func() {}, true
	}
	at := [2]uintptr{r.Pointer(), uintptr(r.Len())}
	if s.around[at] && at[1] > 0 {
		return nil, false
	}
	s.around[at] = true
	return func() { delete(s.around, at) }, true
}

func (s *same) fatal(at string, got, want any) {
	s.t.Helper()
	s.t.Fatalf("%s: got %v, want %v", at, got, want)
}

func (s *same) check(at string, v inspect.Value, r reflect.Value) {
	if s.n++; s.n > 200_000 {
		return // what is reached in several ways is compared once for each
	}
	if v.Type() != r.Type() {
		s.fatal(at+" type", v.Type(), r.Type())
	}
	if in := inspect.SpaceOf(v); (in == inspect.Other) != s.other {
		s.fatal(at+" space", "another process's", "that of what it was reached from")
	}
	if s.trusted && v.Mark()&inspect.Racy != 0 {
		s.fatal(at+" mark", "racy", "solid")
	}
	if r.CanAddr() && v.Addr() != 0 && r.Kind() == reflect.Struct && v.Addr() != r.UnsafeAddr() {
		s.fatal(at+" address", v.Addr(), r.UnsafeAddr())
	}
	switch r.Kind() {
	case reflect.Pointer, reflect.Interface:
		s.elem(at, v, r)
	case reflect.Struct:
		if x, ok := scalarOf(r); ok {
			s.scalar(at, v, x)
			return
		}
		if v.Shape() != inspect.Struct {
			return // a lens has its own test
		}
		for i, f := range inspect.Fields(r.Type()) {
			s.check(at+"."+f.Name, v.Field(i), r.Field(i))
		}
	case reflect.Slice, reflect.Array:
		s.list(at, v, r)
	case reflect.Map:
		s.entries(at, v, r)
	case reflect.Chan:
		n, err := v.Len()
		c, err2 := v.Cap()
		if n != r.Len() || c != r.Cap() || err != nil || err2 != nil {
			s.fatal(at, fmt.Sprint(n, c, err, err2), fmt.Sprint(r.Len(), r.Cap()))
		}
	case reflect.Func, reflect.UnsafePointer:
		if isNil, err := v.IsNil(); isNil != r.IsNil() || err != nil {
			s.fatal(at+" nil", isNil, r.IsNil())
		}
	default:
		x, _ := scalarOf(r)
		s.scalar(at, v, x)
	}
}

func (s *same) elem(at string, v inspect.Value, r reflect.Value) {
	e, err := v.Elem()
	if s.made && !s.trusted && errors.Is(err, inspect.ErrTypeWord) && r.Elem().Type().Name() == "" {
		return // it is nowhere in the binary, and may be any word
	}
	if err != nil {
		s.fatal(at, err, "no error")
	}
	if isNil, err := v.IsNil(); isNil != r.IsNil() || err != nil {
		s.fatal(at+" nil", isNil, r.IsNil())
	}
	if r.IsNil() {
		if e.IsValid() {
			s.fatal(at, e.Type(), "nil")
		}
		return
	}
	if r.Kind() == reflect.Pointer {
		if s.seen[r.Pointer()] {
			return
		}
		s.seen[r.Pointer()] = true
	}
	s.check("(*"+at+")", e, r.Elem())
}

func (s *same) list(at string, v inspect.Value, r reflect.Value) {
	leave, ok := s.enter(r)
	if !ok {
		return
	}
	defer leave()
	n, err := v.Len()
	if n != r.Len() || err != nil {
		s.fatal(at+" length", fmt.Sprint(n, err), r.Len())
	}
	for i := range n {
		e, err := v.Index(i)
		if err != nil {
			s.fatal(at, err, "no error")
		}
		s.check(fmt.Sprintf("%s[%d]", at, i), e, r.Index(i))
	}
	for _, i := range []int{-1, n, math.MaxInt} {
		if _, err := v.Index(i); err == nil {
			s.fatal(fmt.Sprintf("%s[%d]", at, i), "no error", "an error")
		}
	}
	cur, i := v.Cursor(), 0
	for !cur.Done() {
		if err := cur.Load(); err != nil {
			s.fatal(at, err, "no error")
		}
		for {
			_, e, ok := cur.Next()
			if !ok {
				break
			}
			kept, _ := e.Keep(nil)
			s.check(fmt.Sprintf("%s at %d", at, i), kept, r.Index(i))
			i++
		}
	}
	if i != n {
		s.fatal(at+" walked", i, n)
	}
}

func (s *same) entries(at string, v inspect.Value, r reflect.Value) {
	leave, ok := s.enter(r)
	if !ok {
		return
	}
	defer leave()
	n, err := v.Len()
	if n != r.Len() || err != nil {
		s.fatal(at+" length", fmt.Sprint(n, err), r.Len())
	}
	var keys, elems []inspect.Value
	cur := v.Cursor()
	for !cur.Done() {
		if err := cur.Load(); err != nil {
			s.fatal(at, err, "no error")
		}
		for {
			k, e, ok := cur.Next()
			if !ok {
				break
			}
			k, _ = k.Keep(nil)
			e, _ = e.Keep(nil)
			keys, elems = append(keys, k), append(elems, e)
		}
	}
	if len(keys) != n {
		s.fatal(at+" walked", len(keys), n)
	}
	// Match entries by their text: keys of maps have no order, and some do not equal themselves.
	want := map[string][][2]reflect.Value{}
	for it := r.MapRange(); it.Next(); {
		text := fmt.Sprintf("%#v", it.Key())
		want[text] = append(want[text], [2]reflect.Value{it.Key(), it.Value()})
	}
	for i, k := range keys {
		back := reflect.New(r.Type().Key()).Elem()
		rebuild(s.t, k, back)
		text := fmt.Sprintf("%#v", back)
		vals := want[text]
		if len(vals) == 0 {
			s.fatal(at, "a key "+text, "none such")
		}
		// Several have the same text, such as 1 of different types, and NaN.
		for j, entry := range vals {
			n, _ := elems[i].Scalar(0)
			if entry[0].Comparable() && back.Equal(entry[0]) || entry[1].CanInt() && n == int(entry[1].Int()) {
				vals[0], vals[j] = vals[j], vals[0]
				break
			}
		}
		s.check(at+"["+text+"]", elems[i], vals[0][1])
		want[text] = vals[1:]
		if back.Comparable() && back.Equal(back) {
			e, ok, err := v.Lookup(back.Interface())
			if !ok || err != nil {
				s.fatal(at+"["+text+"]", fmt.Sprint(ok, err), "found")
			}
			s.check(at+"["+text+"] looked up", e, vals[0][1])
		}
	}
}

func (s *same) scalar(at string, v inspect.Value, want any) {
	got, err := v.Scalar(0)
	if err != nil {
		s.fatal(at, err, want)
	}
	if want != want && got != got && reflect.TypeOf(want) == reflect.TypeOf(got) {
		return // NaN
	}
	if tm, ok := want.(time.Time); ok {
		if g, ok := got.(time.Time); ok && g.Equal(tm) && g.String() == tm.Round(0).String() {
			return
		}
	}
	if got != want {
		s.fatal(at, fmt.Sprintf("%T %v", got, got), fmt.Sprintf("%T %v", want, want))
	}
}

// scalarOf is what Scalar should answer.
func scalarOf(r reflect.Value) (any, bool) {
	switch r.Type() {
	case reflect.TypeFor[time.Time]():
		if !r.CanAddr() {
			return r.Interface(), true
		}
		return *(*time.Time)(r.Addr().UnsafePointer()), true
	case reflect.TypeFor[time.Duration]():
		return time.Duration(r.Int()), true
	}
	switch {
	case r.Kind() == reflect.Bool:
		return r.Bool(), true
	case r.CanInt():
		if int64(int(r.Int())) != r.Int() {
			return r.Int(), true
		}
		return int(r.Int()), true
	case r.CanUint():
		switch u := r.Uint(); {
		case u <= math.MaxInt:
			return int(u), true
		case u <= math.MaxInt64:
			return int64(u), true
		default:
			return u, true
		}
	case r.Kind() == reflect.Float32:
		return float32(r.Float()), true
	case r.CanFloat():
		return r.Float(), true
	case r.Kind() == reflect.Complex64:
		return complex64(r.Complex()), true
	case r.CanComplex():
		return r.Complex(), true
	case r.Kind() == reflect.String:
		return r.String(), true
	}
	return nil, false
}

// rebuild makes dst, a key of a map, equal to what v reads.
func rebuild(t *testing.T, v inspect.Value, dst reflect.Value) {
	t.Helper()
	if !dst.CanSet() {
		dst = reflect.NewAt(dst.Type(), unsafe.Pointer(dst.UnsafeAddr())).Elem()
	}
	switch v.Shape() {
	case inspect.Nil:
	case inspect.Interface:
		e, err := v.Elem()
		if err != nil {
			t.Fatal(err)
		}
		if e.IsValid() {
			in := reflect.New(e.Type()).Elem()
			rebuild(t, e, in)
			dst.Set(in)
		}
	case inspect.Struct:
		for i := range v.Fields() {
			rebuild(t, v.Field(i), dst.Field(i))
		}
	case inspect.List:
		for i := range dst.Len() {
			e, err := v.Index(i)
			if err != nil {
				t.Fatal(err)
			}
			rebuild(t, e, dst.Index(i))
		}
	case inspect.Scalar:
		x, err := v.Scalar(0)
		if err != nil {
			t.Fatal(err)
		}
		dst.Set(reflect.ValueOf(x).Convert(dst.Type()))
	default:
		t.Fatalf("a key of the type %v", v.Type())
	}
}

func compare(t *testing.T, x any, made bool) int {
	t.Helper()
	n := 0
	for _, trusted := range []bool{false, true} {
		s := &same{t: t, trusted: trusted, made: made, seen: map[uintptr]bool{}, around: map[[2]uintptr]bool{}}
		s.check("x", inspect.Of(x).Trust(trusted), reflect.ValueOf(x))
		n += s.n
	}
	return n
}

func TestSameAsReflect(t *testing.T) {
	if n := compare(t, newAwkward(), false); n < 1000 {
		t.Errorf("only %d values were compared", n)
	}
}

// TestOtherSpace compares in another space of this process. All that is reached from a value lies
// in its space, and what is learned there is not learned here.
func TestOtherSpace(t *testing.T) {
	type own struct{ awkward }
	for _, trusted := range []bool{false, true} {
		x := &own{*newAwkward()}
		s := &same{t: t, trusted: trusted, other: true, seen: map[uintptr]bool{}, around: map[[2]uintptr]bool{}}
		s.check("x", inspect.In(inspect.Of(x).Trust(trusted), inspect.Other), reflect.ValueOf(x))
		if s.n < 1000 {
			t.Errorf("only %d values were compared", s.n)
		}
	}
	type found struct{ Hits int }
	e, err := inspect.In(inspect.Of(&found{7}), inspect.Other).Elem()
	if err != nil {
		t.Fatal(err)
	}
	index, _ := e.FindField("Hits")
	path := e.FieldPath()
	path.Field(index[0])
	if d, ok := e.Follow(path, 0); !ok || d.Plain() != 7 || len(e.Fields()) != 1 || e.ShownAsOne() {
		t.Errorf("Hits is %v", d)
	}
	if typ := reflect.TypeFor[found](); !inspect.Learned(inspect.Other, typ) || inspect.Learned(inspect.Here, typ) {
		t.Error("what a path derives of a type is kept elsewhere than in its space")
	}
	if typ := reflect.TypeFor[own](); !inspect.Learned(inspect.Other, typ) || inspect.Learned(inspect.Here, typ) {
		t.Error("what is derived of a type is kept elsewhere than in its space")
	}
}

// TestSameAsReflectRandom compares random content, in maps of every size.
func TestSameAsReflectRandom(t *testing.T) {
	type plain struct {
		A []map[string]int16
		B map[uint8][]string
		C map[string]struct{ X, Y float64 }
		D [4]*uint64
		E map[[3]int8]*string
		F map[int64]map[bool]string
		G map[struct{ A, B uint16 }][]byte
		H []complex64
	}
	random := rand.New(rand.NewSource(1))
	for range 40 {
		x, ok := quick.Value(reflect.TypeFor[*plain](), random)
		if !ok {
			t.Fatal("no value")
		}
		if !x.IsNil() {
			compare(t, x.Interface(), false)
		}
	}
}

// TestMapsOfEverySize walks maps that were grown, thinned, cleared and refilled.
func TestMapsOfEverySize(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 14, 15, 100, 896, 897, 5000} {
		m := map[string]int{}
		for i := range n {
			m[fmt.Sprint(i)] = i
		}
		compare(t, &m, false)
		for i := range n {
			if i%3 != 0 {
				delete(m, fmt.Sprint(i))
			}
		}
		compare(t, &m, false)
		clear(m)
		compare(t, &m, false)
		m["again"] = 1
		compare(t, &m, false)
	}
}

func TestSyncMap(t *testing.T) {
	var m sync.Map
	want := map[any]any{}
	for i := range 500 {
		m.Store(i, fmt.Sprint(i))
		want[i] = fmt.Sprint(i)
	}
	for i := range 100 {
		m.Delete(i * 2)
		delete(want, i*2)
	}
	v, err := inspect.Of(&m).Elem()
	if err != nil {
		t.Fatal(err)
	}
	if v.Shape() != inspect.Map {
		t.Fatalf("shape %v", v.Shape())
	}
	if n, err := v.Len(); n != len(want) || err != nil {
		t.Errorf("length %d, %v, want %d", n, err, len(want))
	}
	for cur := v.Cursor(); !cur.Done(); {
		loadChunk(t, cur, func(k, e inspect.Value) {
			if k.Mark() != 0 || e.Mark() != 0 || !e.Solid() {
				t.Fatalf("an entry is marked %v, %v", k.Mark(), e.Mark())
			}
			key, _ := k.Scalar(0)
			val, _ := e.Scalar(0)
			if want[key] != val {
				t.Fatalf("%v: %v, want %v", key, val, want[key])
			}
			delete(want, key)
		})
	}
	if len(want) != 0 {
		t.Errorf("not seen: %v", want)
	}
	if e, ok, err := v.Lookup(3); !ok || err != nil {
		t.Errorf("3 is not found: %v", err)
	} else if x, _ := e.Scalar(0); x != "3" {
		t.Errorf("3 is %v", x)
	}
	if _, ok, _ := v.Lookup(2); ok {
		t.Error("2 is found, though it was deleted")
	}
}

// TestNilKey looks into a sync.Map with a nil key.
func TestNilKey(t *testing.T) {
	var m sync.Map
	m.Store(nil, "none")
	m.Store(7, "seven")
	v, err := inspect.Of(&m).Elem()
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[any]bool{nil: true, 7: true, 8: false, "": false} {
		if _, ok, err := v.Lookup(key); ok != want || err != nil {
			t.Errorf("%v is found: %v, %v", key, ok, err)
		}
	}
}
