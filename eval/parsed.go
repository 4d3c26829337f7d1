package eval

import (
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
)

// Bounds of what a session keeps parsed: enough for a page that is asked again and again.
const (
	maxParsed      = 32
	maxParsedBytes = 4 << 10 // of all sources; a tree takes about a hundred times as much as its source
)

// parsed are the lines that a session has evaluated last, the latest last, so that a line that comes
// again need not be parsed again. What a line is parsed to depends on nothing but the line and the
// limits: not on what is exposed, nor on variables. It refers to nothing of the application.
type parsed struct {
	lines []*parsedLine
	bytes int // of all sources
}

// parsedLine is a line that could be parsed. It is never changed.
type parsedLine struct {
	source string
	limits syntax.Limits
	syntax.Statement
}

// parse returns the statement of a line.
func (p *parsed) parse(source string, limits syntax.Limits) (syntax.Statement, error) {
	for i := len(p.lines) - 1; i >= 0; i-- {
		if l := p.lines[i]; l.source == source && l.limits == limits {
			copy(p.lines[i:], p.lines[i+1:])
			p.lines[len(p.lines)-1] = l
			return l.Statement, nil
		}
	}
	st, err := syntax.Parse(source, library.Known, limits)
	if err != nil || len(source) > maxParsedBytes {
		return st, err
	}
	p.lines = append(p.lines, &parsedLine{source, limits, st})
	p.bytes += len(source)
	drop := 0
	for ; len(p.lines)-drop > maxParsed || p.bytes > maxParsedBytes; drop++ {
		p.bytes -= len(p.lines[drop].source)
	}
	p.lines = slices.Delete(p.lines, 0, drop)
	return st, nil
}
