package inspect

import "github.com/sightglass-go/sightglass/inspect/internal/peek"

// elems is a chunk of elements that lie side by side, and where a walk is in it.
type elems struct {
	pos   int       // of the next element to hand out
	first int       // the first element of the chunk
	stop  int       // the end of the chunk
	elem  Value     // the first element
	size  uintptr   // of an element
	slab  peek.Slab // what the chunk is copied to
}

// begin begins a chunk at pos, of so many elements and so many bytes at most. It ends at end at the
// latest.
func (c *elems) begin(end, want, bytes int) {
	c.first = c.pos
	c.stop = min(end, c.pos+want, c.pos+max(1, bytes/int(max(1, c.size))))
}

// copy copies the chunk, which lies at from; still is that of [peek.Ref.Settled]. The elements lie
// in the copy from now on.
func (c *elems) copy(from peek.Ref) (still bool, err error) {
	bytes := uintptr(c.stop-c.first) * c.size
	if uintptr(len(c.slab))*8 < bytes || len(c.slab) == 0 {
		c.slab = peek.NewSlab(max(bytes, 1))
	}
	c.elem.ref, c.elem.how = c.slab.Ref(from), lent
	return from.Settled(c.slab.Bytes(bytes))
}

func (c *elems) next() (key, elem Value, ok bool) {
	if c.pos >= c.stop {
		return key, elem, false
	}
	elem = c.elem.part(c.elem.typ, uintptr(c.pos-c.first)*c.size)
	c.pos++
	return key, elem, true
}
