package eval

import (
	"context"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/registry"
)

// Session evaluates expressions, one at a time, and keeps its variables. Complete may be called
// while Run runs; Run and Eval are for one goroutine at a time. A Session need not be closed.
type Session struct {
	reg       *registry.Registry
	limits    Limits        // filled
	overseer  Overseer      // of the calls of evaluations that begin from now on
	stepwise  bool          // see machine.Frame; for tests, as are these
	single    bool          // see machine.Frame
	lanes     int           // see access.Visit
	batches   int           // see access.Visit
	unhurried bool          // completions have the time of an evaluation
	parsed    parsed        // for the goroutine in Run
	random    func() uint64 // nil outside of tests

	mu   sync.Mutex // guards vars, for Complete beside Run
	vars variables
}

// NewSession returns a session that evaluates expressions about what reg exposes. A nil reg means
// registry.Default, the zero Limits mean the defaults. The first session of a process takes some
// milliseconds; see [inspect.Prepare].
func NewSession(reg *registry.Registry, limits Limits) *Session {
	if reg == nil {
		reg = registry.Default
	}
	inspect.Prepare()
	return &Session{reg: reg, limits: limits.Filled()}
}

// Run evaluates an expression, or name = expression, which assigns the answer to a variable of the
// session. _ is the last answer, and _1 to _9 are those before it. The error is an *Error, and
// leaves the variables as they were. Run ends soon after ctx ends or the budget of time is spent.
func (s *Session) Run(ctx context.Context, q Query) (Result, error) {
	limits := s.limits.Within(q.Limits).Filled() // again, as Show.Nodes follows from Output
	limits.Show.Once = q.Once
	e := s.begin(ctx, limits)
	defer e.End()
	e.mode, e.line, e.Explain = q.Mode, q.Line, q.Explain
	e.Visit.Oversee(e.overseer(s.overseer, q.Confirm))
	if q.Long != nil {
		e.WhenLong(q.Due, func() error {
			defer e.Visit.Rested()
			return errorOfCaller(q.Long(e.Context()))
		})
	}
	if q.Progress != nil {
		e.Report(func() { q.Progress(e.progress()) })
	}
	r, err := e.eval(q.Source)
	if err != nil {
		return Result{}, e.error(err, q.Source)
	}
	return r, nil
}
