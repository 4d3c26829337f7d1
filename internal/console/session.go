package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/console/watch"
)

// ErrQuit is what Do returns for a line that ends the session.
var ErrQuit = errors.New("quit")

// Evaluator evaluates expressions for a Session. *eval.Session is one.
type Evaluator interface {
	// Run evaluates one expression. An *eval.Error tells the place of the mistake.
	Run(ctx context.Context, q eval.Query) (eval.Result, error)
	// CompleteContext proposes completions at byte offset pos of line.
	CompleteContext(ctx context.Context, line string, pos int) []eval.Completion
}

var _ Evaluator = (*eval.Session)(nil)

// maxStatements bounds the expressions of a line.
const maxStatements = 100

// Session runs lines and writes their answers. One goroutine at a time may call Do; the other
// methods may be called meanwhile.
type Session struct {
	evaluator Evaluator
	out       io.Writer
	clock     watch.Clock
	ticks     watch.Clock // of progress
	level     level
	limits    eval.Limits // of the application; all are set

	// history, lower, last and told belong to whoever runs lines, one goroutine at a time. lower holds
	// the limits that the user has lowered, and zeros.
	history history
	past    Past // nil for none; see SetPast
	lower   eval.Limits
	last    cost // of the last answer
	told    told

	// confirmTime, present and confirmer are set before the first Do. See SetConfirm.
	confirmTime time.Duration
	present     func() bool
	confirmer   func(context.Context, *access.Call) error

	// pager is set before the first Do; nil if long answers are written at once. See Attach. ends is
	// called before the last answer to a line is written, if that is short; it may be nil.
	pager pager
	ends  func()

	// mu guards everything below.
	mu    sync.Mutex
	style style
	// json is set in JSON mode, where lines are requests and answers are objects.
	json bool
	// ahead is set while input waits that ends a watch, and enough ends the watch that runs, nil
	// for none. See setAhead.
	ahead  bool
	enough func()
	// paused is set while the watch that runs is paused.
	paused bool
	// woken has something in it once a watch has to look at the screen or at paused again.
	woken chan struct{}
	// peers lists the sessions for who; nil if there is no server. See SetPeers.
	peers func() []Peer
	// progress is the line that tells how far the running evaluation has come, nil for none.
	progress *progress
	// cancels is of JSON mode.
	cancels cancels
	// pending is the action that waits for the next request, nil for none. Once over is set, no
	// action waits any more. See Close.
	pending *pending
	over    bool
}

// New returns a session that writes to out. limits are those of the evaluator; zero fields stand
// for the defaults.
func New(evaluator Evaluator, out io.Writer, limits eval.Limits) *Session {
	s := &Session{evaluator: evaluator, out: out, limits: limits.Filled(), clock: watch.WallClock{}, ticks: watch.WallClock{}, confirmTime: ConfirmTime, woken: make(chan struct{}, 1)}
	s.style.width.terminal = defaultWidth
	s.style.height = defaultHeight
	return s
}

// SetWidth sets the number of columns of the terminal; 0 means that it is unknown.
func (s *Session) SetWidth(columns int) {
	if columns <= 0 {
		columns = defaultWidth
	}
	s.restyle(func(st *style) { st.width.terminal = columns })
}

// SetHeight sets the number of rows of the terminal; 0 means that it is unknown. Only if it is known
// do long answers wait for a key after each screen.
func (s *Session) SetHeight(rows int) {
	known := rows > 0
	if !known {
		rows = defaultHeight
	}
	s.restyle(func(st *style) { st.height, st.sized = rows, known })
}

// SetColor sets whether the terminal shows colors. If NO_COLOR is set in the environment, answers
// have colors only if the user asks for them.
func (s *Session) SetColor(on bool) {
	on = on && os.Getenv("NO_COLOR") == ""
	s.restyle(func(st *style) { st.color.terminal = on })
}

// SetEchoed sets whether each line stands on the screen above its answer, behind the Prompt. If so,
// an error points at the place there instead of repeating the line, and a watch draws each sample
// over the one before.
func (s *Session) SetEchoed(on bool) { s.restyle(func(st *style) { st.echoed = on }) }

func (s *Session) restyle(change func(*style)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.style)
	if s.enough != nil {
		s.wake()
	}
}

func (s *Session) currentStyle() style {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.style
}

// wrong is a mistake in a line, to be shown to the user. Any other error ends the session or the
// line.
type wrong struct{ error }

func complain(format string, args ...any) error { return wrong{fmt.Errorf(format, args...)} }

