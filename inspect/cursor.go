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

func (c *Cursor) choose() {
	switch v := c.of; {
	case v.Kind() == reflect.Struct && v.Shape() == List:
		c.walker = &chainWalk{}
	case v.Shape() == List:
		c.walker = &listWalk{pos: c.lo, most: c.hi}
	case v.Kind() == reflect.Map && v.how&(solid|trusted) == solid|trusted && v.space().memory.MapsUnknown() != nil:
		c.walker = &runtimeWalk{}
	case v.Kind() == reflect.Map:
		c.walker = &mapWalk{}
	case v.Shape() == Map:
		c.walker = &syncMapWalk{}
	default:
		c.walker = noWalk{}
	}
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

// mapWalk walks a map, table by table and some slots at a time. If a table is replaced while only a part
// of it has been handed out, what follows in its range of hashes is handed out
// but for the keys that were.
type mapWalk struct {
	of   Value
	walk *peek.MapWalk
	slot int             // the next to look at
	end  uint64          // of the range in which seen counts
	seen map[string]bool // keys handed out in this range, nil while its table is the same
	buf  []byte
}

func (w *mapWalk) load(of Value) (bool, error) {
	w.of = of
	if w.walk == nil {
		head, err := of.pointer()
		if err != nil || head.IsNil() {
			return false, err
		}
		t, err := of.space().memory.Maps(of.typ)
		if err != nil {
			return false, err
		}
		w.walk = t.Walk(head)
	} else if w.slot >= w.walk.Slots() && !w.advance() {
		return false, nil
	}
	w.walk.Trust(of.how&trusted != 0 && of.how&solid != 0)
	_, end := w.walk.Range()
	if err := w.walk.Load(w.slot, chunk); err != nil {
		return false, err
	}
	w.walk.Touch(w.slot)
	if w.slot > 0 && !w.walk.Same() {
		if w.seen == nil {
			w.end = end
		}
		w.seen, w.slot = w.handed(), 0
	}
	return true, nil
}

// advance goes to the next table; false after the last.
func (w *mapWalk) advance() bool {
	w.slot = 0
	if !w.walk.Advance() {
		return false
	}
	if begin, _ := w.walk.Range(); w.end != 0 && begin >= w.end {
		w.seen = nil
	}
	return true
}

// handed is the set of keys that were handed out of the table that was loaded
// before, with those before it in the same range.
func (w *mapWalk) handed() map[string]bool {
	set := make(map[string]bool, w.slot+len(w.seen))
	for key := range w.seen {
		set[key] = true
	}
	for i := range w.slot {
		if k, _, _, torn, ok := w.walk.SlotBefore(i); ok {
			if key, ok := w.name(w.of.entry(w.of.typ.Key(), k, torn)); ok {
				set[key] = true
			}
		}
	}
	return set
}

// name is what tells a key from others.
func (w *mapWalk) name(key Value) (string, bool) {
	var same bool
	var err error
	w.buf, same, err = key.appendKey(w.buf[:0], 0)
	return string(w.buf), same && err == nil
}

func (w *mapWalk) next() (key, elem Value, ok bool) {
	for w.slot < w.walk.Loaded() {
		k, e, _, torn, used := w.walk.Slot(w.slot)
		w.slot++
		if !used {
			continue
		}
		key = w.of.entry(w.of.typ.Key(), k, torn)
		if w.seen != nil {
			if name, ok := w.name(key); ok && w.seen[name] {
				continue
			}
		}
		return key, w.of.entry(w.of.typ.Elem(), e, torn), true
	}
	return key, elem, false
}

func (w *mapWalk) retries() int {
	if w.walk == nil {
		return 0
	}
	return w.walk.Retries
}

// runtimeWalk walks a map as a program does, by the runtime's own iteration. It
// is for a Go version whose maps this package cannot read, and only while nobody
// changes the map: the runtime ends a program that is caught at both. Between
// two chunks the map may be changed, as a range statement allows.
type runtimeWalk struct {
	iter      *reflect.MapIter
	key, elem reflect.Value
	of        Value
	left      int
	ended     bool
	err       error
}

func (w *runtimeWalk) load(of Value) (bool, error) {
	if of.how&trusted == 0 {
		return false, of.space().memory.MapsUnknown()
	}
	if w.iter == nil {
		x, ok := of.Interface()
		if !ok {
			return false, of.space().memory.MapsUnknown()
		}
		m := reflect.ValueOf(x)
		w.iter = m.MapRange()
		w.key, w.elem = reflect.New(m.Type().Key()), reflect.New(m.Type().Elem())
	}
	w.of, w.left = of, chunk
	return !w.ended, w.err
}

func (w *runtimeWalk) next() (key, elem Value, ok bool) {
	if w.left == 0 || w.ended {
		return key, elem, false
	}
	w.left--
	w.err = peek.Try(func() {
		if w.ended = !w.iter.Next(); !w.ended {
			w.key.Elem().SetIterKey(w.iter)
			w.elem.Elem().SetIterValue(w.iter)
		}
	})
	if w.ended || w.err != nil {
		return key, elem, false
	}
	return w.of.copied(w.key), w.of.copied(w.elem), true
}

func (w *runtimeWalk) retries() int { return 0 }

// copied is the view of the copy that p points at, of a part of v.
func (v Value) copied(p reflect.Value) Value {
	return Value{typ: p.Type().Elem(), ref: peek.Of(p).In(v.ref.Space()), mark: v.mark | Copied, how: v.how&trusted | solid | lent}
}

// syncMapWalk walks a sync.Map.
type syncMapWalk struct {
	begun bool
	trie  trieWalk
	left  int
	err   error
	ended bool
}

func (w *syncMapWalk) load(of Value) (bool, error) {
	if !w.begun {
		w.begun = true
		if err := w.trie.begin(of); err != nil {
			return false, err
		}
	}
	w.left = chunk
	return !w.ended, w.err
}

func (w *syncMapWalk) next() (key, elem Value, ok bool) {
	if w.left == 0 || w.ended {
		return key, elem, false
	}
	w.left--
	key, elem, ok, w.err = w.trie.next()
	w.ended = !ok
	return key, elem, ok
}

func (w *syncMapWalk) retries() int { return 0 }
