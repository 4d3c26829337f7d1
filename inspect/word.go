package inspect

import (
	"math"
	"reflect"
	"time"
)

// Word is the content of a scalar that is a number or a boolean, without the allocation that an any would need.
type Word struct {
	Kind WordKind
	Bits uint64 // of an Int in two's complement, of a Float as a float64 has them; of a Bool 0 for false
}

// WordKind says what the bits of a Word mean.
type WordKind uint8

const (
	NoWord WordKind = iota
	BoolWord
	IntWord
	UintWord
	FloatWord
	DurationWord
)

// Plain is w as [Value.Scalar] gives it, nil for the zero Word.
func (w Word) Plain() any {
	switch w.Kind {
	case BoolWord:
		return w.Bits != 0
	case IntWord:
		if i := int64(w.Bits); int64(int(i)) != i {
			return i
		}
		return int(w.Bits)
	case UintWord:
		switch u := w.Bits; {
		case u <= math.MaxInt:
			return int(u)
		case u <= math.MaxInt64:
			return int64(u)
		}
		return w.Bits
	case FloatWord:
		return math.Float64frombits(w.Bits)
	case DurationWord:
		return time.Duration(w.Bits)
	}
	return nil
}

// wordType is how values of a type are read as Words.
type wordType struct {
	kind WordKind // NoWord: they are none
	off  uintptr  // where it lies in the value
	size uintptr  // in bytes
}

// wordOf is how values of type t are read as Words, through its lens.
func wordOf(t reflect.Type, l *lens) (w wordType) {
	switch l.kind {
	case lensDuration:
		return wordType{DurationWord, 0, 8}
	case lensAtomicBool:
		return wordType{BoolWord, Fields(t)[l.field].offset, 4}
	case lensInner:
		w.off = Fields(t)[l.field].offset
		t = Fields(t)[l.field].Type
	case lensNone:
	default:
		return w
	}
	switch t.Kind() {
	case reflect.Bool:
		w.kind = BoolWord
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.kind = IntWord
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.kind = UintWord
	case reflect.Float32, reflect.Float64:
		w.kind = FloatWord
	default:
		return wordType{}
	}
	w.size = t.Size()
	return w
}

// word makes a Word of what was loaded.
func (t wordType) word(u uint64) Word {
	switch {
	case t.kind == IntWord:
		shift := 64 - 8*t.size
		u = uint64(int64(u<<shift) >> shift)
	case t.kind == FloatWord && t.size == 4:
		u = math.Float64bits(float64(math.Float32frombits(uint32(u))))
	}
	return Word{t.kind, u}
}
