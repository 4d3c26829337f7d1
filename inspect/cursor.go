package inspect

import (
	"fmt"
	"math"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Cursor walks a List or a Map in chunks, so that a guard may be taken for one
// chunk at a time:
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
// Load must be called after the guard was taken, also when the chunk was not
// used up; under one hold of it as often as time allows. Entries of a map that are present throughout are seen exactly once;
// ones added or removed meanwhile may be seen or not. The order of a map is that of the hashes
// of its keys: it stays the same as long as the map is not changed.
//
// A list is walked up to what was its end at the first Load. Where it shifts between two chunks (elements leave
// or join at the front, or it grows into new memory), the walk shifts with it, and what is in it throughout is seen exactly
// once. Where elements change places in another way that is found out as far as possible: see Moved.
//
// The Values that Next returns are lent: good until the next Load; Keep makes
// them last, and is called before the guard is given back. A Cursor is for one goroutine.
type Cursor struct {
	of     Value
	walker walker
	begun  bool
	done   bool
	torn   int
	lo, hi int // what Within says
}

// walker is what a Cursor does for one shape.
type walker interface {
	// load makes the chunk at the position ready and reports whether there is one.
	load(of Value) (more bool, err error)
	// next returns the next entry of the chunk; ok is false at its end.
	next() (key, elem Value, ok bool)
	retries() int
}

// chunk is how many entries are loaded at a time, and chunkBytes how many bytes
// of a list at the most: copying as much takes a microsecond or two. What is loaded
// is read soon, so that it is of almost one moment, and little is copied in
// vain when the caller has no time for all of it.
const (
	chunk      = peek.TouchSlots
	chunkBytes = 8 << 10
)

// Cursor returns a Cursor at the beginning of a List or Map. On other shapes its
// Load is an error.
func (v Value) Cursor() *Cursor {
	c := &Cursor{of: v, hi: math.MaxInt}
	c.choose()
	return c
}

func (c *Cursor) choose() { c.walker = c.of.walker(c.lo, c.hi) }

// walker returns what walks v, of a slice or array from element lo up to hi.
func (v Value) walker(lo, hi int) walker {
	switch v.Kind() {
	case reflect.Struct:
		if c := v.lens().row.collection; c != nil {
			return c.walker()
		}
	case reflect.Slice, reflect.Array:
		if v.Shape() == List {
			return &listWalk{pos: lo, most: hi}
		}
	case reflect.Map:
		if v.how&(solid|trusted) == solid|trusted && v.space().memory.MapsUnknown() != nil {
			return &runtimeWalk{}
		}
		return &mapWalk{}
	}
	return noWalk{}
}

// Trust says whether a guard that the application declared is held from now on
// (see Value.Trust). Load must follow.
func (c *Cursor) Trust(on bool) {
	c.of = c.of.Trust(on)
	if !c.begun {
		c.choose()
	}
}

// Load makes the next chunk of entries ready, 64 at most. After an error the walk
// is over.
func (c *Cursor) Load() error {
	if c.done {
		return nil
	}
	c.begun = true
	more, err := c.walker.load(c.of)
	c.done = !more || err != nil
	return err
}

// Next returns the next entry of the chunk; ok is false at the chunk's end. The
// key of a list's element is the zero Value.
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

// Done reports whether all entries have been walked.
func (c *Cursor) Done() bool { return c.done }

// Retries is how often a chunk was read anew because it changed meanwhile.
func (c *Cursor) Retries() int { return c.walker.retries() }

// Torn is how many entries kept changing while they were read.
func (c *Cursor) Torn() int { return c.torn }

// pauser is a walker of what may shift between two holds of a guard.
type pauser interface {
	// pause remembers where the walk is, to find it again.
	pause()
	moved() bool
	at() int
}

// Pause must be called before the guard is given back in the middle of a walk, so that the Cursor finds its place
// again. It does nothing at the end.
func (c *Cursor) Pause() {
	if p, ok := c.walker.(pauser); ok && c.begun && !c.done {
		p.pause()
	}
}

// Moved reports whether elements of the list were seen to change places during the walk, so that some may
// have been met twice or not at all. It is false for maps.
func (c *Cursor) Moved() bool {
	p, ok := c.walker.(pauser)
	return ok && p.moved()
}

// Index is the index of the element of a list that Next returned last, in the list as it was at the Load before; of a
// map, 0.
func (c *Cursor) Index() int {
	if p, ok := c.walker.(pauser); ok {
		return p.at()
	}
	return 0
}

// Within restricts the walk of a slice or array to the elements from lo up to hi, before the first Load; ok is
// false for others, which are walked from their beginning.
func (c *Cursor) Within(lo, hi int) (ok bool) {
	w, ok := c.walker.(*listWalk)
	if ok {
		c.lo, c.hi = lo, hi
		w.pos, w.most = lo, hi
	}
	return ok
}

type noWalk struct{}

func (noWalk) load(of Value) (bool, error) {
	return false, fmt.Errorf("a %v has no elements: %w", of.typ, ErrKind)
}
func (noWalk) next() (key, elem Value, ok bool) { return }
func (noWalk) retries() int                     { return 0 }
