package eval

import (
	"container/list"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/registry"
)

type (
	couple struct{ a, b int64 }
	whole  struct {
		head  int64
		inner couple
		next  *whole
	}
	sizes struct {
		first *int64
		inner *couple
		whole *whole
		last  *int64
	}
)

// TestSizeCountsBytesOnce: pointers into an object, slices of one array, parts of one text, and
// what several places share.
func TestSizeCountsBytesOnce(t *testing.T) {
	const word, wholeSize = int(unsafe.Sizeof(uintptr(0))), int(unsafe.Sizeof(whole{}))
	w := &whole{}
	array := make([]int64, 10, 16)
	prose := strings.Repeat("sightglass ", 100)
	shared := map[int64]int64{1: 1, 2: 2}
	ch := make(chan int64, 4)
	lru := list.New()
	byKey := map[int64]*list.Element{}
	for i := range int64(3) {
		byKey[i] = lru.PushBack(&couple{a: i})
	}
	boxed := any(couple{1, 2})
	self := map[string]any{}
	self["self"] = self
	loop := []any{nil}
	loop[0] = loop
	var longest *whole
	for range 50_000 {
		longest = &whole{next: longest}
	}
	reg := registry.New()
	for name, x := range map[string]any{
		"before": &sizes{first: &w.head, inner: &w.inner, whole: w, last: &w.inner.b},
		"behind": &struct{ w, again *whole }{w, w},
		"slices": &struct{ a, b, c []int64 }{array[2:5:5], array[4:8:8], array},
		"tails":  &struct{ a, b []*couple }{make([]*couple, 1, 8)[:0], nil},
		"longer": func() any { s := make([]*couple, 4); s[3] = &couple{}; return &struct{ a, b []*couple }{s[:1], s} }(),
		"texts":  &struct{ a, b, c string }{prose[3:20], prose, prose[50:]},
		"words":  func() any { w := strings.Split(prose, " "); return &w }(),
		"shared": &struct{ a, b map[int64]int64 }{shared, shared},
		"chans":  &struct{ a, b chan int64 }{ch, ch},
		"lru": &struct {
			list  *list.List
			byKey map[int64]*list.Element
		}{lru, byKey},
		"boxes":   &struct{ a, b any }{boxed, boxed},
		"self":    &self,
		"loop":    &loop,
		"longest": longest,
		"bytes":   &struct{ a, b []byte }{make([]byte, 10_000)[5:9_000], nil},
		"lists":   &struct{ a [][]int64 }{[][]int64{array[2:5:5], array[4:8:8], array}},
	} {
		reg.Expose(name, x)
	}
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string]string{
		"size(before)":         fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 4 objects", 4*word, 4*word+wholeSize),
		"size(behind)":         fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 2 objects", 2*word, 2*word+wholeSize),
		"size(slices)":         fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 4 objects", 9*word, 9*word+16*8),
		"size(tails)":          fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 1 objects", 6*word, 6*word+8*word),
		"size(longer)":         fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 4 objects", 6*word, 6*word+4*word+16),
		"size(texts)":          fmt.Sprintf("%d bytes by itself, %s bytes with what it leads to: 3 objects", 6*word, text.Thousands(6*word+len(prose))),
		"size(words)":          fmt.Sprintf("%d bytes by itself, %s bytes with what it leads to: 102 objects", 3*word, text.Thousands(3*word+101*2*word+100*len("sightglass"))),
		"size(shared)":         fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 2 objects", 2*word, 2*word+2*17),
		"size(chans)":          fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 2 objects", 2*word, 2*word+4*8),
		"size(lru)":            fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 9 objects", 2*word, 2*word+int(unsafe.Sizeof(list.List{}))+3*int(unsafe.Sizeof(list.Element{}))+3*16+3*(8+word+1)),
		"size(boxes)":          fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 2 objects", 4*word, 4*word+16),
		"size(self)":           fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 3 objects", word, word+4*word+1+4),
		"size(loop)":           fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 3 objects", 3*word, 3*word+2*word+3*word),
		"size(longest)":        fmt.Sprintf("%d bytes by itself, %s bytes with what it leads to: 50,000 objects", wholeSize, text.Thousands(50_000*wholeSize)),
		"size(bytes)":          fmt.Sprintf("%d bytes by itself, %s bytes with what it leads to: 2 objects", 6*word, text.Thousands(6*word+10_000-5)),
		"size(lists.a[0:2])":   fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 4 objects", 3*word, 3*word+6*word+6*8),
		"size(bytes.a[10:20])": fmt.Sprintf("%d bytes by itself, %d bytes with what it leads to: 2 objects", 3*word, 3*word+10),
	} {
		if got := shown(t, s, source); got != want {
			t.Errorf("%s\n%s\nwant\n%s", source, got, want)
		}
	}
}

