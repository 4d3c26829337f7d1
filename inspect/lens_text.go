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

// textType is a type of the standard library that is shown as a text or a number.
type textType struct {
	name   string // import path, dot, name
	fields string // those that text needs, separated by blanks
	text   textLens
	err    bool // an error, whose text stands for it within another
}

// textTypes are these types by name.
var textTypes = map[string]textType{}

// defineTexts adds types to textTypes. It is called in package variables' declarations alone, beside the code of the
// lenses: the table is complete before a value is read, and does not change.
func defineTexts(rows []textType) struct{} {
	for _, row := range rows {
		if textTypes[row.name].text != nil {
			panic("inspect: two lenses for " + row.name)
		}
		textTypes[row.name] = row
	}
	return struct{}{}
}

// textTypeOf is the row of t; its text is nil if there is none.
func textTypeOf(t reflect.Type) textType { return textTypes[qualified(t)] }

// grindText is the text lens for t, nil if it has none or does not look as
// expected.
func (s *space) grindText(t reflect.Type) *lens {
	row := textTypeOf(t)
	if row.text == nil {
		return nil
	}
	for _, name := range strings.Fields(row.fields) {
		if index, ok := s.findField(t, name); !ok || len(index) != 1 {
			return nil
		}
	}
	return &lens{kind: lensText, shape: Scalar, text: row.text}
}

// A probe reads fields by name. It remembers the first error, after which it
// reads nothing more, and how far all that it read can be believed.
type probe struct {
	mark Mark
	err  error

	depth  int // of errors in each other
	errors int // that were read
}

// maxIndirections bounds how many pointers and interfaces in a row a probe follows.
const maxIndirections = 8

// maxProbe bounds a text that a probe reads, in bytes.
const maxProbe = 64 << 10

// field is a field of a struct that is known to have it.
func (p *probe) field(v Value, name string) Value {
	index, ok := v.space().findField(v.typ, name)
	if p.err != nil || !ok || len(index) != 1 {
		return Value{}
	}
	return v.Field(index[0])
}

// at follows pointers and interfaces from v; the zero Value for nil.
func (p *probe) at(v Value) Value {
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
