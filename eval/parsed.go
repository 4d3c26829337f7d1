package eval

import (
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
)

// Bounds of what a session keeps parsed: enough for a page that is asked again and again.
const (
	maxParsed      = 32
	maxParsedBytes = 4 << 10 // of all sources; a tree takes about a hundred times as much as its source
)

// parsed are the lines that a session has evaluated last, the latest last, so that a line that comes
// again need not be parsed again, nor compiled if it is plain. What a line is parsed to depends on nothing
// but the line and the limits: not on what is exposed, nor on variables. It refers to nothing of the
// application.
type parsed struct {
	lines []*parsedLine
	bytes int // of all sources
}

// parsedLine is a line that could be parsed. Its statement is never changed.
type parsedLine struct {
	source string
	limits syntax.Limits
	syntax.Statement
	path string // pathOfAnswer; "" until it is asked for

	// What the statement was compiled to when the registry had that version and no variable had one
	// of names; nil for nothing. It refers to nothing of the application either.
	program *compile.Program
	version uint64
	names   []string
}

// pathOfAnswer is pathOfAnswer of the line.
func (l *parsedLine) pathOfAnswer() string {
	if l.path == "" {
		l.path = pathOfAnswer(l.Statement)
	}
	return l.path
}

// compiled returns the program of the line, nil if there is none for that version of the registry
// and these variables in an evaluation of that mode.
func (l *parsedLine) compiled(version uint64, vars *variables, mode Mode) *compile.Program {
	if l.program == nil || l.version != version {
		return nil
	}
	for _, name := range l.names {
		if _, is := vars.get(name, mode); is {
			return nil
		}
	}
	return l.program
}

// keep keeps a program of the line that was compiled at that version of the registry, unless that
// cannot run again or uses a variable.
func (l *parsedLine) keep(p *compile.Program, version uint64, vars *variables, mode Mode) {
	l.program = nil
	if names, plain := compile.Plain(l.Tree, nil); plain {
		l.program, l.version, l.names = p, version, names
		l.program = l.compiled(version, vars, mode)
	}
}

// parse returns a line with its statement.
func (p *parsed) parse(source string, limits syntax.Limits) (*parsedLine, error) {
	for i := len(p.lines) - 1; i >= 0; i-- {
		if l := p.lines[i]; l.source == source && l.limits == limits {
			copy(p.lines[i:], p.lines[i+1:])
			p.lines[len(p.lines)-1] = l
			return l, nil
		}
	}
	st, err := syntax.Parse(source, library.Known, limits)
	if err != nil {
		return nil, err
	}
	line := &parsedLine{source: source, limits: limits, Statement: st}
	if len(source) > maxParsedBytes {
		return line, nil
	}
	p.lines = append(p.lines, line)
	p.bytes += len(source)
	drop := 0
	for ; len(p.lines)-drop > maxParsed || p.bytes > maxParsedBytes; drop++ {
		p.bytes -= len(p.lines[drop].source)
	}
	p.lines = slices.Delete(p.lines, 0, drop)
	return line, nil
}
