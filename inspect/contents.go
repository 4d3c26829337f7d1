package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Contents is what the interfaces of a [Batch] hold. [Batch.Open] fills it. It may be used for one Batch
// after the other, and keeps its memory. The zero Contents is ready for use.
type Contents struct {
	// Types has the types that were met, at most [MaxTypes], each with its lanes.
	Types []TypeLanes
	// Nil has the lanes whose interface is nil.
	Nil Mask
	// Bad has the lanes that have to be opened step by step, which tells why: the interface cannot be
	// reached or changed while it was read, its type cannot be believed, or there are too many types.
	Bad Mask

	n     int
	found []TypeLanes
	words []uintptr // by lane
	lanes peek.Lanes
	elems []Value // by lane, of entries that the walk made one by one; nil for others
	group Mask
}

// TypeLanes is the lanes in which interfaces hold values of a type.
type TypeLanes struct {
	Type  reflect.Type
	Lanes Mask

	word uintptr
}

// MaxTypes is the most types of Contents.
const MaxTypes = 16

// Open opens the interfaces to which p leads from the elements of the lanes in in, or from their keys.
// [FieldPath.Open] must have been called of p. What was opened is to be read before the next Load or
// LoadBatch of the Cursor, and closed.
func (b *Batch) Open(p *FieldPath, key bool, in *Mask, c *Contents) {
	c.n = b.Len()
	c.Types, c.Nil, c.Bad, c.elems = c.found[:0], Mask{}, Mask{}, c.elems[:0]
	if b.lanes == noLanes {
		c.openEach(b, p, key, in)
	} else {
		from, first := &b.elems, b.First(key)
		if key {
			from = b.keyLanes()
		}
		c.words = peek.Sized(c.words, c.n)
		if firm := p.firm(first); from.Open(&c.lanes, c.words, p.offsets, firm, (*peek.Bits)(in), (*peek.Bits)(&c.Bad)) {
			c.sort(first.space().memory, p.at, firm, in)
		} else {
			c.Bad = *in
		}
	}
	c.found = c.Types
}

// openEach opens the entries of a walk that made them one by one, if they are interfaces themselves.
func (c *Contents) openEach(b *Batch, p *FieldPath, key bool, in *Mask) {
	if len(p.offsets) > 1 || p.offset != 0 || b.First(key).Kind() != reflect.Interface {
		c.Bad = *in
		return
	}
	for lane := in.Next(0); lane < BatchSize; lane = in.Next(lane + 1) {
		k, v := b.Entry(lane)
		if key {
			v = k
		}
		for len(c.elems) <= lane {
			c.elems = append(c.elems, Value{})
		}
		content, err := v.Elem()
		switch c.elems[lane] = content; {
		case err != nil:
			c.Bad.Set(lane)
		case !content.IsValid():
			c.Nil.Set(lane)
		default:
			c.add(lane, content.typ, 0)
		}
	}
}

// add adds a lane to those of its type.
func (c *Contents) add(lane int, t reflect.Type, word uintptr) {
	for i := range c.Types {
		if c.Types[i].Type == t {
			c.Types[i].Lanes.Set(lane)
			return
		}
	}
	if len(c.Types) == MaxTypes {
		c.Bad.Set(lane)
		return
	}
	c.Types = append(c.Types, TypeLanes{Type: t, word: word})
	c.Types[len(c.Types)-1].Lanes.Set(lane)
}

// sort finds out what the type words mean, each distinct one once.
func (c *Contents) sort(s *peek.Space, static reflect.Type, firm bool, in *Mask) {
	last := 0 // the type of the lane before
	for lane := in.Next(0); lane < BatchSize; lane = in.Next(lane + 1) {
		word := c.words[lane]
		if word == 0 {
			if !c.Bad.Has(lane) {
				c.Nil.Set(lane)
			}
			continue
		}
		if last >= len(c.Types) || c.Types[last].word != word {
			for last = 0; last < len(c.Types) && c.Types[last].word != word; last++ {
			}
		}
		if last < len(c.Types) {
			c.Types[last].Lanes.Set(lane)
		} else if t, ok := s.Dynamic(static, word, firm); ok {
			c.add(lane, t, word)
		} else {
			c.Bad.Set(lane)
		}
	}
}

