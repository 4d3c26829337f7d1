package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Batch is entries that a Cursor has loaded together, so that one loop can read the same of all of
// them. An entry's number is its lane. A Batch is lent: it and the Values of its entries are good
// until the Cursor's next Load or LoadBatch. It is for the Cursor's goroutine.
type Batch struct {
	lanes lanes
	torn  Mask
	count *int // of torn entries, the Cursor's

	// Of lanes in memory.
	of    Value // the map, or the first element of the list
	elems peek.Lanes
	first int // index of the first element, or number of the first slot

	// Of a list whose elements are copied to be handed out.
	slab   peek.Slab
	copied Mask

	// Of a map.
	slots *peek.MapWalk
	end   int        // number of the slot behind the last
	keyed bool       // keys are set
	keys  peek.Lanes // see keyLanes
	again Mask       // used slots from first on that are no lanes: they were handed out before

	// Of entries that the walk made one by one.
	key, elem []Value
	index     []int
}

// lanes says what is known of the places of a Batch's entries.
type lanes uint8

const (
	noLanes   lanes = iota // the walk made the entries one by one
	listLanes              // of elements that lie side by side
	mapLanes               // of slots of a map
)

// A batchWalker is a walker that finds where many entries lie at once.
type batchWalker interface {
	// loadBatch is walker.load, and sets the lanes of b to the next entries, at most that many. If
	// it leaves b alone, next has them.
	loadBatch(of Value, want int, b *Batch) (more bool, err error)
	// back goes back to lane i of b.
	back(b *Batch, i int)
}

var (
	_ batchWalker = (*mapWalk)(nil)
	_ batchWalker = (*listWalk)(nil)
)

// LoadBatch prepares the next batch, of at most want entries and at most [BatchSize], and hands out
// all of them: those that Load and Next would, in their order and with their marks. It may be mixed
// with these, and the same is to be done before and after it. It returns nil at the end of the walk,
// and an empty Batch where Load would prepare an empty chunk. A batch has fewer entries than it might
// where a table of the map ends, and where elements of a list are large. An error ends the walk.
func (c *Cursor) LoadBatch(want int) (*Batch, error) {
	if c.done {
		return nil, nil
	}
	want = min(max(want, 1), BatchSize)
	if c.batch == nil {
		c.batch = new(Batch)
	}
	b := c.batch
	b.lanes, b.torn, b.count = noLanes, Mask{}, &c.torn
	w, ok := c.walker.(batchWalker)
	if !ok {
		if err := c.Load(); err != nil || c.done {
			return nil, err
		}
		b.collect(c, want)
		return b, nil
	}
	c.begun = true
	more, err := w.loadBatch(c.of, want, b)
	if c.done = !more || err != nil; c.done {
		return nil, err
	}
	if b.lanes == noLanes {
		b.collect(c, want)
	} else {
		c.torn += b.torn.Count()
	}
	return b, nil
}

// collect takes the entries of the chunk that c has loaded.
func (b *Batch) collect(c *Cursor, want int) {
	b.key, b.elem, b.index = b.key[:0], b.elem[:0], b.index[:0]
	for len(b.elem) < want {
		k, e, ok := c.Next()
		if !ok {
			return
		}
		if e.mark&Torn != 0 {
			b.torn.Set(len(b.elem))
		}
		b.key, b.elem, b.index = append(b.key, k), append(b.elem, e), append(b.index, c.Index())
	}
}

// Return gives the entries of the last batch from lane i on back: they were not used, and come next.
// Call it before Pause, and at most once for a batch. It reports whether it could: some collections
// are walked in one direction only.
func (c *Cursor) Return(i int) bool {
	b := c.batch
	if i >= b.Len() {
		return true
	}
	if b.lanes == noLanes {
		return false
	}
	for lane := b.torn.Next(i); lane < BatchSize; lane = b.torn.Next(lane + 1) {
		c.torn--
	}
	c.walker.(batchWalker).back(b, i)
	return true
}

// drop takes lanes away.
func (b *Batch) drop(out *Mask) {
	var torn Mask
	n := 0
	for i := range b.Len() {
		if !out.Has(i) {
			if b.torn.Has(i) {
				torn.Set(n)
			}
			n++
		}
	}
	b.torn, b.again, b.keyed = torn, *out, false
	b.elems.Drop((*peek.Bits)(out))
}

// keyLanes returns the places of a map's keys. They are found when they are needed first.
func (b *Batch) keyLanes() *peek.Lanes {
	if !b.keyed {
		b.slots.KeyLanes(&b.keys, b.first, b.end)
		if b.again.Any() {
			b.keys.Drop((*peek.Bits)(&b.again))
		}
		b.keyed = true
	}
	return &b.keys
}

// Len is the number of entries.
func (b *Batch) Len() int {
	if b.lanes == noLanes {
		return len(b.elem)
	}
	return b.elems.Len()
}