// TestSizeOfRandom compares size with a set of all bytes, on objects with pointers and slices into
// each other.
func TestSizeOfRandom(t *testing.T) {
	type node struct {
		inner  *couple
		slice  []couple
		bytes  []byte
		text   string
		nodes  []*node
		parts  [3]couple
		packed [5]byte
	}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		arena, texts := make([]couple, 300), strings.Repeat("0123456789", 900)
		raw := []byte(texts)
		nodes := make([]node, 40)
		for i := range nodes {
			n := &nodes[i]
			lo := r.IntN(len(arena))
			hi := lo + r.IntN(len(arena)-lo)
			n.slice = arena[lo : lo+r.IntN(hi-lo+1) : hi]
			if n.inner = &arena[r.IntN(len(arena))]; r.IntN(2) == 0 {
				n.inner = &nodes[r.IntN(len(nodes))].parts[r.IntN(3)]
			}
			lo = r.IntN(len(texts))
			n.text, n.bytes = texts[lo:lo+r.IntN(min(len(texts)-lo, 3000))], raw[lo:lo+r.IntN(len(raw)-lo)]
			for range r.IntN(4) {
				n.nodes = append(n.nodes, &nodes[r.IntN(len(nodes))])
			}
		}
		all := map[uintptr]bool{}
		cover := func(p unsafe.Pointer, n uintptr) {
			for i := range n {
				all[uintptr(p)+i] = true
			}
		}
		met := map[*node]bool{}
		var walk func(n *node)
		walk = func(n *node) {
			if met[n] {
				return
			}
			met[n] = true
			cover(unsafe.Pointer(n), unsafe.Sizeof(*n))
			cover(unsafe.Pointer(n.inner), unsafe.Sizeof(*n.inner))
			cover(unsafe.Pointer(unsafe.SliceData(n.slice)), uintptr(cap(n.slice))*unsafe.Sizeof(couple{}))
			cover(unsafe.Pointer(unsafe.SliceData(n.bytes)), uintptr(cap(n.bytes)))
			cover(unsafe.Pointer(unsafe.StringData(n.text)), uintptr(len(n.text)))
			cover(unsafe.Pointer(unsafe.SliceData(n.nodes)), uintptr(cap(n.nodes))*unsafe.Sizeof(n))
			for _, next := range n.nodes {
				walk(next)
			}
		}
		walk(&nodes[0])
		reg := registry.New()
		reg.Expose("n", &nodes[0])
		s := NewSession(reg, Limits{Time: time.Hour})
		if got, err := answer(t, s, "size(n).deep"); got != len(all) {
			t.Errorf("seed %d: %v, %v, want %d", seed, got, err, len(all))
		}
	}
}

// TestSizeWithinLimits: what does not fit into the limits of an evaluation is told as such.
func TestSizeWithinLimits(t *testing.T) {
	all := make([]*[4000]byte, 20_000)
	for i := range all {
		all[i] = new([4000]byte)
	}
	reg := registry.New()
	reg.Expose("all", &all)
	for _, c := range []struct {
		limits Limits
		note   string
	}{
		{Limits{Time: time.Hour, Bytes: 1 << 20}, "size stopped before the end: more than 1 MiB would be kept; narrow it with filter(…) or take(…), let count, sum or reduce do the work, or raise the server's Limits.Bytes"},
		{Limits{Time: time.Hour, Entries: 1000}, "size stopped before the end: more than 1,000 entries were read; narrow it with take(…) or a smaller collection, or raise the server's Limits.Entries"},
		{Limits{Time: time.Hour}, ""},
	} {
		s := NewSession(reg, c.limits)
		r, err := s.Eval(t.Context(), "size(all)")
		if err != nil {
			t.Fatal(err)
		}
		note := ""
		for _, n := range r.Notes {
			if strings.HasPrefix(n, "size") {
				note = n
			}
		}
		least := strings.Contains(r.Node.Line(0), "atLeast")
		if note != c.note || least != (c.note != "") {
			t.Errorf("%+v: %s, %q", c.limits, r.Node.Line(0), r.Notes)
		}
	}
}

// nested is a type whose values lie in one another without a pointer between them.
type nested []nested

// TestSizeOfNested: what lies deep within one another is measured without a stack that is as deep.
func TestSizeOfNested(t *testing.T) {
	const n = 3000
	type box struct{ in any }
	var lists nested
	var boxes box
	maps := map[int]any{}
	for range n {
		lists, boxes, maps = nested{lists}, box{boxes}, map[int]any{1: maps}
	}
	reg := registry.New()
	for name, x := range map[string]any{"lists": &lists, "boxes": &boxes, "maps": &maps} {
		reg.Expose(name, x, registry.GuardBy("nowhere")) // measured step by step
	}
	reg.Expose("x", new(couple))
	s := NewSession(reg, Limits{Time: time.Hour})
	defer debug.SetMaxStack(debug.SetMaxStack(6 << 20))
	for source, want := range map[string]int{
		"size(lists).objects": n + 1,
		"size(boxes).objects": n + 1,
		"size(maps).objects":  n + 1,
		"len(refs(x))":        0,
	} {
		if got, err := answer(t, s, source); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %d", source, got, err, want)
		}
	}
}

// TestSizeOfKeptTexts: under a guard that was only found, elements leave it with copies of their
// texts, and a later copy may lie where an earlier one was. What counts is the text itself.
func TestSizeOfKeptTexts(t *testing.T) {
	type line struct{ own, shared string }
	const n = 20_000
	x := &struct {
		mu    sync.Mutex
		lines []line
		byKey map[string]line
	}{lines: make([]line, n), byKey: map[string]line{}}
	shared := strings.Repeat("shared by all", 10)
	for i := range x.lines {
		x.lines[i] = line{fmt.Sprintf("%07d", i), shared}
		x.byKey[fmt.Sprintf("%05d", i)] = line{fmt.Sprintf("%06d", i), shared}
	}
	reg := registry.New()
	reg.Expose("x", x)
	s := NewSession(reg, Limits{Time: time.Hour})
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	const lineSize, text = int(unsafe.Sizeof(line{})), int(unsafe.Sizeof(""))
	for source, want := range map[string]int{
		"size(x.lines)": int(unsafe.Sizeof(x.lines)) + n*(lineSize+7) + len(shared),
		"size(x.byKey)": int(unsafe.Sizeof(x.byKey)) + n*(text+lineSize+1+5+6) + len(shared),
	} {
		if got := shown(t, s, source+".deep"); got != fmt.Sprint(want) {
			t.Errorf("%s is %s, want %d", source, got, want)
		}
	}
}
