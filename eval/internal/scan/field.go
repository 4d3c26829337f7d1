package scan

import (
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Field is what lies in each entry: a chain of fields below its element, or the element or the key
// itself.
type Field struct {
	// Cache has learned the way. It may belong to code that goes step by step, too.
	Cache *access.FieldCache
	Key   bool // of the key, and not of the element
	Self  bool // the element or key itself: nobody else has Cache learn
	// Same is shared by all Fields of an expression that read the same; nil for one alone.
	Same *Same

	asked  inspect.Mask // the lanes that the batch was asked for
	read   inspect.Mask // those that it read last
	reads  int          // the most that a lane tells the Meter
	told   []told       // what lanes tell it, where they differ
	lacks  bool         // the batch has lanes of which nothing was learned yet
	ofMade bool         // the element was made before, and nothing is read
	column inspect.Column
	vector Vector
}

// told is how many reads lanes tell the Meter.
type told struct {
	reads int
	lanes inspect.Mask
}

// Same is what several Fields read. One of them reads it, and the others take it from there.
type Same struct{ by *Field } // nil if none has read it in this batch

func (f *Field) eval(b *batch, in *inspect.Mask) *Vector {
	f.asked.Or(in)
	if f.ofMade = b.Made != nil; f.ofMade {
		f.reads, f.vector = 0, *b.Made
		f.vector.Bad.And(in)
		f.lacks = f.vector.Kind == inspect.NoDatum
		return &f.vector
	}
	by := f
	if f.Same != nil && f.Same.by != nil && f.Same.by.vector.Kind != inspect.NoDatum && covers(&f.Same.by.read, in) {
		by = f.Same.by
		f.reads, f.lacks, f.vector = by.reads, by.lacks, by.vector
		f.vector.Bad.And(in)
	} else {
		if f.Same != nil {
			f.Same.by = f
		}
		f.readBatch(b, in)
	}
	if by.Cache.Opens() {
		by.Cache.EachRead(in, f.tells)
	}
	return &f.vector
}

// readBatch reads the lanes of in.
func (f *Field) readBatch(b *batch, in *inspect.Mask) {
	key := f.Key || b.Keys
	if f.Self {
		b.Learn(f.Cache, key)
	}
	c := &f.column
	b.Read(f.Cache, key, in, c)
	f.read, f.reads = *in, f.Cache.Reads()
	f.lacks = c.Kind == inspect.NoDatum || f.Cache.Unknown()
	f.vector = Vector{Kind: c.Kind, Bits: c.Bits, Text: &c.Text, Bad: c.Bad, Sum: c.Sum, Summed: c.Summed, Constants: f.Cache.Constants()}
}

// tells notes what lanes tell the Meter.
func (f *Field) tells(lanes *inspect.Mask, reads int) {
	for i := range f.told {
		if f.told[i].reads == reads {
			f.told[i].lanes.Or(lanes)
			return
		}
	}
	f.told = append(f.told, told{reads, *lanes})
}

func (f *Field) begin() {
	f.asked, f.lacks, f.told = inspect.Mask{}, false, f.told[:0]
	if f.Same != nil {
		f.Same.by = nil
	}
}

func (f *Field) took(lo, hi int) (n int) {
	if len(f.told) == 0 {
		return Count(&f.asked, lo, hi) * f.reads
	}
	for i := range f.told {
		n += Count(&f.told[i].lanes, lo, hi) * f.told[i].reads
	}
	return n
}

func (f *Field) most() int {
	if f.ofMade {
		return 0
	}
	return max(f.reads, f.Cache.Reads())
}

func (f *Field) unlearned() bool { return f.lacks && f.asked.Any() }

// covers reports whether all lanes of in are in m.
func covers(m, in *inspect.Mask) bool {
	for w := range in {
		if in[w]&^m[w] != 0 {
			return false
		}
	}
	return true
}

// Index is #index: the position of each entry.
type Index struct {
	vector Vector
	bits   []uint64
}

func (x *Index) eval(b *batch, _ *inspect.Mask) *Vector {
	x.bits = room(x.bits, b.n)
	// The next lane has the next position.
	first := b.Pos() - b.Taken()
	for i := range x.bits {
		x.bits[i] = uint64(first + i)
	}
	x.vector = Vector{Kind: inspect.IntDatum, Bits: x.bits}
	return &x.vector
}

// room returns n words, in bits if it has as many.
func room(bits []uint64, n int) []uint64 {
	if cap(bits) < n {
		return make([]uint64, n, inspect.BatchSize)
	}
	return bits[:n]
}

// Key is #key: the key of each entry of a map, the position of each element of a list.
type Key struct {
	Field
	index Index
}

func (k *Key) eval(b *batch, in *inspect.Mask) *Vector {
	if !b.Keyed() || b.Made != nil {
		return k.index.eval(b, in)
	}
	return k.Field.eval(b, in)
}
