package eval

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/registry"
)

// evaluation is one evaluation of a session.
type evaluation struct {
	machine.Frame
	session *Session
	version uint64 // of the registry, before anything was read of it
	limits  Limits // those of the session, lowered by the query, filled
	mode    Mode   // what becomes of the answer, and whether actions run
	line    int    // see Query.Line
	loading bool   // it has the first look at what is exposed
}

var _ machine.Lister = (*evaluation)(nil)

// begin starts an evaluation. End must be called in the end.
func (s *Session) begin(ctx context.Context, limits Limits) *evaluation {
	m := meter.New(ctx, meter.Budget{Time: limits.Time, Entries: limits.Entries, Bytes: limits.Bytes})
	visit := s.reg.Visit(m.Context(), m)
	visit.Share(limits.Share)
	visit.Lanes(s.lanes, s.batches)
	m.YieldTo(visit.Yield, visit.Holding)
	e := &evaluation{session: s, version: visit.Version(), limits: limits}
	e.Thread = value.Thread{Meter: m, Visit: visit, Show: limits.Show}
	e.Known, e.Stepwise, e.Single = e, s.stepwise, s.single
	if e.Random = s.random; e.Random == nil {
		e.Random = rand.Uint64
	}
	return e
}

// Exposed describes what the registry has.
func (e *evaluation) Exposed() []registry.Entry { return e.session.reg.Entries() }

// eval evaluates a line.
func (e *evaluation) eval(source string) (r Result, err error) {
	defer e.rescue(&err)
	line, err := e.session.parsed.parse(source, syntax.Limits{Line: e.limits.Line, Nesting: e.limits.Nesting})
	if err != nil {
		return Result{}, err
	}
	e.loading = true
	if err := e.Visit.Load(); err != nil {
		return Result{}, err
	}
	e.loading = false
	st := line.Statement
	if st.All {
		e.Show = e.limits.all()
	}
	x, err := e.run(line)
	if err != nil {
		return Result{}, hintKey(err, source)
	}
	r.Type, r.All = e.Type, st.All
	if e.mode == Typed {
		r.Name = st.Name
	}
	switch x := x.(type) {
	case *value.Snapshot:
		r.Page = x.Page
	case value.String:
		if e.Verbatim != "" && string(x) == e.Verbatim {
			r.Page = &render.Page{}
			r.Page.Verbatim(strings.TrimSuffix(e.Verbatim, "\n"))
			if e.JSON != nil {
				r.json, r.Type = e.JSON, e.JSONType
			}
		}
	}
	// Only what is laid out: texts that an expression makes of values do not depend on the screen.
	show := e.Show
	show.Line = e.line
	r.Node = value.Picture(&e.Thread, x, show, line.pathOfAnswer())
	if e.Gloss != "" {
		r.Node.Gloss = e.Gloss
	}
	if e.Constants != nil {
		r.Node.Constants = e.Constants
	}
	if err := e.Over(); err != nil {
		return Result{}, err
	}
	if err := e.Visit.Failed(); err != nil {
		return Result{}, err
	}
	if err := e.store(st, x, r.Node); err != nil {
		return Result{}, err
	}
	r.Ways = e.waysOf(source)
	t := e.Visit.Tally()
	r.Notes, r.Standing, r.Codes = notesOf(t)
	r.Notes = append(e.Notes, r.Notes...)
	if nodes, cut := count(r.Node); cut && r.Page == nil && nodes >= e.Show.Nodes {
		r.Notes = append(r.Notes, "an answer shows at most "+text.Thousands(e.Show.Nodes)+" values in all: ask for the parts")
	}
	r.Cost = Cost{
		Time: e.Elapsed(), Entries: e.Entries(), Walked: t.Walked, Bytes: e.Peak(),
		Waited: t.Waited, Gave: t.Gave, Queued: e.Queued(), Retries: t.Retries, Torn: t.Torn,
	}
	return r, nil
}

