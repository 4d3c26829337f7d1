package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/console/watch"
)

// ErrQuit is what Do returns for a line that ends the session.
var ErrQuit = errors.New("quit")

// Evaluator is what a session asks of the language. *eval.Session is one.
type Evaluator interface {
	// Run evaluates one expression. An *eval.Error tells where in it something went wrong.
	Run(ctx context.Context, q eval.Query) (eval.Result, error)
	// CompleteContext proposes what could stand at byte position pos of line.
	CompleteContext(ctx context.Context, line string, pos int) []eval.Completion
}

var _ Evaluator = (*eval.Session)(nil)

// maxStatements bounds how many expressions a line has.
const maxStatements = 100

// Session runs lines and writes their answers. Do is for one goroutine at a time; the other
// methods may be called meanwhile.
type Session struct {
	evaluator   Evaluator
	out         io.Writer
	limits      eval.Limits // filled
	lower       eval.Limits // what the user wants of them
	clock       watch.Clock
	history     history
	level       level
	last        cost
	confirmTime time.Duration
	present     func() bool // see SetConfirm; nil: nobody is
	confirmer   func(context.Context, *access.Call) error

	mu      sync.Mutex
	style   style
	json    bool          // requests come in, and answers go out as objects
	ahead   bool          // see SetAhead
	away    bool          // see Away
	enough  func()        // ends the watch that runs, nil for none
	peers   func() []Peer // see SetPeers
	pending *pending      // the action that waits for the next request, nil for none
	over    bool          // see Close
}

// New returns a session that writes to out. Its evaluator has the same limits.
func New(evaluator Evaluator, out io.Writer, limits eval.Limits) *Session {
	s := &Session{evaluator: evaluator, out: out, limits: limits.Filled(), clock: watch.WallClock{}, confirmTime: ConfirmTime}
	s.style.width.terminal = defaultWidth
	s.style.height = defaultHeight
	return s
}

// SetWidth says how many columns the terminal has; 0 means that it does not tell.
func (s *Session) SetWidth(columns int) {
	if columns <= 0 {
		columns = defaultWidth
	}
	s.restyle(func(st *style) { st.width.terminal = columns })
}

// SetHeight says how many rows the terminal has; 0 means that it does not tell.
func (s *Session) SetHeight(rows int) {
	if rows <= 0 {
		rows = defaultHeight
	}
	s.restyle(func(st *style) { st.height = rows })
}

// SetColor says whether the terminal shows colours. Where NO_COLOR is in the environment, with
// anything for its value, there are none unless the user wants them.
func (s *Session) SetColor(on bool) {
	on = on && os.Getenv("NO_COLOR") == ""
	s.restyle(func(st *style) { st.color.terminal = on })
}

// SetEchoed says whether each line stands on the screen above its answer, behind a prompt of two
// columns: then an error points at it there, and does not repeat it, and a watch draws in place.
func (s *Session) SetEchoed(on bool) { s.restyle(func(st *style) { st.echoed = on }) }

// Away says that somebody else has written on the terminal: a watch that draws in place draws its
// next sample below that.
func (s *Session) Away() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = true
}

// wasAway reports whether somebody else has written since it was asked last.
func (s *Session) wasAway() (away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	away, s.away = s.away, false
	return away
}

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

// wrong is what was wrong with a line, to be said to the user. Any other error ends the line.
type wrong struct{ error }

func complain(format string, args ...any) error { return wrong{fmt.Errorf(format, args...)} }

// Do runs one line, a command or an expression or several between semicolons, and writes its
// answer. What went wrong with the line is an answer too, and the last of that line. The error is
// ErrQuit when the line ends the session, that of ctx when it cut the answer while it was being
// written, or that of the writer.
//
// In JSON mode, which the line "json on" begins, a line is a request; see docs/protocol.md.
func (s *Session) Do(ctx context.Context, line string) error {
	if s.inJSON() {
		return s.request(ctx, line)
	}
	if strings.TrimSpace(line) == "" {
		return nil
	}
	s.history.add(line)
	parts := statements(line)
	if len(parts) > maxStatements {
		a := s.answer(ctx)
		return errors.Join(a.fail(complain("the line has %d expressions, and %d are allowed; ask in parts", len(parts), maxStatements), "", line, s.currentStyle()), a.end())
	}
	for _, part := range parts {
		a := s.answer(ctx)
		err := s.run(ctx, a, part)
		var w wrong
		failed := errors.As(err, &w)
		if failed {
			err = a.fail(w.error, part, line, s.currentStyle())
		}
		if errors.Is(err, watch.ErrEnded) {
			return nil
		}
		if err := errors.Join(err, a.end()); err != nil || failed {
			return err
		}
	}
	return nil
}

func (s *Session) answer(ctx context.Context) *answer {
	return &answer{ctx: ctx, out: s.out, left: s.limits.Output}
}

// run runs one statement and writes its answer.
func (s *Session) run(ctx context.Context, a *answer, statement string) error {
	if cmd, args, ok := parseCommand(statement); ok {
		return cmd.run(ctx, s, a, args)
	}
	return s.show(ctx, a, eval.Query{Source: statement})
}

// show evaluates an expression and writes what it came to.
func (s *Session) show(ctx context.Context, a *answer, q eval.Query) error {
	r, err := s.eval(ctx, q)
	if err != nil {
		return wrong{err}
	}
	return a.result(r, s.currentStyle(), s.clock.Now())
}

// eval evaluates q, within what the user wants of the limits as well.
func (s *Session) eval(ctx context.Context, q eval.Query) (eval.Result, error) {
	q.Limits = s.lower.Within(q.Limits)
	if q.Confirm == nil && s.present != nil && s.present() && !s.inJSON() {
		q.Confirm = s.confirmer
	}
	r, err := s.evaluator.Run(ctx, q)
	if err == nil {
		s.last = cost{r.Cost, true}
	}
	return r, err
}

// Complete proposes what could stand at byte position pos of line, commands included. Only the
// statement that pos is in counts. It ends soon after ctx does.
func (s *Session) Complete(ctx context.Context, line string, pos int) []eval.Completion {
	from := 0
	scan(line[:pos], func(i int) {
		if line[i] == ';' {
			from = i + 1
		}
	})
	before := line[from:pos]
	proposals, ok := completeCommand(before)
	if !ok {
		proposals = append(s.evaluator.CompleteContext(ctx, line[from:], pos-from), commandNames(before)...)
	}
	for i := range proposals {
		proposals[i].Start += from
	}
	return proposals
}