// Entry returns the entry of lane i as [Cursor.Next] would have returned it. It may copy it, so call
// it before releasing the guard.
func (b *Batch) Entry(i int) (key, elem Value) {
	switch b.lanes {
	case listLanes:
		return key, b.element(i)
	case mapLanes:
		torn := b.torn.Has(i)
		key = b.of.entry(b.of.typ.Key(), b.keyLanes().Ref(i), torn)
		return key, b.of.entry(b.of.typ.Elem(), b.elems.Ref(i), torn)
	}
	return b.key[i], b.elem[i]
}

// element returns element i of a list, as a copy unless it is solid: two readings of one element
// show one moment.
func (b *Batch) element(i int) Value {
	size := b.of.typ.Size()
	e := b.of.part(b.of.typ, uintptr(i)*size)
	if e.how&solid != 0 {
		return e
	}
	if n := uintptr(b.Len()) * size; uintptr(len(b.slab))*8 < max(n, 1) {
		b.slab = peek.NewSlab(max(n, 1))
	}
	place := b.slab.Ref(e.ref).Add(uintptr(i) * size)
	if !b.copied.Has(i) {
		still, err := e.ref.Settled(b.slab.Bytes(uintptr(i+1) * size)[uintptr(i)*size:])
		if err != nil {
			return e // in its place, so that whoever reads it is told why it cannot be read
		}
		if b.copied.Set(i); !still {
			b.torn.Set(i)
			*b.count++
		}
	}
	e.ref, e.how = place, lent
	if b.torn.Has(i) {
		e.mark |= Torn
	}
	return e
}

// First returns the key or the element of lane 0 where it lies, not copied: what it tells of type,
// process and marks holds for all lanes, and it may be torn. There must be a lane.
func (b *Batch) First(key bool) Value {
	switch {
	case b.lanes == noLanes && key:
		return b.key[0]
	case b.lanes == noLanes:
		return b.elem[0]
	case b.lanes == listLanes && key:
		return Value{}
	case b.lanes == listLanes:
		return b.of.part(b.of.typ, 0)
	case key:
		return b.of.entry(b.of.typ.Key(), b.keyLanes().Ref(0), false)
	}
	return b.of.entry(b.of.typ.Elem(), b.elems.Ref(0), false)
}

// Alike returns the lanes whose elements, or keys, have the type of the first. They all do, but for
// collections without a type of their own for them, as a sync.Map, which hand out what each holds. There
// must be a lane.
func (b *Batch) Alike(key bool) (alike Mask) {
	if b.lanes != noLanes {
		return FirstLanes(b.Len())
	}
	of := b.elem
	if key {
		of = b.key
	}
	for i := range of {
		if of[i].typ == of[0].typ {
			alike.Set(i)
		}
	}
	return alike
}

// Index is what [Cursor.Index] would have been after the entry of lane i.
func (b *Batch) Index(i int) int {
	switch b.lanes {
	case listLanes:
		return b.first + i
	case mapLanes:
		return 0
	}
	return b.index[i]
}

// Torn returns the lanes whose bytes kept changing while they were read. An element that Entry has
// to copy is read only then.
func (b *Batch) Torn() Mask { return b.torn }

// LongKeys returns the lanes whose keys are strings of more than max bytes, or have a length that
// cannot be read. It does not read the texts of the keys.
func (b *Batch) LongKeys(max int) (long Mask) {
	if b.lanes == listLanes || b.lanes == mapLanes &&
		(b.of.typ.Key().Kind() != reflect.String || b.slots.KeysWithin(b.first, b.end, max)) {
		return long
	}
	for i := range b.Len() {
		k, _ := b.Entry(i)
		if k.Kind() != reflect.String {
			continue
		}
		if n, err := k.Len(); err != nil || n > max {
			long.Set(i)
		}
	}
	return long
}

// Read reads the column that p leads to from the elements of the lanes in in, nil for all, or from
// their keys. Each gets the Datum that [Value.Follow] reads, for texts up to max bytes; lanes that
// Follow does not read are bad. The type of the elements or keys must be the one that p began with.
func (b *Batch) Read(p *FieldPath, key bool, in *Mask, max int, c *Column) {
	_, kind := p.End()
	c.begin(kind, b.Len())
	lanes := FirstLanes(b.Len())
	if in != nil {
		lanes.And(in)
	}
	if kind == NoDatum {
		c.Bad = lanes
		return
	}
	if b.lanes != noLanes {
		from := &b.elems
		if key {
			from = b.keyLanes()
		}
		if c.read(from, p, &lanes, max) {
			return
		}
		c.begin(kind, b.Len())
	}
	for i := lanes.Next(0); i < BatchSize; i = lanes.Next(i + 1) {
		k, v := b.Entry(i)
		if key {
			v = k
		}
		c.follow(i, v, p, max)
	}
}
