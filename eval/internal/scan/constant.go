package scan

import "github.com/sightglass-go/sightglass/inspect"

// Constant is the same for all lanes.
type Constant struct {
	// Datum is its value, the zero Datum if it is none that a Datum can be: then each lane is bad.
	// It may change between two batches.
	Datum inspect.Datum
	// Single is what it is beside a float32, the zero Datum if that is Datum, too.
	Single inspect.Datum
	// Written says that it is a float that was written out.
	Written bool
	// Once is where Datum and Written come from if the first lane that asks for the constant is done
	// step by step to read it; nil if they are known before.
	Once *Once

	asked  inspect.Mask // the lanes that the batch was asked for
	vector Vector
	bits   []uint64
}

// Once is a value that is read once, while a lane is done step by step, and shared by all lanes that
// follow. Each lane pays for a reading.
type Once struct {
	Known   bool // it was read
	Datum   inspect.Datum
	Written bool
	Reads   int // what a reading tells the Meter
}

// begin begins with a batch. It is for constants with a Once, as are took, most and unlearned.
func (c *Constant) begin() {
	c.asked = inspect.Mask{}
	c.Datum, c.Written = inspect.Datum{}, false
	if c.Once.Known {
		c.Datum, c.Written = c.Once.Datum, c.Once.Written
	}
}

func (c *Constant) took(lo, hi int) int { return Count(&c.asked, lo, hi) * c.Once.Reads }

func (c *Constant) most() int { return c.Once.Reads }

func (c *Constant) unlearned() bool { return c.asked.Any() && !c.Once.Known }

// ask says that the lanes in in take the constant.
func (c *Constant) ask(in *inspect.Mask) {
	if c.Once != nil {
		c.asked.Or(in)
	}
}

// beside returns the constant as it is beside a value of that kind.
func (c *Constant) beside(k inspect.DatumKind) inspect.Datum {
	if k == inspect.Float32Datum && c.Single.Kind != inspect.NoDatum {
		return c.Single
	}
	return c.Datum
}

func (c *Constant) eval(b *batch, in *inspect.Mask) *Vector {
	c.ask(in)
	return c.as(c.Datum, b.n, in)
}

// as returns n lanes of d. A text is no vector: operators that know constant texts take them as
// they are.
func (c *Constant) as(d inspect.Datum, n int, in *inspect.Mask) *Vector {
	if d.Kind == inspect.NoDatum || d.Kind == inspect.TextDatum {
		c.vector = Vector{Bad: *in}
		return &c.vector
	}
	c.bits = room(c.bits, n)
	for i := range c.bits {
		c.bits[i] = d.Bits
	}
	c.vector = Vector{Kind: d.Kind, Bits: c.bits, Written: c.Written && d.Kind == inspect.FloatDatum}
	return &c.vector
}