// Do runs one line, which has commands and expressions between semicolons, and writes their
// answers. A mistake in the line is answered too, and ends the line. The error is ErrQuit if the
// line ends the session, that of ctx if it ended while an answer was written, or that of the
// writer.
//
// In JSON mode, which the line "json on" begins, a line is a request; see docs/protocol.md.
func (s *Session) Do(ctx context.Context, line string) error {
	if s.inJSON() {
		return s.request(ctx, line)
	}
	if strings.TrimSpace(line) == "" {
		return nil
	}
	if s.history.add(line) && s.past != nil && s.currentStyle().echoed {
		s.past.Add(line)
	}
	parts := statements(line)
	if len(parts) > maxStatements {
		a := s.newAnswer(ctx)
		return errors.Join(a.writeError(complain("the line has %d expressions, and %d are allowed; ask in parts", len(parts), maxStatements), "", line, s.currentStyle()), a.end())
	}
	for i, part := range parts {
		s.told.statement++
		a := s.newAnswer(ctx)
		err := s.run(ctx, a, part)
		var w wrong
		failed := errors.As(err, &w)
		if failed {
			err = a.writeError(w.error, part, line, s.currentStyle())
		}
		if errors.Is(err, watch.ErrEnded) {
			return nil
		}
		if s.ends != nil && i == len(parts)-1 && a.page == nil && !a.sent {
			s.ends()
		}
		err = errors.Join(err, a.end())
		if errors.Is(err, errStopped) {
			return nil
		}
		if err != nil || failed {
			return err
		}
	}
	return nil
}

func (s *Session) newAnswer(ctx context.Context) *answer {
	a := &answer{ctx: ctx, out: s.out, left: s.limits.Output}
	if s.pages() {
		a.page = s.pager
	}
	return a
}

// pages reports whether a long answer waits for a key after each screen. It does where somebody
// looks at a terminal of known size, and never where a program reads.
func (s *Session) pages() bool {
	st := s.currentStyle()
	return s.pager != nil && st.echoed && !st.json && !s.inJSON() && st.pages()
}

// run runs one statement and writes its answer.
func (s *Session) run(ctx context.Context, a *answer, statement string) error {
	return s.runWords(ctx, a, statement, 0)
}

// runWords is run of what is left of a statement behind a number of words of other shells.
func (s *Session) runWords(ctx context.Context, a *answer, statement string, words int) error {
	if cmd, args, ok := parseCommand(statement); ok {
		return cmd.run(ctx, s, a, args)
	}
	err := s.show(ctx, a, eval.Query{Source: statement})
	if run := s.meant(statement, err, words); run != nil {
		return run(ctx, a)
	}
	return err
}

// show evaluates an expression and writes its value. In JSON mode a command has all notes, as an
// expression has.
func (s *Session) show(ctx context.Context, a *answer, q eval.Query) error {
	st := s.currentStyle()
	if q.Once = !st.json; q.Once {
		q.Line = st.width.value()
	}
	r, err := s.evalTelling(ctx, q)
	if err != nil {
		return wrong{err}
	}
	st.deep = s.lower.Show.Depth > 0
	return a.result(s.tell(r), st, s.clock.Now())
}

// tell returns r with the notes that are to be told below it.
func (s *Session) tell(r eval.Result) eval.Result {
	if !s.inJSON() && !s.currentStyle().json {
		r.Notes = s.told.untold(r)
	}
	return r
}

// confirms reports whether somebody is there who can confirm an action.
func (s *Session) confirms() bool { return s.present != nil && s.present() && !s.inJSON() }

// eval evaluates q within the limits that the user has lowered.
func (s *Session) eval(ctx context.Context, q eval.Query) (eval.Result, error) {
	q.Limits = s.lower.Within(q.Limits)
	if q.Confirm == nil && s.confirms() {
		q.Confirm = s.askUser
	}
	r, err := s.evaluator.Run(ctx, q)
	if err == nil && q.Mode != eval.Sample && q.Mode != eval.Condition {
		s.last = cost{r.Cost, true}
	}
	return r, err
}

// Complete proposes completions at byte offset pos of line, commands included. It looks at the
// statement around pos only, and ends soon after ctx does.
func (s *Session) Complete(ctx context.Context, line string, pos int) []eval.Completion {
	from := 0
	scan(line[:pos], func(i int) {
		if line[i] == ';' {
			from = i + 1
		}
	})
	before := line[from:pos]
	proposals, ok := completeCommand(before)
	if ok && strings.HasPrefix(strings.TrimLeft(before, " "), "help ") {
		objects := s.evaluator.CompleteContext(ctx, line[from:], pos-from)
		objects = slices.DeleteFunc(objects, func(c eval.Completion) bool { return c.Kind == eval.KindFunction })
		proposals = append(objects, proposals...)
	}
	if !ok {
		proposals, ok = s.completeWatch(ctx, before)
	}
	if !ok {
		proposals = s.evaluator.CompleteContext(ctx, line[from:], pos-from)
		// Commands come behind what is this application's, and before the language's functions.
		at := slices.IndexFunc(proposals, func(c eval.Completion) bool { return c.Kind == eval.KindFunction })
		if at < 0 {
			at = len(proposals)
		}
		proposals = slices.Insert(proposals, at, commandNames(before)...)
	}
	for i := range proposals {
		proposals[i].Start += from
	}
	return proposals
}
