package inspect

import "reflect"

// A probe reads fields by name. It remembers the first error, after which it reads nothing more,
// and how far all that it read can be believed.
type probe struct {
	mark Mark
	err  error

	depth  int // how many errors contain the one that is read
	errors int // how many errors were read
}

// maxIndirections bounds how many pointers and interfaces in a row a probe follows.
const maxIndirections = 8

// maxProbe bounds a string that a probe reads, in bytes.
const maxProbe = 64 << 10

// field returns a field of a struct that must have it.
func (p *probe) field(v Value, name string) Value {
	index, ok := v.space().ownField(v.typ, name)
	if p.err != nil || !ok {
		return Value{}
	}
	return v.Field(index[0])
}

// target follows pointers and interfaces from v; it is the zero Value for nil.
func (p *probe) target(v Value) Value {
	for range maxIndirections {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
		default:
			return v
		}
		if p.err != nil {
			return Value{}
		}
		if v, p.err = v.Elem(); p.err != nil {
			return Value{}
		}
		p.mark |= v.mark & (Racy | Torn)
	}
	return Value{}
}

// text reads a field that is a string.
func (p *probe) text(v Value, name string) string {
	f := p.field(v, name)
	if f.Kind() != reflect.String {
		return ""
	}
	b, _, mark, err := f.appendBytes(nil, 0, maxProbe)
	p.note(mark, err)
	return string(b)
}

// number reads a field that is an integer or a boolean.
func (p *probe) number(v Value, name string) uint64 {
	f := p.field(v, name)
	switch f.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint, reflect.Uintptr:
	default:
		return 0
	}
	u, still, err := f.ref.Uint(f.typ.Size())
	p.note(torn(still), err)
	return u
}

// bytes reads a slice of bytes.
func (p *probe) bytes(v Value) []byte {
	if p.err != nil || v.Kind() != reflect.Slice {
		return nil
	}
	b, _, mark, err := v.appendBytes(nil, 0, maxProbe)
	p.note(mark, err)
	return b
}

func (p *probe) note(mark Mark, err error) {
	p.mark |= mark
	if p.err == nil {
		p.err = err
	}
}
