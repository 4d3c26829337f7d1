package eval

import (
	"io"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/access"
)

// textOf returns x as text if it is a string or bytes, live or not. One that is too long to be copied is an error.
func (f *frame) textOf(x any) (s string, ok bool, err error) {
	switch x := x.(type) {
	case string:
		return x, true, nil
	case []byte:
		return string(x), true, f.text(len(x))
	case *access.View:
		if long, err := longText(x); long != nil || err != nil {
			return "", true, orTooLong(long, err)
		}
		b, ok, err := f.viewBytes(x)
		return string(b), ok, err
	}
	return "", false, nil
}

// textTest is a test of two texts, and how it is done where the first is too long to be copied.
type textTest struct {
	name  string
	short func(f *frame, s, t string) (bool, error)
	long  func(f *frame, s *access.Text, t string) (bool, error)
}

// onTexts applies a test to two texts. With nil on either side the answer is false, as in expr-lang.
func (f *frame) onTexts(test textTest, a, b any) (any, error) {
	if err := refuse(a, b); err != nil {
		return nil, err
	}
	if a == nil || b == nil {
		return false, nil
	}
	t, also, err := f.textOf(b)
	if err != nil {
		return nil, err
	}
	long, err := longText(a)
	if err != nil {
		return nil, err
	}
	if long != nil && also {
		return f.reading(long, func(s *access.Text) (any, error) {
			ok, err := test.long(f, s, t)
			return ok, err
		})
	}
	s, ok, err := f.textOf(a)
	if err != nil {
		return nil, err
	}
	if !ok || !also {
		e := fault.New("type", "%s needs strings, not %s", test.name, kind(pick(!ok, a, b)))
		if test.name == "contains" && !ok && (isList(a) || isMap(a)) {
			return nil, e.With("write x in xs")
		}
		return nil, e.With("convert with string(…)")
	}
	is, err := test.short(f, s, t)
	return is, err
}

func contains(f *frame, a, b any) (any, error) {
	return f.onTexts(textTest{"contains", (*frame).contains, (*frame).longContains}, a, b)
}

func (f *frame) contains(s, part string) (bool, error) {
	at, err := f.index(s, part)
	return at >= 0, err
}

func startsWith(f *frame, a, b any) (any, error) {
	return f.onTexts(textTest{"startsWith", (*frame).begins, (*frame).longStartsWith}, a, b)
}

func endsWith(f *frame, a, b any) (any, error) {
	return f.onTexts(textTest{"endsWith", (*frame).ends, (*frame).longEndsWith}, a, b)
}

// quickMatch is up to how many steps of the matcher a match is done in one go: some milliseconds.
const quickMatch = 1 << 18

// match reports whether the pattern matches within s, and can be stopped while it looks.
func (p *pattern) match(f *frame, s string) (bool, error) {
	if err := f.m.tick(1 + len(s)*p.size/100); err != nil {
		return false, err
	}
	if len(s)*p.size <= quickMatch {
		return p.re.MatchString(s), nil
	}
	r := &meteredRunes{f: f, s: s, cost: 1 + p.size/10}
	ok := p.re.MatchReader(r)
	return ok, r.err
}

// meteredRunes reads a text for the matcher, and ends it early when the evaluation has to end.
type meteredRunes struct {
	f    *frame
	s    string
	cost int
	more func() (string, error) // what follows s, whole runes; nil if there is nothing
	err  error
}

func (r *meteredRunes) ReadRune() (rune, int, error) {
	if r.err == nil {
		r.err = r.f.m.tick(r.cost)
	}
	if r.err == nil && r.s == "" && r.more != nil {
		if r.s, r.err = r.more(); r.err == io.EOF {
			r.err, r.more = nil, nil
		}
	}
	if r.err != nil || r.s == "" {
		return 0, 0, io.EOF
	}
	c, n := utf8.DecodeRuneInString(r.s)
	r.s = r.s[n:]
	return c, n, nil
}

// maxGuarded is how many instructions a pattern may have that is matched while a guard is held.
const maxGuarded = 200

// matches compiles s matches p; a pattern that is written out is compiled once, with the expression.
func (c *compiler) matches(n *ast.BinaryNode) (code, error) {
	left, err := c.compile(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := c.compile(n.Right)
	if err != nil {
		return nil, err
	}
	var fixed *pattern
	if s, ok := n.Right.(*ast.StringNode); ok {
		if fixed, err = newPattern(c.meter, s.Value); err == nil {
			err = c.meter.Keep(fixed.weight)
		}
		if err != nil {
			return nil, at(n.Right).Err(err)
		}
	}
	if fixed == nil || fixed.size > maxGuarded {
		c.apart = true // it takes longer than a guard may be held
	}
	where := at(n)
	return func(f *frame) (any, error) {
		a, err := left(f)
		if err != nil {
			return nil, err
		}
		b, err := right(f)
		if err != nil {
			return nil, err
		}
		x, err := f.matchTexts(fixed, a, b)
		return x, where.Err(err)
	}, nil
}

func (f *frame) matchTexts(fixed *pattern, a, b any) (any, error) {
	get := func(source string) (*pattern, error) {
		if fixed != nil {
			return fixed, nil
		}
		return f.texts.get(f.m, source)
	}
	return f.onTexts(textTest{
		name: "matches",
		short: func(f *frame, s, source string) (bool, error) {
			p, err := get(source)
			if err != nil {
				return false, err
			}
			return p.match(f, s)
		},
		long: func(f *frame, s *access.Text, source string) (bool, error) {
			p, err := get(source)
			if err != nil {
				return false, err
			}
			return f.longMatches(s, p)
		},
	}, a, b)
}
