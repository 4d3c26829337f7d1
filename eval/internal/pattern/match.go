package pattern

import (
	"io"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
)

// quickMatch is up to how many steps of the matcher a match is done in one go: some milliseconds.
const quickMatch = 1 << 18

// Match reports whether p matches within s.
func (p *Pattern) Match(m *meter.Meter, s string) (bool, error) {
	if err := m.Tick(1 + len(s)*p.size/100); err != nil {
		return false, err
	}
	if len(s)*p.size <= quickMatch {
		return p.re.MatchString(s), nil
	}
	return p.match(&runes{meter: m, s: s})
}

// MatchPieces reports whether p matches within the text of which next returns the pieces, cut where
// a character ends, and then io.EOF.
func (p *Pattern) MatchPieces(m *meter.Meter, next func() (string, error)) (bool, error) {
	return p.match(&runes{meter: m, more: next})
}

func (p *Pattern) match(r *runes) (bool, error) {
	r.cost = 1 + p.size/10
	ok := p.re.MatchReader(r)
	return ok, r.err
}

// runes reads a text for the matcher, and ends it early when the evaluation has to end.
type runes struct {
	meter *meter.Meter
	cost  int                    // of a rune, in steps
	s     string                 // not read yet
	more  func() (string, error) // what follows s; nil if there is nothing
	err   error
}

func (r *runes) ReadRune() (rune, int, error) {
	if r.err == nil {
		r.err = r.meter.Tick(r.cost)
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
