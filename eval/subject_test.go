package eval

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// subject is an argument of a kind, and what a function may make of it.
type subject struct {
	source string
	typ    string // what type() says

	elems []any // what it is a collection of; nil: of nothing, it is none
	key   any   // of its only entry, if it is a map
	text  any   // the string that it is, or whose bytes
	value any   // the number, duration, time or boolean that it is
	size  any   // len() of what is no collection and no text
	null  bool
	code  string // of the error that every function gives
}

func (s subject) isMap() bool { return s.key != nil }

type tableStruct struct{ n int }

// tableWorld has a field for each kind of value.
type tableWorld struct {
	slice   []int
	array   [3]int
	named   []status
	ptrs    []*tableStruct
	m       map[string]int
	ids     map[int]string
	syncMap sync.Map
	ch      chan int
	nested  [][]int

	ai     atomic.Int64
	au     atomic.Uint64
	ab     atomic.Bool
	ap     atomic.Pointer[tableStruct]
	av     atomic.Value
	str    string
	status status
	bytes  []byte
	word   [5]byte
	t      time.Time
	d      time.Duration
	i8     int8
	i16    int16
	i32    int32
	i64    int64
	u      uint
	u8     uint8
	u16    uint16
	u32    uint32
	u64    uint64
	up     uintptr
	f32    float32
	f64    float64
	nan    float64
	c      complex128
	b      bool
	any    any
	ptr    *int
	record tableStruct
	fn     func()

	noPtr    *tableStruct
	noSlice  []int
	noMap    map[string]int
	noAny    any
	noChan   chan int
	noFn     func()
	password string
	big      []*tableStruct
}

// newTableWorld has in each field what tableSubjects says of it.
func newTableWorld() *tableWorld {
	seven := 7
	w := &tableWorld{
		slice: []int{3, 1, 2}, array: [3]int{3, 1, 2}, named: []status{"b", "a"}, ptrs: []*tableStruct{{1}}, m: map[string]int{"a": 1}, ids: map[int]string{7: "x"}, ch: make(chan int, 3), nested: [][]int{{1}},
		str: "hello", status: "hello", bytes: []byte("hello"), word: [5]byte([]byte("hello")), t: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), d: time.Minute,
		i8: -8, i16: -16, i32: -32, i64: -64, u: 1, u8: 8, u16: 16, u32: 32, u64: math.MaxUint64, up: 9, f32: 1.5, f64: -2.5, nan: math.NaN(), c: 1i, b: true, any: status("hello"), ptr: &seven, record: tableStruct{5}, fn: func() {}, password: "hunter2",
	}
	for range 20_000 {
		w.big = append(w.big, &tableStruct{1})
	}
	w.syncMap.Store("a", 1)
	w.ch <- 1
	w.ch <- 2
	w.ai.Store(11)
	w.au.Store(math.MaxUint64)
	w.ab.Store(true)
	w.ap.Store(&tableStruct{9})
	w.av.Store("hello")
	return w
}

