package inspect

import "reflect"

// Batch is entries that a Cursor has loaded together, so that one loop can read the same of all of
// them. An entry's number is its lane. A Batch is lent: it and the Values of its entries are good
// until the Cursor's next Load or LoadBatch. It is for the Cursor's goroutine.
type Batch struct {
	key, elem []Value
	index     []int
	place     []int // where each lane is, for the walker's back
	torn      Mask
}

// LoadBatch prepares the next batch, of at most want entries and at most [BatchSize], and hands out
// all of them: those that Load and Next would, in their order and with their marks. It may be mixed
// with these, and the same is to be done before and after it. It returns nil at the end of the walk,
// and an empty Batch where Load would prepare an empty chunk. An error ends the walk.
func (c *Cursor) LoadBatch(want int) (*Batch, error) {
	if err := c.Load(); err != nil || c.done {
		return nil, err
	}
	b := &c.batch
	b.key, b.elem, b.index, b.place, b.torn = b.key[:0], b.elem[:0], b.index[:0], b.place[:0], Mask{}
	back, _ := c.walker.(backer)
	for want = min(max(want, 1), BatchSize); len(b.elem) < want; {
		k, e, ok := c.Next()
		if !ok {
			break
		}
		if e.mark&Torn != 0 {
			b.torn.Set(len(b.elem))
		}
		b.key, b.elem, b.index = append(b.key, k), append(b.elem, e), append(b.index, c.Index())
		if back != nil {
			b.place = append(b.place, back.place())
		}
	}
	return b, nil
}

// A backer is a walker that can go back to an entry of the chunk.
type backer interface {
	// place is where the entry lies that next returned last.
	place() int
	back(place int)
}

// Return gives the entries of the last batch from lane i on back: they were not used, and come next.
// Call it before Pause, and at most once for a batch. It reports whether it could: some collections
// are walked in one direction only.
func (c *Cursor) Return(i int) bool {
	b := &c.batch
	if i >= len(b.elem) {
		return true
	}
	if len(b.place) == 0 {
		return false
	}
	for lane := b.torn.Next(i); lane < BatchSize; lane = b.torn.Next(lane + 1) {
		c.torn--
	}
	c.walker.(backer).back(b.place[i])
	return true
}

// Len is the number of entries.
func (b *Batch) Len() int { return len(b.elem) }

// Entry returns the entry of lane i as [Cursor.Next] would have returned it.
func (b *Batch) Entry(i int) (key, elem Value) { return b.key[i], b.elem[i] }

// Index is what [Cursor.Index] would have been after the entry of lane i.
func (b *Batch) Index(i int) int { return b.index[i] }

// Torn returns the lanes whose bytes kept changing while they were read.
func (b *Batch) Torn() Mask { return b.torn }

// LongKeys returns the lanes whose keys are strings of more than max bytes, or have a length that
// cannot be read. It does not read the texts of the keys.
func (b *Batch) LongKeys(max int) (long Mask) {
	for i, k := range b.key {
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
	c.begin(kind, len(b.elem))
	lanes := FirstLanes(len(b.elem))
	if in != nil {
		lanes.And(in)
	}
	from := b.elem
	if key {
		from = b.key
	}
	for i := lanes.Next(0); i < BatchSize; i = lanes.Next(i + 1) {
		c.follow(i, from[i], p, max)
	}
}
