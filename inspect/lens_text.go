package inspect

import (
	"reflect"
	"strings"
)

// Types of the standard library whose values are best read as a text or a
// number, as an expression would compare them: addresses, URLs, locations, large
// integers, errors. The text is what their String or Error says, worked out here
// from their fields: no method runs.

// textLens reads the scalar that a value stands for.
type textLens func(p *probe, v Value) any

// textLensOf is the lens for a type by its name, and the fields that it needs.
func textLensOf(name string) (fields string, text textLens) {
	switch name {
	case "net/netip.Addr":
		return "addr z", func(p *probe, v Value) any { return p.netipAddr(v).String() }
	case "net/netip.AddrPort":
		return "ip port", addrPortText
	case "net/netip.Prefix":
		return "ip bitsPlusOne", prefixText
	case "net.IP":
		return "", func(p *probe, v Value) any { return p.ip(v) }
	case "net.IPNet":
		return "IP Mask", ipNetText
	case "net/url.URL":
		return "Scheme Opaque User Host Path RawPath ForceQuery RawQuery Fragment RawFragment", urlText
	case "math/big.Int":
		return "neg abs", bigText
	case "math/big.Rat":
		return "a b", ratText
	case "math/big.Float":
		return "prec form neg mant exp", bigFloatText
	case "time.Location":
		return "name", func(p *probe, v Value) any { return orElse(p.text(v, "name"), "UTC") }
	}
	return errorLensOf(name)
}

// grindText is the text lens for t, nil if it has none or does not look as
// expected.
func grindText(t reflect.Type) *lens {
	fields, text := textLensOf(t.PkgPath() + "." + t.Name())
	if text == nil {
		return nil
	}
	for _, name := range strings.Fields(fields) {
		if index, ok := FindField(t, name); !ok || len(index) != 1 {
			return nil
		}
	}
	return &lens{kind: lensText, shape: Scalar, text: text}
}

// A probe reads fields by name. It remembers the first error, after which it
// reads nothing more, and how far all that it read can be believed.
type probe struct {
	mark Mark
	err  error

	depth  int // of errors in each other
	errors int // that were read
}

// maxProbe bounds a text that a probe reads, in bytes.
const maxProbe = 64 << 10

// field is a field of a struct that is known to have it.
func (p *probe) field(v Value, name string) Value {
	index, ok := FindField(v.typ, name)
	if p.err != nil || !ok || len(index) != 1 {
		return Value{}
	}
	return v.Field(index[0])
}

// at follows pointers and interfaces from v; the zero Value for nil.
func (p *probe) at(v Value) Value {
	for range maxHops {
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

// text is a field that is a string.
func (p *probe) text(v Value, name string) string {
	f := p.field(v, name)
	if f.Kind() != reflect.String {
		return ""
	}
	b, _, mark, err := f.text(nil, 0, maxProbe)
	p.note(mark, err)
	return string(b)
}

// number is a field that is an integer or a boolean.
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

// bytes is a slice of bytes.
func (p *probe) bytes(v Value) []byte {
	if p.err != nil || v.Kind() != reflect.Slice {
		return nil
	}
	b, _, mark, err := v.text(nil, 0, maxProbe)
	p.note(mark, err)
	return b
}

func (p *probe) note(mark Mark, err error) {
	p.mark |= mark
	if p.err == nil {
		p.err = err
	}
}
