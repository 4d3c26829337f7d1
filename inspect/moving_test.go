package inspect_test

import (
	"container/list"
	rings "container/ring"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// met walks v, at least slow elements at a time, and calls change in between. It returns how often
// each element was met.
func met(t *testing.T, v inspect.Value, random *rand.Rand, slow int, trust bool, change func()) (seen map[int]int, moved bool) {
	t.Helper()
	cur := v.Cursor()
	cur.Trust(trust)
	seen = map[int]int{}
	for steps := 0; !cur.Done(); steps++ {
		n, batch := slow+random.Intn(100), random.Intn(2) == 0
		for _, l := range takeSome(t, cur, n, batch, n >= 2*slow && random.Intn(3) == 0) {
			seen[idOf(t, l.elem)]++
		}
		if steps > 100_000 {
			t.Fatal("the walk does not end")
		}
		cur.Pause()
		change()
	}
	return seen, cur.Moved()
}

// elemOf returns what the pointer p points at.
func elemOf(t *testing.T, p any) inspect.Value {
	t.Helper()
	v, err := inspect.Of(p).Elem()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// idOf returns the number of an element: itself, or a field of what it leads to.
func idOf(t *testing.T, e inspect.Value) int {
	t.Helper()
	for e.Shape() == inspect.Pointer || e.Shape() == inspect.Interface {
		var err error
		if e, err = e.Elem(); err != nil {
			t.Fatal(err)
		}
	}
	if e.Shape() == inspect.Struct {
		e = e.Field(0)
	}
	x, err := e.Scalar(0)
	if err != nil {
		t.Fatal(err)
	}
	return x.(int)
}

// numbered is an element of a list that moves.
type numbered struct {
	id   int
	name string
}

// A mover changes a list between two chunks, and says what is in it.
type mover struct {
	name string
	// exact: what is in the list throughout is met once, and no move is reported.
	exact  bool
	slow   int        // the fewest elements walked between two changes
	list   func() any // a pointer to the list
	change func(random *rand.Rand)
	ids    func() []int
}

// movers are the ways in which lists move.
func movers() []mover {
	const n = 1000
	newID := n
	var ints []int
	var ptrs []*numbered
	var values []numbered
	make1 := func() {
		newID = n
		ints, ptrs, values = nil, nil, nil
		for i := range n {
			ints = append(ints, i)
			ptrs = append(ptrs, &numbered{id: i})
			values = append(values, numbered{i, string(rune('a' + i%26))})
		}
	}
	intList := func() any { make1(); return &ints }
	ptrList := func() any { make1(); return &ptrs }
	valueList := func() any { make1(); return &values }
	intIDs := func() []int { return slices.Clone(ints) }
	ptrIDs := func() (ids []int) {
		for _, p := range ptrs {
			ids = append(ids, p.id)
		}
		return ids
	}
	valueIDs := func() (ids []int) {
		for _, p := range values {
			ids = append(ids, p.id)
		}
		return ids
	}
	var l *list.List
	chain := func() any {
		newID = n
		l = list.New()
		for i := range n * 2 {
			l.PushBack(&numbered{id: i})
		}
		newID = n * 2
		return l
	}
	short := func() any {
		chain()
		for l.Len() > n {
			l.Remove(l.Back())
		}
		return l
	}
	chainIDs := func() (ids []int) {
		for e := l.Front(); e != nil; e = e.Next() {
			ids = append(ids, e.Value.(*numbered).id)
		}
		return ids
	}
	nth := func(i int) *list.Element {
		e := l.Front()
		for range i {
			e = e.Next()
		}
		return e
	}
	few := func(random *rand.Rand, length int) int { return min(random.Intn(4), max(length-10, 0)) }
	return []mover{
		{"fifo of ints", true, 4, intList, func(random *rand.Rand) {
			ints = ints[few(random, len(ints)):]
			for range random.Intn(4) {
				ints = append(ints, newID)
				newID++
			}
		}, intIDs},
		{"fifo of pointers", true, 4, ptrList, func(random *rand.Rand) {
			ptrs = ptrs[few(random, len(ptrs)):]
			for range random.Intn(4) {
				ptrs = append(ptrs, &numbered{id: newID})
				newID++
			}
		}, ptrIDs},
		{"round robin", true, 4, ptrList, func(random *rand.Rand) {
			for range random.Intn(5) {
				ptrs = append(ptrs[1:], ptrs[0])
			}
		}, ptrIDs},
		{"round robin that overtakes", false, 1, ptrList, func(random *rand.Rand) {
			for range random.Intn(200) {
				ptrs = append(ptrs[1:], ptrs[0])
			}
		}, ptrIDs},
		{"append", true, 4, valueList, func(random *rand.Rand) {
			for range random.Intn(100) {
				values = append(values, numbered{newID, "x"})
				newID++
			}
		}, valueIDs},
		{"written in place", true, 1, valueList, func(random *rand.Rand) {
			for i := range values {
				values[i].name = fmt.Sprint(i, random.Int())
			}
		}, valueIDs},
		{"delete at the front", false, 1, valueList, func(random *rand.Rand) {
			values = slices.Delete(values, 0, few(random, len(values)))
		}, valueIDs},
		{"insert at the front", false, 1, valueList, func(random *rand.Rand) {
			for range random.Intn(3) {
				values = slices.Insert(values, 0, numbered{newID, "new"})
				newID++
			}
		}, valueIDs},
		{"rotate", false, 1, ptrList, func(random *rand.Rand) {
			k := random.Intn(5)
			ptrs = append(slices.Clone(ptrs[k:]), ptrs[:k]...)
		}, ptrIDs},
		{"rotate past the walk", false, 1, ptrList, func(random *rand.Rand) {
			k := random.Intn(len(ptrs))
			ptrs = append(slices.Clone(ptrs[k:]), ptrs[:k]...)
		}, ptrIDs},
		{"rotate in place", false, 1, intList, func(*rand.Rand) {
			first := ints[0]
			copy(ints, ints[1:])
			ints[len(ints)-1] = first
		}, intIDs},
		{"reverse", false, 1, valueList, func(*rand.Rand) { slices.Reverse(values) }, valueIDs},
		{"swap with the last", false, 1, ptrList, func(random *rand.Rand) {
			i, last := random.Intn(len(ptrs)), len(ptrs)-1
			ptrs[i] = ptrs[last]
			ptrs = ptrs[:last]
		}, ptrIDs},
		{"list: fifo", true, 4, chain, func(random *rand.Rand) {
			for range random.Intn(4) {
				if l.Len() > 10 {
					l.Remove(l.Front())
				}
			}
			for range random.Intn(4) {
				l.PushBack(&numbered{id: newID})
				newID++
			}
		}, chainIDs},
		{"list: lru", false, 1, chain, func(random *rand.Rand) {
			for range 20 {
				l.MoveToFront(nth(random.Intn(l.Len())))
			}
		}, chainIDs},
		{"list: short lru", false, 1, short, func(random *rand.Rand) {
			for range 20 {
				l.MoveToFront(nth(random.Intn(l.Len())))
			}
		}, chainIDs},
		{"list: move to the back", false, 1, chain, func(*rand.Rand) { l.MoveToBack(l.Front()) }, chainIDs},
		{"list: next goes", false, 1, chain, func(random *rand.Rand) {
			for range random.Intn(3) {
				if l.Len() > 100 {
					l.Remove(nth(random.Intn(l.Len())))
				}
			}
		}, chainIDs},
	}
}

// TestListsThatMove changes lists between the chunks of a walk, in each way in which programs do.
// What is there throughout is met once, or else the walk reports a move. If a list only lost
// elements at its front and gained them at its end, no move is reported.
func TestListsThatMove(t *testing.T) {
	random := rand.New(rand.NewSource(3))
	for _, m := range movers() {
		said, wrong := 0, 0
		const rounds = 12
		for round := range rounds {
			v := elemOf(t, m.list())
			stays := map[int]bool{}
			for _, id := range m.ids() {
				stays[id] = true
			}
			seen, moved := met(t, v, random, m.slow, round%2 == 0, func() {
				m.change(random)
				now := m.ids()
				slices.Sort(now)
				for id := range stays {
					if _, there := slices.BinarySearch(now, id); !there {
						delete(stays, id)
					}
				}
			})
			if moved {
				said++
			}
			for id, n := range seen {
				if n > 1 && !moved {
					t.Fatalf("%s: %d was met %d times, and nothing is said", m.name, id, n)
				}
			}
			for id := range stays {
				if seen[id] != 1 {
					wrong++
					if !moved {
						t.Fatalf("%s: %d was met %d times, and nothing is said", m.name, id, seen[id])
					}
				}
			}
		}
		// Now and then a list that has grown lies in a new array just behind the old one, as if it
		// had lost elements at its front. Reporting a move then is a false alarm, and no lie.
		if m.exact && said > rounds/4 {
			t.Errorf("%s: in %d of %d walks it is said to have moved", m.name, said, rounds)
		}
		t.Logf("%s: said %d times of %d, %d elements met not once", m.name, said, rounds, wrong)
	}
}

// TestRingThatMoves: the walk of a ring whose links are moved ends, and reports a move.
func TestRingThatMoves(t *testing.T) {
	random := rand.New(rand.NewSource(4))
	for range 50 {
		r := rings.New(500)
		for i := range 500 {
			r.Value = i
			r = r.Next()
		}
		met(t, elemOf(t, r), random, 1, true, func() {
			if part := r.Unlink(1); part != nil {
				r.Move(random.Intn(20)).Link(part)
			}
		})
	}
}

// TestCircleIsMet: a list whose last link leads back into it is an error, wherever the walk pauses.
// Where the list ended when the walk began does not hide it.
func TestCircleIsMet(t *testing.T) {
	l := list.New()
	for i := range 10 {
		l.PushBack(i)
	}
	// next is the first field of an element. No program writes it like this.
	*(**list.Element)(reflect.ValueOf(l.Back()).UnsafePointer()) = l.Front().Next().Next()
	for pace := 1; pace < 12; pace++ {
		cur := elemOf(t, l).Cursor()
		var err error
		for !cur.Done() && err == nil {
			err = cur.Load()
			for i := 0; i < pace; i++ {
				if _, _, ok := cur.Next(); !ok {
					break
				}
			}
			cur.Pause()
		}
		if err == nil {
			t.Errorf("with a pause behind every %d elements the circle is not met", pace)
		}
	}
}
