package inspect

import "github.com/sightglass-go/sightglass/inspect/internal/peek"

// Column has one value for each lane of a [Batch]. [Batch.Read] fills it. It may be used for one
// Batch after the other, and keeps its memory. The zero Column is ready for use.
type Column struct {
	Kind DatumKind // of all lanes; NoDatum if there is nothing to read, and then all lanes are bad
	Bits []uint64  // by lane, as in a Datum; 0 for bad lanes; nil for texts
	Text Texts     // for the kind TextDatum
	// Bad has the lanes that have to be read step by step, which tells why: a pointer on the way is
	// nil or memory does not answer, the text is too long, the time has no Bits, or either changed while
	// it was read.
	// It has none but lanes that were to be read.
	Bad Mask

	// Sum is the sum of Bits if Summed, where it was as good as free. Each is less than 1<<52.
	Sum    uint64
	Summed bool

	bits []uint64
	pair []uint64 // the second words of times
}

// begin makes c ready for that many lanes.
func (c *Column) begin(kind DatumKind, lanes int) {
	c.Kind, c.Bits, c.Bad, c.Summed = kind, nil, Mask{}, false
	switch kind {
	case NoDatum:
	case TextDatum:
		c.Text.begin(lanes)
	default:
		c.bits = peek.Sized(c.bits, lanes)
		c.Bits = c.bits
	}
}

// read reads all lanes in in at once. ok is false if they have to be read one by one.
func (c *Column) read(from *peek.Lanes, p *FieldPath, in *Mask, max int) (ok bool) {
	set, bad := (*peek.Bits)(in), (*peek.Bits)(&c.Bad)
	if c.Kind == TextDatum {
		return from.Texts(&c.Text.copies, c.Text.Ref, p.offsets, max, set, bad)
	}
	if c.Kind == TimeDatum {
		c.pair = peek.Sized(c.pair, len(c.Bits))
		if !from.Pairs(c.Bits, c.pair, p.offsets, set, bad) {
			return false
		}
		bitsOfTimes(c.Bits, c.pair, in, &c.Bad)
		return true
	}
	ok = from.Words(c.Bits, p.offsets, p.datum.size, p.datum.number(), set, bad)
	c.Sum, c.Summed = from.Sum()
	return ok
}

// follow reads lane i, v, as [Value.Follow] does.
func (c *Column) follow(i int, v Value, p *FieldPath, max int) {
	d, ok := v.Follow(p, max)
	if c.Kind == TextDatum {
		ok = ok && c.Text.add(i, d.Text)
	} else if c.Bits[i] = d.Bits; !ok {
		c.Bits[i] = 0
	}
	if !ok {
		c.Bad.Set(i)
	}
}
