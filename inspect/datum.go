package inspect

import (
	"math"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Datum is a scalar without the allocation that an any would need. The zero Datum is none.
type Datum struct {
	Kind DatumKind
	Bits uint64 // an Int in two's complement, a Float or Float32 as float64 bits, a Bool as 0 or 1, a Time see BitsOfTime
	Text string
}

// DatumKind says what a Datum holds.
type DatumKind uint8

const (
	NoDatum DatumKind = iota
	BoolDatum
	IntDatum
	UintDatum
	FloatDatum
	Float32Datum
	DurationDatum
	TimeDatum // a moment without its location, which only Follow and columns read
	TextDatum
)

// Plain returns d as [Value.Scalar] does, nil for the zero Datum.
func (d Datum) Plain() any {
	switch d.Kind {
	case BoolDatum:
		return d.Bits != 0
	case IntDatum:
		if i := int64(d.Bits); int64(int(i)) != i {
			return i
		}
		return int(d.Bits)
	case UintDatum:
		switch u := d.Bits; {
		case u <= math.MaxInt:
			return int(u)
		case u <= math.MaxInt64:
			return int64(u)
		}
		return d.Bits
	case FloatDatum:
		return math.Float64frombits(d.Bits)
	case Float32Datum:
		return float32(math.Float64frombits(d.Bits))
	case DurationDatum:
		return time.Duration(d.Bits)
	case TimeDatum:
		return timeOfBits(d.Bits)
	case TextDatum:
		return d.Text
	}
	return nil
}

// A datumType says how values of a type are read as Datums.
type datumType struct {
	kind DatumKind // NoDatum if they are none
	off  uintptr   // where the Datum lies in the value
	size uintptr   // in bytes; 0 for a string or a time
}

// datumOf returns how values of type t are read as Datums through l.
func (s *space) datumOf(t reflect.Type, l *lens) (d datumType) {
	switch {
	case l.field >= 0:
		f := s.fields(t)[l.field]
		d.off, t = f.offset, f.Type
	case l.row != noRow && l.row.datum == NoDatum:
		return d
	}
	switch {
	case l.row.datum == TimeDatum:
		return datumType{kind: TimeDatum}
	case l.row.datum != NoDatum:
		return datumType{l.row.datum, d.off, t.Size()}
	}
	d.size = t.Size()
	switch t.Kind() {
	case reflect.Bool:
		d.kind = BoolDatum
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		d.kind = IntDatum
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		d.kind = UintDatum
	case reflect.Float32:
		d.kind = Float32Datum
	case reflect.Float64:
		d.kind = FloatDatum
	case reflect.String:
		d.kind, d.size = TextDatum, 0
	default:
		return datumType{}
	}
	return d
}

// number says how its loaded bits become those of a Datum.
func (t datumType) number() peek.Number {
	switch t.kind {
	case IntDatum:
		return peek.Signed
	case Float32Datum:
		return peek.Float32
	}
	return peek.Unsigned
}

// datum makes a Datum of a loaded number or boolean.
func (t datumType) datum(u uint64) Datum {
	switch {
	case t.kind == IntDatum:
		shift := 64 - 8*t.size
		u = uint64(int64(u<<shift) >> shift)
	case t.kind == Float32Datum:
		u = math.Float64bits(float64(math.Float32frombits(uint32(u))))
	}
	return Datum{Kind: t.kind, Bits: u}
}
