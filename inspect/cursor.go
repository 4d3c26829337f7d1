package inspect

import (
	"fmt"
	"math"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Cursor walks a List or a Map in chunks, so that a guard may be taken for one chunk at a time:
//
//	c := v.Cursor()
//	for !c.Done() {
//		// take the guard
//		if err := c.Load(); err != nil { ... }
//		for {
//			k, e, ok := c.Next()
//			if !ok || timeIsUp { break }
//		}
//		c.Pause()
//		// release the guard, yield
//	}
//
// Call Load each time the guard was taken, even if the chunk was not used up, and as often as time
// allows under one hold. LoadBatch does the same for callers that read many entries at once. Entries
// that are in a map throughout are seen exactly once, unless Moved says otherwise; others may be seen
// or not. The order of a map is that of the hashes of its keys, and stays the same while the
// map does not change.
//
// The walk of a list ends at what was its end at the first Load. If the list shifts between two
// chunks, as elements leave or join at the front or the list grows into new memory, the walk shifts
// with it, and elements that are in the list throughout are seen exactly once. Other moves are
// detected as far as possible: see Moved.
//
// The Values that Next returns are lent: they are good until the next Load. Keep makes them last;
// call it before releasing the guard. A Cursor is for one goroutine.
type Cursor struct {
	of     Value
	walker walker
	begun  bool
	done   bool
	torn   int
	lo, hi int       // set by Within
	items  bool      // it is one of Items
	batch  *Batch    // of the last LoadBatch
	pick   *pickWalk // set by Pick
}

// A walker does a Cursor's work for one kind of collection.
type walker interface {
	// load prepares the chunk at the position and reports whether there is one.
	load(of Value) (more bool, err error)
	// next returns the next entry of the chunk; ok is false at its end.
	next() (key, elem Value, ok bool)
	retries() int
}

// chunk is how many entries are loaded at a time, chunkBytes how many bytes of a list at most.
// Copying them takes a microsecond or two. What is loaded is read soon, so it shows almost one
// moment, and little is copied in vain if the caller runs out of time.
const (
	chunk      = peek.TouchSlots
	chunkBytes = 8 << 10
)

// Cursor returns a Cursor at the beginning of a List or Map. For other shapes Load fails.
func (v Value) Cursor() *Cursor {
	c := &Cursor{of: v, hi: math.MaxInt}
	c.choose()
	return c
}

func (c *Cursor) choose() {
	if c.walker = c.of.walker(c.lo, c.hi); c.pick != nil {
		c.walker = c.pick
	}
}

// walker returns what walks v; lo and hi bound the elements of a slice or array.
func (v Value) walker(lo, hi int) walker {
	switch v.Kind() {
	case reflect.Struct:
		if c := v.lens().row.collection; c != nil {
			return c.walker()
		}
	case reflect.Slice, reflect.Array:
		if v.Shape() == List {
			return &listWalk{elems: elems{pos: lo}, limit: hi}
		}
	case reflect.Map:
		if v.how&(solid|trusted) == solid|trusted && v.space().memory.MapsUnknown() != nil {
			return &runtimeWalk{}
		}
		return &mapWalk{}
	}
	return noWalk{}
}

// Trust says whether a guard that the application declared is held from now on (see [Value.Trust]).
// Load must follow.
func (c *Cursor) Trust(on bool) {
	c.of = c.of.Trust(on)
	if !c.begun && !c.items {
		c.choose()
	}
}

// Load prepares the next chunk of at most 64 entries. An error ends the walk.
func (c *Cursor) Load() error {
	if c.done {
		return nil
	}
	c.begun = true
	more, err := c.walker.load(c.of)
	c.done = !more || err != nil
	return err
}

// Next returns the next entry of the chunk; ok is false at the chunk's end. For a list, key is the
// zero Value.
func (c *Cursor) Next() (key, elem Value, ok bool) {
	if c.done {
		return key, elem, false
	}
	key, elem, ok = c.walker.next()
	if elem.mark&Torn != 0 {
		c.torn++
	}
	return key, elem, ok
}

// Done reports whether the walk has ended.
func (c *Cursor) Done() bool { return c.done }

// Retries is how often a chunk was read again because it changed meanwhile.
func (c *Cursor) Retries() int { return c.walker.retries() }

// Torn is how many entries kept changing while they were read.
func (c *Cursor) Torn() int { return c.torn }

// A pauser is a walker of a collection that may shift between two holds of a guard.
type pauser interface {
	// pause notes the position of the walk, to find it again.
	pause()
	at() int
}

// A mover is a walker that may lose track of the elements that it has handed out.
type mover interface {
	moved() bool
}

// Pause must be called before releasing the guard in the middle of a walk, so that the Cursor finds
// its position again. At the end it does nothing.
func (c *Cursor) Pause() {
	if p, ok := c.walker.(pauser); ok && c.begun && !c.done {
		p.pause()
	}
}

// Moved reports whether elements of the list were seen to change places during the walk, so that
// some may have been met twice or not at all. Of a map it is true if its keys moved, and some of those
// that were handed out before are gone, replaced by equal ones: their entries may have been met twice, or others not at all.
func (c *Cursor) Moved() bool {
	m, ok := c.walker.(mover)
	return ok && m.moved()
}

// Index is the index of the list element that Next returned last, in the list as the last Load
// found it. It is 0 for a map.
func (c *Cursor) Index() int {
	if p, ok := c.walker.(pauser); ok {
		return p.at()
	}
	return 0
}

// Within restricts the walk of a slice or array to elements lo up to hi. Call it before the first
// Load. ok is false for other collections, which are walked from their beginning.
func (c *Cursor) Within(lo, hi int) (ok bool) {
	w, ok := c.walker.(*listWalk)
	if ok {
		c.lo, c.hi = lo, hi
		w.pos, w.limit = lo, hi
	}
	return ok
}

// Rehearse puts c where of has come to in a slice, an array or a map, to read ahead of it: what c loads
// is in the processor's cache when of loads it under a guard. c reads as if no guard were held, so its
// entries are worth nothing else. ok is false for other collections, and before the first Load of of. The
// zero Cursor is ready for it, and c may be used again and again.
func (c *Cursor) Rehearse(of *Cursor) (ok bool) {
	if of.done || !of.begun {
		return false
	}
	c.of, c.begun, c.done, c.torn = of.of.Trust(false), true, false, 0
	switch w := of.walker.(type) {
	case *listWalk:
		c.walker = &listWalk{elems: elems{pos: w.pos}, limit: w.end}
		return true
	case *mapWalk:
		mine, ok := c.walker.(*mapWalk)
		if !ok {
			mine = &mapWalk{rehearsal: true}
			c.walker = mine
		}
		return mine.moveTo(w)
	}
	return false
}

type noWalk struct{}

func (noWalk) load(of Value) (bool, error) {
	return false, fmt.Errorf("a %v has no elements: %w", of.typ, ErrKind)
}
func (noWalk) next() (key, elem Value, ok bool) { return }
func (noWalk) retries() int                     { return 0 }
