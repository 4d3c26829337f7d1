package eval

import (
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/registry"
)

// textOf returns x as text if it is a string or bytes, live or not.
func (f *frame) textOf(x any) (s string, ok bool, err error) {
	switch x := x.(type) {
	case string:
		return x, true, nil
	case []byte:
		return string(x), true, f.text(len(x))
	case *registry.View:
		b, ok, err := f.viewBytes(x)
		return string(b), ok, err
	}
	return "", false, nil
}

// onTexts applies a test to two texts. With nil on either side the answer is false, as in expr-lang.
func (f *frame) onTexts(op string, a, b any, test func(a, b string) bool) (any, error) {
	if err := refuse(a, b); err != nil {
		return nil, err
	}
	if a == nil || b == nil {
		return false, nil
	}
	s, ok, err := f.textOf(a)
	if err != nil {
		return nil, err
	}
	t, also, err := f.textOf(b)
	if err != nil {
		return nil, err
	}
	if !ok || !also {
		e := fault("type", "%s needs strings, not %s", op, kind(pick(!ok, a, b)))
		if op == "contains" && !ok && (isList(a) || isMap(a)) {
			return nil, e.with("write x in xs")
		}
		return nil, e.with("convert with string(…)")
	}
	return test(s, t), nil
}

func contains(f *frame, a, b any) (any, error) {
	var failed error
	x, err := f.onTexts("contains", a, b, func(s, part string) (found bool) {
		found, failed = f.find(s, part)
		return found
	})
	if err == nil {
		err = failed
	}
	return x, err
}

// findStep is how much of a text is searched between two ticks, and how long the text may be that is looked
// for: about a millisecond.
const findStep = 1 << 20

// find reports whether part is in s, which may be longer than what an expression builds.
func (f *frame) find(s, part string) (bool, error) {
	if len(part) > findStep && len(s) > maxText {
		return false, fault("range", "in a text of %s one can look for %s at most", bytesText(len(s)), bytesText(findStep))
	}
	for ; len(s) > maxText || len(s) > findStep && len(part) <= findStep; s = s[findStep:] {
		if strings.Contains(s[:min(len(s), findStep+len(part))], part) {
			return true, nil
		}
		if err := f.m.tick(1 + findStep/64); err != nil {
			return false, err
		}
	}
	return strings.Contains(s, part), nil
}

func startsWith(f *frame, a, b any) (any, error) {
	return f.onTexts("startsWith", a, b, strings.HasPrefix)
}

func endsWith(f *frame, a, b any) (any, error) {
	return f.onTexts("endsWith", a, b, strings.HasSuffix)
}

// pattern is a compiled regular expression and the number of its instructions: Go matches in time
// proportional to their product with the length of the text.
type pattern struct {
	re   *regexp.Regexp
	size int
}

// maxPattern bounds the source of a regular expression in bytes.
const maxPattern = 10 << 10

func newPattern(source string) (*pattern, error) {
	if len(source) > maxPattern {
		return nil, fault("range", "a regular expression may have %s", bytesText(maxPattern))
	}
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, fault("syntax", "%v", err).because(err)
	}
	size := instructions(tree)
	if size > maxProgram {
		return nil, fault("range", "this regular expression is too large: it repeats too much").with("repeat less often, as in a{1,10}")
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, fault("syntax", "%v", err).because(err)
	}
	return &pattern{re, size}, nil
}

// maxProgram bounds the instructions of a regular expression, which repetitions multiply: it takes
// some milliseconds to compile as many, and a megabyte.
const maxProgram = 20_000

// instructions is about how many instructions a regular expression is compiled to; above
// maxProgram it does not matter how many more.
func instructions(re *syntax.Regexp) int {
	n := 2
	if re.Op == syntax.OpLiteral {
		n += len(re.Rune)
	}
	for _, sub := range re.Sub {
		n += instructions(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return min(n, maxProgram+1)
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
	err  error
}

func (r *meteredRunes) ReadRune() (rune, int, error) {
	if r.err == nil {
		r.err = r.f.m.tick(r.cost)
	}
	if r.err != nil || r.s == "" {
		return 0, 0, io.EOF
	}
	c, n := utf8.DecodeRuneInString(r.s)
	r.s = r.s[n:]
	return c, n, nil
}

// patterns remembers the regular expressions that are computed in one evaluation.
type patterns struct{ known map[string]*pattern }

func (p *patterns) get(source string) (*pattern, error) {
	if known, ok := p.known[source]; ok {
		return known, nil
	}
	made, err := newPattern(source)
	if err != nil {
		return nil, err
	}
	if p.known == nil || len(p.known) >= 64 {
		p.known = map[string]*pattern{}
	}
	p.known[source] = made
	return made, nil
}

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
		if fixed, err = newPattern(s.Value); err != nil {
			return nil, at(n.Right).err(err)
		}
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
		return x, where.err(err)
	}, nil
}

func (f *frame) matchTexts(fixed *pattern, a, b any) (any, error) {
	var failed error
	ok, err := f.onTexts("matches", a, b, func(s, source string) bool {
		p := fixed
		if p == nil {
			if p, failed = f.texts.get(source); failed != nil {
				return false
			}
		}
		var ok bool
		ok, failed = p.match(f, s)
		return ok
	})
	if failed != nil {
		return nil, failed
	}
	return ok, err
}
