package value

import (
	"io"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// TextTest is an operator that tests a text with another one.
type TextTest struct {
	Name  string
	Short func(m *meter.Meter, s, part string) (bool, error)
	Long  func(m *meter.Meter, s *access.Text, part string) (bool, error) // of a text that is too long to be copied
}

// The tests of a part of a text.
var (
	Contains   = TextTest{"contains", (*meter.Meter).Contains, longContains}
	StartsWith = TextTest{"startsWith", (*meter.Meter).HasPrefix, longHasPrefix}
	EndsWith   = TextTest{"endsWith", (*meter.Meter).HasSuffix, longHasSuffix}
)

// Apply tests a with b. With Nil on either side the answer is false, as in expr-lang.
func (test TextTest) Apply(t *Thread, a, b Value) (Value, error) {
	if err := Refuse(a, b); err != nil {
		return nil, err
	}
	if IsNothing(a) || IsNothing(b) {
		return Bool(false), nil
	}
	part, bok, err := TextOf(t, b)
	if err != nil {
		return nil, err
	}
	long, err := LongText(a)
	if err != nil {
		return nil, err
	}
	if long != nil && bok {
		ok, err := ReadLong(long, func(s *access.Text) (bool, error) { return test.Long(t.Meter, s, part) })
		return Bool(ok), err
	}
	s, aok, err := TextOf(t, a)
	if err != nil {
		return nil, err
	}
	if aok && bok {
		ok, err := test.Short(t.Meter, s, part)
		return Bool(ok), err
	}
	no := b
	if !aok {
		no = a
	}
	e := fault.New("type", "%s needs strings, not %s", test.Name, no.Kind())
	if test.Name == "contains" && !aok && (IsList(a) || IsMap(a)) {
		return nil, e.With("write x in xs")
	}
	return nil, e.With("convert with string(…)")
}

// maxPart is how long a text may be that is looked for in a long one.
const maxPart = 64 << 10

func longContains(m *meter.Meter, s *access.Text, part string) (bool, error) {
	if len(part) > maxPart {
		return false, fault.New("range", "in a text of %s one can look for %s at most", text.Bytes(s.Len()), text.Bytes(maxPart))
	}
	for tail := ""; ; {
		piece, err := s.Next()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		piece = tail + piece
		if at, err := m.Index(piece, part); err != nil || at >= 0 {
			return err == nil, err
		}
		tail = piece[max(0, len(piece)-len(part)+1):]
	}
}

func longHasPrefix(_ *meter.Meter, s *access.Text, part string) (bool, error) {
	return hasAt(s, 0, part)
}

func longHasSuffix(_ *meter.Meter, s *access.Text, part string) (bool, error) {
	return hasAt(s, s.Len()-len(part), part)
}

// hasAt reports whether part stands in a long text at a position.
func hasAt(s *access.Text, from int, part string) (bool, error) {
	for at := 0; part != ""; {
		piece, err := s.Next()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		next := at + len(piece)
		if next > from {
			piece = piece[max(from-at, 0):]
			n := min(len(piece), len(part))
			if piece[:n] != part[:n] {
				return false, nil
			}
			part = part[n:]
		}
		at = next
	}
	return true, nil
}

// Pieces cuts a long text where a character ends.
type Pieces struct {
	Of   *access.Text
	rest string // the beginning of a character
}

// Next is the next piece, io.EOF behind the last.
func (p *Pieces) Next() (string, error) {
	piece, err := p.Of.Next()
	switch {
	case err == io.EOF && p.rest != "":
		piece, p.rest = p.rest, ""
		return piece, nil
	case err != nil:
		return "", err
	}
	piece = p.rest + piece
	whole := text.Whole(piece)
	p.rest = piece[len(whole):]
	return whole, nil
}

// TextLen is how many bytes a string has, live or not, as len has it in Go. ok is false for what is no
// string.
func TextLen(x Value) (n int, ok bool, err error) {
	if s, ok := x.(String); ok {
		return len(s), true, nil
	}
	long, err := LongString(x)
	if long == nil || err != nil {
		return 0, err != nil, err
	}
	n, err = ReadLong(long, func(s *access.Text) (int, error) { return s.Len(), nil })
	return n, true, err
}
