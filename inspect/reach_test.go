package inspect

import (
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// allShown are ReachRules by which everything may be told.
type allShown struct{ searched int }

func (*allShown) Elem(state uint32, _ reflect.Type) (uint32, bool)            { return state, true }
func (*allShown) Field(state uint32, _ reflect.Type, _ int) (uint32, bool)    { return state, true }
func (*allShown) Index(state uint32, _ reflect.Type) (uint32, bool)           { return state, true }
func (*allShown) Key(state uint32, _ reflect.Type) (uint32, bool)             { return state, true }
func (*allShown) Entry(state uint32, _ reflect.Type, _ []byte) (uint32, bool) { return state, true }
func (*allShown) SuspectKey([]byte) bool                                      { return false }
func (*allShown) Apart(reflect.Type) bool                                     { return false }

func (a *allShown) SecretText(text []byte) bool {
	a.searched += len(text)
	return false
}

// allNew is a ReachSink to which all is new but what lies in one large block.
type allNew struct {
	block   uintptr // its size
	covered int     // how often that was asked of
	kept    int
	met     int
	full    error
}

func (*allNew) Cover(_, n uintptr) (int, error) { return int(n), nil }
func (*allNew) Beyond(_, _ uintptr) error       { return nil }
func (*allNew) Left(Left)                       {}

func (a *allNew) Covered(_, n uintptr) bool {
	if a.block == 0 || n < a.block {
		return false
	}
	a.covered++
	return true
}

func (a *allNew) Met(_, _ int) bool {
	a.met++
	return false
}

func (a *allNew) Keep(n int) error {
	a.kept += n
	return a.full
}

func reachOf(t *testing.T, rules ReachRules, to ReachSink, pointer any) *Reach {
	v, err := Of(pointer).Elem()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { runtime.KeepAlive(pointer) }) // a Reach holds nothing
	r := NewReach(rules, to)
	if !r.Begin(v, 0) {
		t.Fatal("it cannot be walked")
	}
	return r
}

// TestReachBatch: between two chances to give way little is done, however long the texts and lists are.
func TestReachBatch(t *testing.T) {
	long := strings.Repeat("x", searchedText)
	texts := make([]string, 300)
	for i := range texts {
		texts[i] = long
	}
	rules := &allShown{}
	r := reachOf(t, rules, &allNew{}, &texts)
	steps := 0
	for done := false; !done; steps++ {
		before := rules.searched
		if _, _, done, _ = r.Step(0, false); rules.searched-before > 4*searchedText {
			t.Fatalf("%d bytes are searched at once", rules.searched-before)
		}
	}
	if rules.searched != len(texts)*searchedText {
		t.Errorf("%d bytes are searched", rules.searched)
	}

	block := make([]byte, 64<<20)
	parts := make([][]byte, 300)
	for i := range parts {
		parts[i] = block[:1]
	}
	sink := &allNew{block: uintptr(len(block))}
	r = reachOf(t, rules, sink, &parts)
	for done := false; !done; {
		before := sink.covered
		if _, _, done, _ = r.Step(0, true); sink.covered-before > 1 {
			t.Fatalf("%d large blocks are looked up at once", sink.covered-before)
		}
	}
	if sink.covered != len(parts) {
		t.Errorf("%d large blocks are looked up", sink.covered)
	}
}

// TestReachFlat: the plan of arrays of arrays is bounded, and leads to each element.
func TestReachFlat(t *testing.T) {
	x, one := new([16][16][16][16]*int), new(int)
	x[0][0][0][0], x[7][8][9][10], x[15][15][15][15] = one, one, one
	sink := &allNew{}
	r := reachOf(t, &allShown{}, sink, x)
	for done := false; !done; {
		_, _, done, _ = r.Step(0, false)
	}
	if sink.met != 3 {
		t.Errorf("%d objects are met, want 3", sink.met)
	}
	for _, p := range r.plans {
		if len(p.ops) > maxFlatOps+3*maxFlat {
			t.Errorf("the plan of %v has %d ops", p.typ, len(p.ops))
		}
	}
}

// TestReachWaiting: what waits for room on the stack is told of before it is kept, once for each room.
func TestReachWaiting(t *testing.T) {
	const wide = 500
	type node struct {
		next *node
		all  []*node
	}
	last := &node{}
	for range wide {
		last.all = append(last.all, &node{})
	}
	for range maxReachStack - 3 {
		last = &node{next: last}
	}
	first := &struct{ a, b *node }{last, last} // all is new to allNew, so it is walked twice
	sink := &allNew{}
	r := reachOf(t, &allShown{}, sink, first)
	for range 2 { // the second time there is room
		for done := false; !done; {
			var err error
			if _, _, done, err = r.Step(0, false); err != nil {
				t.Fatal(err)
			}
		}
		if n := sink.kept / reachFrameCost; n != 2*wide {
			t.Errorf("%d frames were told of, want %d", n, 2*wide)
		}
		v, _ := Of(first).Elem()
		r.Begin(v, 0)
	}
	sink.full = errors.New("full")
	r = reachOf(t, &allShown{}, sink, first)
	for {
		_, _, done, err := r.Step(0, false)
		if err == sink.full {
			break
		} else if done || err != nil {
			t.Fatalf("%v, %v", done, err)
		}
	}
	if r.Abandon(0); len(r.waiting) != 0 {
		t.Errorf("%d wait", len(r.waiting))
	}
}
