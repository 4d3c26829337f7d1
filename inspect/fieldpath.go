package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// FieldPath leads from values of one type, in one process, to a Datum in each, through fields and
// pointers alone. Their types determine it, so it is the same in all of the values; it never enters
// an interface or a collection. Where it ends at an interface, [Batch.Open] does. A FieldPath is for one goroutine.
type FieldPath struct {
	space   *space       // of the values
	at      reflect.Type // where the path has come
	offsets []uintptr    // see [peek.Ref.Chase]
	offset  uintptr      // of at, from where the last pointer points
	datum   datumType    // how at is read
	held    bool         // the collector follows all pointers on the path
	shared  bool         // a struct on the path ends trust
	text    []byte       // the last text read, as a buffer
}

// FieldPath returns the path that has not left v yet.
func (v Value) FieldPath() *FieldPath {
	p := &FieldPath{space: v.space(), offsets: []uintptr{0}, held: true}
	p.reach(v.typ)
	return p
}

func (p *FieldPath) reach(t reflect.Type) {
	p.at, p.datum = t, p.space.lensOf(t).datum
	p.offsets[len(p.offsets)-1] = p.offset + p.datum.off
}

// Field extends p to direct field i of the struct it has come to.
func (p *FieldPath) Field(i int) {
	f := &p.space.fields(p.at)[i]
	p.offset += f.offset
	p.shared = p.shared || f.shared
	p.reach(f.Type)
}

// Elem extends p to what the pointer it has come to points at, which may be an atomic.Pointer.
func (p *FieldPath) Elem() {
	p.enter()
	p.held = p.held && p.space.collected(p.at)
	p.offsets[len(p.offsets)-1] = p.offset
	p.offsets, p.offset = append(p.offsets, 0), 0
	p.reach(p.at.Elem())
}

// enter extends p from an atomic.Pointer to the pointer in it.
func (p *FieldPath) enter() {
	if l := p.space.lensOf(p.at); l.typ != nil && p.at.Kind() == reflect.Struct {
		f := &p.space.fields(p.at)[l.field]
		p.offset, p.shared, p.at = p.offset+f.offset, p.shared || f.shared, l.typ
	}
}

// Word has p read the word that tells whether what it has come to is nil, as a number that is 0 then. It
// reports whether it does: of a map, a channel or a func, of a slice of anything but bytes, and of a
// pointer to a struct, all of which are seen without a lens.
func (p *FieldPath) Word() bool {
	p.enter()
	t := p.at
	switch t.Kind() {
	case reflect.Pointer:
		t = t.Elem()
		if t.Kind() != reflect.Struct {
			return false
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return false
		}
	case reflect.Map, reflect.Chan, reflect.Func:
	default:
		return false
	}
	if p.space.lensOf(t).row != noRow || p.space.lensOf(p.at).row != noRow || !p.held {
		return false
	}
	p.datum = datumType{kind: UintDatum, size: peek.WordSize}
	p.offsets[len(p.offsets)-1] = p.offset
	return true
}

// Length has p read the word with the length of the slice, the map or the channel that it has come to, and reports
// whether it does: not of bytes, nor of what is seen through a lens.
func (p *FieldPath) Length() bool {
	t := p.at
	if p.space.lensOf(t).row != noRow || !p.held {
		return false
	}
	off := p.offset
	switch t.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return false
		}
		off += peek.WordSize
	case reflect.Map, reflect.Chan:
		length, ok := p.space.memory.LengthOf(t.Kind())
		if !ok {
			return false
		}
		p.offsets[len(p.offsets)-1] = off
		p.offsets, off = append(p.offsets, 0), length
	default:
		return false
	}
	p.datum = datumType{kind: IntDatum, size: peek.WordSize}
	p.offsets[len(p.offsets)-1] = off
	return true
}

// End returns the type that p leads to and the kind of Datum that [Value.Follow] reads there. The
// kind is NoDatum if there is none, if this machine cannot load it in one piece, or if it lies
// behind a pointer that the collector does not follow.
func (p *FieldPath) End() (reflect.Type, DatumKind) {
	if p.datum.size > peek.WordSize || !p.held {
		return p.at, NoDatum
	}
	return p.at, p.datum.kind
}

// Follow reads the Datum that p leads to from v, which must have the type and the process that p
// began with. ok is false if a pointer on the path is nil or cannot be followed, for a string
// that is longer than max bytes or changes meanwhile, and for a time that changes meanwhile or has no
// Bits. The same steps, taken one by one, tell why.
func (v Value) Follow(p *FieldPath, max int) (d Datum, ok bool) {
	offsets := p.offsets
	if v.how&word != 0 {
		// v's Ref is the first pointer itself.
		if offsets = offsets[1:]; len(offsets) == 0 || v.Kind() != reflect.Pointer || v.ref.IsNil() {
			return d, false
		}
	}
	held := v.how&solid != 0
	if p.datum.kind == TextDatum {
		p.text, ok = v.ref.ChaseText(p.text[:0], offsets, max, held)
		return Datum{Kind: TextDatum, Text: string(p.text)}, ok
	}
	if p.datum.kind == TimeDatum {
		wall, ext, ok := v.ref.ChasePair(offsets, held)
		bits, known := bitsOfMoment(moment(wall, ext))
		return Datum{Kind: TimeDatum, Bits: bits}, ok && known
	}
	u, ok := v.ref.Chase(offsets, p.datum.size, held)
	return p.datum.datum(u), ok
}
