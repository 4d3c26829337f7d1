// Package pattern compiles and matches regular expressions within the budget of an evaluation.
// Package regexp can be interrupted in neither.
package pattern

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Pattern is a compiled regular expression. Go matches in time proportional to the product of its
// size and the length of the text.
type Pattern struct {
	re     *regexp.Regexp
	size   int // instructions
	weight int // bytes, about
}

// Weight is about how many bytes p takes.
func (p *Pattern) Weight() int { return p.weight }

// MaxGuarded is how many instructions a pattern may have that is matched while a guard is held.
const MaxGuarded = 200

// IsQuick reports whether p may be matched while a guard is held.
func (p *Pattern) IsQuick() bool { return p.size <= MaxGuarded }

// Size is about how many instructions p has.
func (p *Pattern) Size() int { return p.size }

// MatchShort reports whether p matches a short text, without a meter: it takes up to some tens of
// nanoseconds for each instruction and byte.
func (p *Pattern) MatchShort(s []byte) bool { return p.re.Match(s) }

// The parser of package regexp cannot be interrupted, and makes much of a few bytes. These bounds
// are on the source, before it is parsed: within all of them it takes up to 15 ms and 5 MB.
const (
	maxPattern = 4 << 10 // bytes
	maxNamed   = 32      // classes such as \pL, which stands for 659 ranges
	maxFolded  = 150_000 // code points of ranges where case may be ignored: each is looked up by itself
)

// These bounds are on what was parsed, before it is compiled.
const (
	maxProgram = 20_000  // instructions, which repetitions multiply
	maxRanges  = 100_000 // of classes, likewise
)

// New compiles a regular expression and charges m for the work. The caller charges for its Weight.
func New(m *meter.Meter, source string) (*Pattern, error) {
	named, folded := foresee(source)
	switch {
	case len(source) > maxPattern:
		return nil, fault.New("range", "a regular expression may have at most %s", text.Bytes(maxPattern))
	case named > maxNamed:
		return nil, fault.New("range", "a regular expression may have at most %d classes such as \\pL", maxNamed).With("repeat one, as in \\pL{1,9}")
	case folded > maxFolded:
		return nil, fault.New("range", "a regular expression that ignores case may have ranges of at most %s characters", text.Thousands(maxFolded)).
			With("leave (?i) out, or write narrower ranges")
	}
	// Parsing and compiling each take this work, of some nanoseconds a step.
	work := 1 + 64*len(source) + 16_000*named + 10*folded
	if err := m.Tick(2 * work); err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, badPattern(err)
	}
	size, ranges := instructions(tree)
	if size > maxProgram {
		return nil, fault.New("range", "this regular expression is too large: it repeats too much").With("repeat less often, as in a{1,10}")
	}
	if ranges > maxRanges {
		return nil, fault.New("range", "this regular expression is too large: it repeats a large class").With("repeat it less often, as in \\pL{1,10}")
	}
	if err := m.Tick(16*size + ranges); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, badPattern(err)
	}
	return &Pattern{re, size, 1<<10 + 100*size + 16*ranges}, nil
}

// badPattern says what is wrong with a regular expression, and shows the part in question.
func badPattern(err error) error {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return fault.New("syntax", "this is not a regular expression").Because(err)
	}
	return fault.New("syntax", "this is not a regular expression: %s: %s", e.Code, strconv.Quote(text.Cut(e.Expr, 60))).Because(err)
}

// foresee tells from the source of a regular expression what the parser will have to do: how many
// named classes it looks up, and of how many code points it looks up the other cases. It counts too
// much rather than too little.
func foresee(source string) (named, folded int) {
	named = strings.Count(source, `\p`) + strings.Count(source, `\P`)
	if !strings.Contains(source, "(?") {
		return named, 0 // there is no flag that has case ignored
	}
	for rest, found := source, true; ; {
		if _, rest, found = strings.Cut(rest, "-"); !found {
			return named, folded
		}
		folded += max(0, min(rangeEnd(rest), maxFold)-utf8.RuneSelf)
	}
}

// maxFold is the last character that has another case, as of Unicode 15.
const maxFold = 0x1e943

// rangeEnd is the last character of a range, in what stands behind its hyphen. Of escapes only
// \x{…} reaches far.
func rangeEnd(s string) int {
	hex, ok := strings.CutPrefix(s, `\x{`)
	if !ok {
		r, _ := utf8.DecodeRuneInString(s)
		return int(r)
	}
	hex, _, _ = strings.Cut(hex, "}")
	n, err := strconv.ParseUint(hex, 16, 31)
	if err != nil {
		return maxFold
	}
	return int(n)
}

// instructions is about how many instructions a regular expression is compiled to, and how many
// ranges they have; above the limits it does not matter how many more.
func instructions(re *syntax.Regexp) (n, ranges int) {
	n = 2
	switch re.Op {
	case syntax.OpLiteral:
		n += len(re.Rune)
	case syntax.OpCharClass:
		ranges = len(re.Rune) / 2
	}
	for _, sub := range re.Sub {
		i, r := instructions(sub)
		n, ranges = n+i, ranges+r
	}
	if re.Op == syntax.OpRepeat {
		times := max(re.Min, re.Max, 1)
		n, ranges = n*times, ranges*times
	}
	return min(n, maxProgram+1), min(ranges, maxRanges+1)
}

// Cache remembers some of the regular expressions that one evaluation computes.
type Cache struct {
	known   map[string]*Pattern
	weight  int // of those in known
	charged int // the most that weight has been
}

// A predicate computes a few patterns again and again, or another one each time.
const (
	maxKnown  = 16
	maxWeight = 4 << 20
)

// Get returns the Pattern of source, and charges m for it.
func (c *Cache) Get(m *meter.Meter, source string) (*Pattern, error) {
	if known, ok := c.known[source]; ok {
		return known, nil
	}
	made, err := New(m, source)
	if err != nil {
		return nil, err
	}
	weight := made.weight + len(source)
	if c.known == nil || len(c.known) >= maxKnown || c.weight+weight > maxWeight {
		c.known, c.weight = map[string]*Pattern{}, 0
	}
	if c.weight+weight > c.charged {
		if err := m.Keep(c.weight + weight - c.charged); err != nil {
			return nil, err
		}
		c.charged = c.weight + weight
	}
	c.weight += weight
	c.known[strings.Clone(source)] = made
	return made, nil
}
