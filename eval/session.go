package eval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/registry"
)

// Session evaluates expressions one at a time and keeps its variables.
// Complete may be called while Run runs; Run and Eval are for one goroutine at a time.
// A Session needs no end: what it holds dies with it.
type Session struct {
	reg    *registry.Registry
	limits Limits

	overseer Overseer
	// stepwise takes no shortcuts: tests see that the answers are the same.
	stepwise bool

	mu   sync.Mutex
	vars map[string]variable
}

// NewSession returns a session that looks at what reg exposes; nil means registry.Default. The
// zero Limits are the defaults. The first session of a process takes some milliseconds, as [inspect.Prepare] does.
func NewSession(reg *registry.Registry, limits Limits) *Session {
	if reg == nil {
		reg = registry.Default
	}
	inspect.Prepare()
	return &Session{reg: reg, limits: limits.Filled(), vars: map[string]variable{}}
}

// Run evaluates an expression, or name = expression, which gives the answer a name in this
// session. _ is the last answer, and _1 to _9 are those before it. The error is an *Error, and leaves the variables as they were.
// Run ends soon after ctx does, or the budget of time is spent.
func (s *Session) Run(ctx context.Context, q Query) (Result, error) {
	limits := s.limits.Within(q.Limits).Filled() // the nodes that can be shown follow from the output
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	e := s.begin(ctx, limits)
	e.mode = q.Mode
	defer e.EndAfter(func() { end(context.DeadlineExceeded) })()
	e.Visit.Oversee(e.overseer(s.overseer, q.Confirm))
	if q.Long != nil {
		e.WhenLong(func() error { return unsettled(q.Long(ctx)) })
	}
	r, err := e.eval(q.Source)
	if err != nil {
		return Result{}, settled(err, q.Source)
	}
	return r, nil
}

// begin starts an evaluation. The context ends with the budget of time.
func (s *Session) begin(ctx context.Context, limits Limits) *evaluation {
	m := meter.New(ctx, meter.Budget{Time: limits.Time, Entries: limits.Entries, Bytes: limits.Bytes})
	visit := s.reg.Visit(ctx, m)
	visit.Share(limits.Share)
	m.YieldTo(visit.Yield, visit.Holding)
	e := &evaluation{session: s, limits: limits}
	e.Frame = &machine.Frame{
		Thread:    &value.Thread{Meter: m, Visit: visit, Show: limits.Show},
		Exposed:   s.reg.Entries(),
		Variables: e.listed,
		Stepwise:  s.stepwise,
	}
	return e
}

func (e *evaluation) eval(source string) (r Result, err error) {
	defer e.rescue(&err)
	st, err := syntax.Parse(source, library.Known, syntax.Limits{Line: e.limits.Line, Nesting: e.limits.Nesting})
	if err != nil {
		return Result{}, err
	}
	x, err := e.run(st)
	if err != nil {
		return Result{}, err
	}
	r.Name = st.Name
	switch x := x.(type) {
	case *value.Snapshot:
		r.Page = x.Page
	case value.String:
		if string(x) == e.Verbatim {
			r.Page = &render.Page{}
			r.Page.Verbatim(e.Verbatim)
		}
	}
	r.Node = value.Picture(e.Thread, x, e.Show, pathOfAnswer(st))
	if err := e.Look(); err != nil {
		return Result{}, err
	}
	if err := e.store(st, x); err != nil {
		return Result{}, err
	}
	t := e.Visit.Tally()
	r.Notes, r.Codes = noted(t)
	r.Notes = append(e.Notes, r.Notes...)
	r.Cost = Cost{
		Time: e.Elapsed(), Entries: e.Entries(), Bytes: e.Peak(),
		Waited: t.Waited, Retries: t.Retries, Torn: t.Torn,
	}
	return r, nil
}