// rescue turns a panic into an error, and the end of the context into the error of the budget or of
// the cancellation.
func (e *evaluation) rescue(err *error) {
	if p := recover(); p != nil {
		*err = fault.New("internal", "internal error: %s", text.Cut(fmt.Sprintf("%q", fmt.Sprint(p)), 200)).
			With("this is a bug in sightglass, please report it")
	}
	if failed := e.Visit.Failed(); *err != nil && failed != nil {
		*err = failed // what else it says of names is not true
	}
	if over := context.Cause(e.Context()); *err != nil && over != nil && !e.Refused() && (errors.Is(*err, over) || errors.Is(*err, e.Context().Err())) {
		*err = e.Ended(over)
	}
	if *err == nil || !e.loading {
		return
	}
	if f := fault.From(*err); f.Limit == "Time" {
		*err = f.With("the first look reads the debug information of the binary, and the next one begins anew; raise the time with set time, or the server's Limits.Time")
	}
}

// error returns err as the error of the evaluation of source.
func (e *evaluation) error(err error, source string) *Error {
	f := fault.From(err)
	if f.Limit == "" && f.Code != "cancelled" {
		return newError(e.sayWhoHolds(f), source)
	}
	p, found := e.partialOrNone()
	failed := newError(e.sayHowFar(err, found, source), source)
	failed.Partial = p
	return failed
}

// sayWhoHolds adds to the error of a lock that could not be had who waits for it, and may hold it.
func (e *evaluation) sayWhoHolds(f *fault.Error) *fault.Error {
	var held *access.GuardError
	if !errors.As(f.Err, &held) || held.Waited == 0 || e.Over() != nil {
		return f
	}
	told := e.Visit.WhoHolds(held)
	if told == "" {
		return f
	}
	with := *f
	return with.With("%s; %s", told, f.Hint)
}

// partialOrNone is partial, or nothing if that panics: nothing above would recover.
func (e *evaluation) partialOrNone() (p *Partial, told string) {
	defer func() {
		if recover() != nil {
			p, told = nil, ""
		}
	}()
	return e.partial()
}

// run compiles and evaluates a statement.
func (e *evaluation) run(line *parsedLine) (value.Value, error) {
	p, err := e.compile(line)
	if err != nil {
		return nil, err
	}
	return p.Run(&e.Frame)
}

// compile returns the program of a line.
func (e *evaluation) compile(line *parsedLine) (*compile.Program, error) {
	s := e.session
	s.mu.Lock()
	s.vars.forget(e.Visit, e.version)
	p := line.compiled(e.version, &s.vars, e.mode)
	s.mu.Unlock()
	if p != nil {
		return p, nil
	}
	names := e.names()
	if line.Name != "" {
		if err := names.Free(line.Name); err != nil {
			return nil, line.NamePos.Err(err)
		}
	}
	p, err := compile.Compile(line.Tree, names, e.Meter)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		line.keep(p, e.version, &s.vars, e.mode)
	}
	return p, err
}

// hintKey adds to the error about a name or a key in source how a key that is no name is written.
func hintKey(err error, source string) error {
	e := fault.From(err)
	if e.Code != "unknown_name" && e.Code != "no_key" && e.Code != "no_field" {
		return err
	}
	key := syntax.KeyHint(source, e.Pos)
	switch {
	case key == "":
		return err
	case e.Code == "unknown_name" && e.Hint != compile.HintDir:
		return e.With("%s; a key that is no name is written %s", e.Hint, key)
	}
	return e.With("a key that is no name is written %s", key)
}

// names is what identifiers mean in this evaluation.
func (e *evaluation) names() compile.Names {
	s := e.session
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vars.forget(e.Visit, e.version)
	return compile.Names{Exposed: e.Visit.Names(), Hint: e.Visit.PackageHint, Vars: lookup{s, e.mode}}
}

// eachVariable calls f for each variable of the session.
func (e *evaluation) eachVariable(f func(name string, v variable)) {
	s := e.session
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vars.forget(e.Visit, e.version)
	s.vars.each(func(name string, v *variable) { f(name, *v) })
}

// lookup is the variables of a session, for the compiler of an evaluation of that mode.
type lookup struct {
	session *Session
	mode    Mode
}

// Get implements compile.Variables.
func (l lookup) Get(name string) (compile.Variable, bool) {
	l.session.mu.Lock()
	defer l.session.mu.Unlock()
	v, ok := l.session.vars.get(name, l.mode)
	return v.Variable, ok
}

// Names implements compile.Variables.
func (l lookup) Names() (names []string) {
	l.session.mu.Lock()
	defer l.session.mu.Unlock()
	l.session.vars.each(func(name string, _ *variable) { names = append(names, name) })
	return names
}