// Close ends what Open began: c keeps nothing of the application's alive.
func (c *Contents) Close() {
	c.lanes.Close()
	clear(c.elems)
}

// Content returns what the interface in a lane holds, to be asked for its type and nothing else: it may be
// of another moment than what Open found.
func (b *Batch) Content(p *FieldPath, key bool, lane int) (content Value, ok bool) {
	k, v := b.Entry(lane)
	if key {
		v = k
	}
	if len(p.offsets) > 1 || p.offset != 0 || v.Kind() != reflect.Interface {
		return Value{}, false
	}
	content, err := v.Elem()
	return content, err == nil && content.IsValid()
}

// Read reads the column to which paths lead, one for each of Types, nil for a type that is not read; all
// of them lead to the same kind. What it says of lanes is what [Batch.Read] does. Lanes of other types,
// and those that are nil or bad, are bad. Once it was read, c has to be opened again.
func (c *Contents) Read(paths []*FieldPath, kind DatumKind, max int, to *Column) {
	to.begin(kind, c.n)
	to.Bad = c.Bad
	to.Bad.Or(&c.Nil)
	clear(to.Bits)
	c.group = Mask{}
	for i := range c.Types {
		t := &c.Types[i]
		p := paths[i]
		offsets, ok := p.within(t.Type)
		switch {
		case !ok || p.datum.kind != kind:
			to.Bad.Or(&t.Lanes)
		case len(c.elems) > 0:
			for lane := t.Lanes.Next(0); lane < BatchSize; lane = t.Lanes.Next(lane + 1) {
				to.follow(lane, c.elems[lane], p, max)
			}
		case kind != TextDatum && kind != TimeDatum:
			if !c.lanes.Words(to.Bits, offsets, p.datum.size, p.datum.number(), (*peek.Bits)(&t.Lanes), (*peek.Bits)(&to.Bad)) {
				to.Bad.Or(&t.Lanes)
				for lane := t.Lanes.Next(0); lane < BatchSize; lane = t.Lanes.Next(lane + 1) {
					to.Bits[lane] = 0
				}
			}
		case c.lanes.Follow(offsets, (*peek.Bits)(&t.Lanes)):
			c.group.Or(&t.Lanes)
		default:
			to.Bad.Or(&t.Lanes)
		}
	}
	// What takes several words is read of all types together.
	bad := to.Bad
	if c.group.Any() && !to.read(&c.lanes, &FieldPath{offsets: []uintptr{0}, datum: datumType{kind: kind}}, &c.group, max) {
		to.begin(kind, c.n)
		clear(to.Bits)
		to.Bad = bad
		to.Bad.Or(&c.group)
	}
}

// Open has p read the interface that it has come to. It reports whether it can: as a Datum, which p leads
// to then, it is a number that is 0 for a nil interface.
func (p *FieldPath) Open() bool {
	if p.at.Kind() != reflect.Interface || !p.held {
		return false
	}
	p.datum = datumType{kind: UintDatum, size: peek.WordSize}
	p.offsets[len(p.offsets)-1] = p.offset
	return true
}

// firm is [Value.firm] of the place to which p leads from v.
func (p *FieldPath) firm(v Value) bool {
	if v.how&solid == 0 || !v.ref.Held() || p.shared {
		return false
	}
	return v.how&trusted != 0 || v.how&fixed != 0 && len(p.offsets) == 1
}

// within returns the offsets of p as they lead from the data word of an interface that holds a t; ok is
// false if they do not lead there, or p is nil.
func (p *FieldPath) within(t reflect.Type) (offsets []uintptr, ok bool) {
	switch {
	case p == nil:
		return nil, false
	case !p.space.direct(t):
		return p.offsets, true
	}
	// The data word is the first pointer itself.
	return p.offsets[1:], t.Kind() == reflect.Pointer && len(p.offsets) > 1
}