// tableSubjects are the kinds of argument, in a session that has names for some.
func tableSubjects(t *testing.T, s *Session) []subject {
	for _, line := range []string{"live = w.slice", "list = [3, 1, 2]", `dictionary = {a: 1}`, `groups = groupBy([1], # > 0 ? "a" : "b")`, "copied = map(w.ptrs, #)", "copiedMap = filter(w.m, true)", "cut = map(w.big, #)", "text = w.str"} {
		if _, err := s.Eval(t.Context(), line); err != nil {
			t.Fatal(line, err)
		}
	}
	three, one := []any{3, 1, 2}, []any{map[any]any{"n": 1}}
	hello := []any{104, 101, 108, 108, 111}
	all := []subject{
		{source: "w.slice", typ: "[]int", elems: three},
		{source: "w.array", typ: "[3]int", elems: three},
		{source: "w.named", typ: "[]eval.status", elems: []any{"b", "a"}},
		{source: "w.ptrs", typ: "[]*eval.tableStruct", elems: one},
		{source: "w.nested", typ: "[][]int", elems: []any{[]any{1}}},
		{source: "w.m", typ: "map[string]int", elems: []any{1}, key: "a"},
		{source: "w.ids", typ: "map[int]string", elems: []any{"x"}, key: 7},
		{source: "w.syncMap", typ: "sync.Map", elems: []any{1}, key: "a"},
		{source: "w.ch", typ: "chan int", size: 2},
		{source: "w.ai", typ: "atomic.Int64", value: 11},
		{source: "w.au", typ: "atomic.Uint64", value: uint64(math.MaxUint64)},
		{source: "w.ab", typ: "atomic.Bool", value: true},
		{source: "w.ap", typ: "atomic.Pointer[eval.tableStruct]"},
		{source: "w.av", typ: "atomic.Value", text: "hello"},
		{source: "w.str", typ: "string", text: "hello"},
		{source: "w.status", typ: "eval.status", text: "hello"},
		{source: `"hello"`, typ: "string", text: "hello"},
		{source: "w.bytes", typ: "[]byte", text: "hello", elems: hello},
		{source: "w.word", typ: "[5]byte", text: "hello", elems: hello},
		{source: `b"hello"`, typ: "[]byte", text: "hello", elems: hello},
		{source: "w.t", typ: "time.Time", value: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)},
		{source: "w.d", typ: "time.Duration", value: time.Minute},
		{source: "w.i8", typ: "int8", value: -8},
		{source: "w.i16", typ: "int16", value: -16},
		{source: "w.i32", typ: "int32", value: -32},
		{source: "w.i64", typ: "int64", value: -64},
		{source: "w.u", typ: "uint", value: 1},
		{source: "w.u8", typ: "uint8", value: 8},
		{source: "w.u16", typ: "uint16", value: 16},
		{source: "w.u32", typ: "uint32", value: 32},
		{source: "w.u64", typ: "uint64", value: uint64(math.MaxUint64)},
		{source: "w.up", typ: "uintptr", value: 9},
		{source: "w.f32", typ: "float32", value: 1.5},
		{source: "w.f64", typ: "float64", value: -2.5},
		{source: "w.nan", typ: "float64", value: math.NaN()},
		{source: "w.c", typ: "complex128", value: 1i},
		{source: "w.b", typ: "bool", value: true},
		{source: "w.any", typ: "eval.status", text: "hello"},
		{source: "w.ptr", typ: "*int", value: 7},
		{source: "w.record", typ: "eval.tableStruct"},
		{source: "w.fn", typ: "func()"},
		{source: "w", typ: "*eval.tableWorld"},
		{source: "w.noSlice", typ: "[]int", elems: []any{}, null: true},
		{source: "w.noMap", typ: "map[string]int", elems: []any{}, null: true},
		{source: "live", typ: "[]int", elems: three},
		{source: "list", typ: "[]any", elems: three},
		{source: "dictionary", typ: "map[string]any", elems: []any{1}, key: "a"},
		{source: "groups", typ: "map[any]any", elems: []any{[]any{1}}, key: "a"},
		{source: "copied", typ: "[]any", elems: one},
		{source: "copiedMap", typ: "map[string]int", elems: []any{1}, key: "a"},
		{source: "text", typ: "string", text: "hello"},
		{source: "1..3", typ: "[]int", elems: []any{1, 2, 3}},
		{source: "{a: 1}", typ: "map[string]any", elems: []any{1}, key: "a"},
		{source: "filter(w.slice, # > 1)", typ: "[]any", elems: []any{3, 2}},
		{source: "filter(w.m, true)", typ: "map[string]int", elems: []any{1}, key: "a"},
		{source: "keys(w.m)", typ: "[]any", elems: []any{"a"}},
		{source: "w.slice[1:]", typ: "[]int", elems: []any{1, 2}},
		{source: "w.password", code: "redacted"},
		{source: "cut", typ: "[]any", size: 20_000, code: "unreadable"},
	}
	return append(all,
		subject{source: "nil", typ: "nil", null: true},
		subject{source: "w.noPtr", typ: "*eval.tableStruct", null: true},
		subject{source: "w.noAny", typ: "nil", null: true},
		subject{source: "w.noChan", typ: "chan int", size: 0},
		subject{source: "w.noFn", typ: "func()", null: true},
	)
}