// noted is what a Visit has met that one has to know about its answer.
func noted(t access.Tally) (notes, codes []string) {
	notes = t.Notes
	add := func(code, note string) {
		notes = append(notes, note)
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	for _, name := range t.Racy {
		add(RacyNote, name+" was read racily: nothing guards it")
	}
	for _, name := range t.Outside {
		add(RacyNote, "a part of "+name+" was read racily: its guard does not cover what has a lock of its own, nor what sync, sync/atomic and context hold")
	}
	for _, line := range t.Unlocked {
		add(RacyNote, line)
	}
	for _, line := range t.Parted {
		add(PartedNote, line)
	}
	for _, name := range t.Returned {
		add(RacyNote, "what a method of "+name+" returned was read racily: nothing is known to guard it")
	}
	for _, path := range t.Moved {
		add(MovedNote, cmp.Or(path, "a list")+" changed while it was walked: an element that changed its place may have been met twice or not at all")
	}
	switch n := t.Changed; {
	case n == 1:
		add(ChangedNote, "an object changed after it was picked: what is shown may not be what was looked for")
	case n > 1:
		add(ChangedNote, text.Thousands(n)+" objects changed after they were picked: what is shown may not be what was looked for")
	}
	if t.Torn > 0 {
		add(TornNote, text.Thousands(t.Torn)+" values kept changing while they were read")
	}
	return notes, codes
}

// rescue turns a panic into an error, and says in our words when the time was over.
func (e *evaluation) rescue(err *error) {
	if p := recover(); p != nil {
		*err = fault.New("internal", "internal error: %s", text.Cut(fmt.Sprintf("%q", fmt.Sprint(p)), 200)).
			With("this is a mistake in sightglass, please report it")
	}
	if over := context.Cause(e.Context()); *err != nil && over != nil && !e.Refused() && (errors.Is(*err, over) || errors.Is(*err, e.Context().Err())) {
		*err = e.Ended(over)
	}
}

// run compiles and evaluates a statement.
func (e *evaluation) run(st syntax.Statement) (value.Value, error) {
	names := e.names()
	if st.Name != "" {
		if err := names.Free(st.Name); err != nil {
			return nil, st.NamePos.Err(err)
		}
	}
	p, err := compile.Compile(st.Tree, names, e.Meter)
	if err != nil {
		return nil, err
	}
	return p.Run(e.Frame)
}

// names is what identifiers mean now.
func (e *evaluation) names() compile.Names {
	n := compile.Names{Vars: map[string]compile.Variable{}}
	for name, v := range e.session.variables(e.Visit) {
		n.Vars[name] = v.Variable
	}
	for _, entry := range e.Exposed {
		n.Exposed = append(n.Exposed, entry.Name)
	}
	slices.Sort(n.Exposed)
	return n
}

// variables is a copy of the variables, for one evaluation. What was made of objects that are withdrawn by now, or of
// which more is hidden, is forgotten: it is a copy of what policy forbids to show.
func (s *Session) variables(look *access.Visit) map[string]variable {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, v := range s.vars {
		for _, o := range v.Origins {
			if !look.Permits(o) {
				s.vars[name] = variable{compile.Variable{Gone: o.Name}, meter.ElementSize}
				break
			}
		}
	}
	return maps.Clone(s.vars)
}

// store gives the answer its name, and makes it _.
func (e *evaluation) store(st syntax.Statement, x value.Value) error {
	s := e.session
	if e.mode == Aside {
		return nil
	}
	v, note := e.variable(x, st)
	if v.Path == nil {
		v.Origins = e.madeOf()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.Name == "" {
		s.remember(v, e.mode)
		return nil
	}
	held := v.weight() + len(st.Name)
	for name, other := range s.vars {
		if name != st.Name && !compile.IsAnswerName(name) {
			held += other.weight() + len(name)
		}
	}
	if held > s.limits.Bytes {
		return fault.New("budget", "the variables of this session would hold more than %s", text.Bytes(s.limits.Bytes)).
			With("give a smaller value to one: x = nil")
	}
	if note != "" {
		e.Notes = append(e.Notes, note)
	}
	s.vars[st.Name] = v
	s.remember(v, e.mode)
	return nil
}
