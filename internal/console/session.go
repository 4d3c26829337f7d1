package console

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/eval"
)

// ErrQuit is what Do returns for a line that ends the session.
var ErrQuit = errors.New("quit")

// Evaluator is what a session asks of the language. *eval.Session is one.
type Evaluator interface {
	// Eval evaluates one line. An *eval.Error tells where in the line it went wrong.
	Eval(ctx context.Context, source string) (eval.Result, error)
	// Complete proposes what could stand at byte position pos of line.
	Complete(line string, pos int) []eval.Completion
}

var _ Evaluator = (*eval.Session)(nil)

// The bounds where eval.Limits leaves them zero, as that says.
const (
	defaultLine   = 64 << 10
	defaultOutput = 1 << 20
)

// defaultWidth is that of a terminal that does not tell its own.
const defaultWidth = 80

// Session runs lines and writes their answers. Do is for one goroutine at a time; the other
// methods may be called meanwhile.
type Session struct {
	evaluator Evaluator
	out       io.Writer
	maxLine   int // bytes
	maxOutput int // bytes of one answer
	history   history

	mu    sync.Mutex
	style style
}

// style is how answers are laid out.
type style struct {
	width  setting[int]
	color  setting[bool]
	echoed bool // the line stands above its answer, behind a prompt, as it was typed
}

// setting is what the terminal says, unless the user said something else.
type setting[T any] struct {
	terminal T
	user     T
	fixed    bool // by the user
}

func (s setting[T]) value() T {
	if s.fixed {
		return s.user
	}
	return s.terminal
}

// New returns a session that writes to out. Of the limits it needs those of a line and of the
// output; their zero values are the defaults of eval.Limits.
func New(evaluator Evaluator, out io.Writer, limits eval.Limits) *Session {
	s := &Session{evaluator: evaluator, out: out, maxLine: limits.Line, maxOutput: limits.Output}
	if s.maxLine <= 0 {
		s.maxLine = defaultLine
	}
	if s.maxOutput <= 0 {
		s.maxOutput = defaultOutput
	}
	s.style.width.terminal = defaultWidth
	return s
}

// SetWidth says how many columns the terminal has; 0 means that it does not tell.
func (s *Session) SetWidth(columns int) {
	if columns <= 0 {
		columns = defaultWidth
	}
	s.restyle(func(st *style) { st.width.terminal = columns })
}

// SetColor says whether the terminal shows colours.
func (s *Session) SetColor(on bool) { s.restyle(func(st *style) { st.color.terminal = on }) }

// SetEchoed says whether each line stands on the screen above its answer, behind a prompt of two
// columns: then an error points at it there, and does not repeat it.
func (s *Session) SetEchoed(on bool) { s.restyle(func(st *style) { st.echoed = on }) }

func (s *Session) restyle(change func(*style)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.style)
}

func (s *Session) currentStyle() style {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.style
}

// Do runs one line, a command or an expression, and writes its answer. What went wrong with the
// line is an answer too. The error is ErrQuit when the line ends the session, that of ctx when it
// cut the answer while it was being written, or that of the writer.
func (s *Session) Do(ctx context.Context, line string) error {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	s.history.add(line)
	a := &answer{ctx: ctx, out: s.out, left: s.maxOutput}
	var err error
	if cmd, args, ok := parseCommand(line); ok {
		err = cmd.run(ctx, s, a, args)
	} else {
		err = s.evaluate(ctx, a, line)
	}
	return errors.Join(err, a.end())
}

func (s *Session) evaluate(ctx context.Context, a *answer, line string) error {
	result, err := s.evaluator.Eval(ctx, line)
	if err != nil {
		return a.fail(err, line, s.currentStyle())
	}
	return a.result(result, s.currentStyle())
}

// Complete proposes what could stand at byte position pos of line, commands included.
func (s *Session) Complete(line string, pos int) []eval.Completion {
	if proposals, ok := completeCommand(line[:pos]); ok {
		return proposals
	}
	proposals := s.evaluator.Complete(line, pos)
	return append(proposals, commandNames(line[:pos])...)
}
