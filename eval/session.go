package eval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
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
	f := s.begin(ctx, limits)
	f.mode = q.Mode
	f.m.timer = time.AfterFunc(limits.Time, func() { end(context.DeadlineExceeded) })
	defer f.m.timer.Stop()
	f.look.Oversee(f.overseer(s.overseer, q.Confirm))
	if q.Long != nil {
		f.m.long = func() error {
			defer f.m.pause()()
			return unsettled(q.Long(ctx))
		}
	}
	r, err := f.eval(q.Source)
	if err != nil {
		return Result{}, settled(err, q.Source)
	}
	return r, nil
}

// begin starts an evaluation. The context ends with the budget of time.
func (s *Session) begin(ctx context.Context, limits Limits) *frame {
	f := &frame{session: s, m: newMeter(ctx, limits), exposed: s.reg.Entries()}
	f.look = s.reg.Visit(ctx, f.m)
	f.look.Share(limits.Share)
	f.m.yield, f.m.slice, f.m.holding = f.look.Yield, f.look.Yield(), f.look.Holding
	return f
}

func (f *frame) eval(source string) (r Result, err error) {
	defer f.rescue(&err)
	st, err := parse(source, f.m.limits)
	if err != nil {
		return Result{}, err
	}
	x, err := f.run(st)
	if err != nil {
		return Result{}, err
	}
	r.Name = st.Name
	switch x := x.(type) {
	case *snapshot:
		r.Page = x.page
	case string:
		if x == f.layout {
			r.Page = &render.Page{}
			r.Page.Verbatim(x)
		}
	}
	r.Node = f.picture(x, f.m.limits.Show, pathOfAnswer(st))
	if err := f.m.look(); err != nil {
		return Result{}, err
	}
	if err := f.store(st, x); err != nil {
		return Result{}, err
	}
	t := f.look.Tally()
	r.Notes, r.Codes = noted(t)
	r.Notes = append(f.notes, r.Notes...)
	r.Cost = Cost{
		Time: time.Since(f.m.start), Entries: f.m.entries, Bytes: f.m.peak,
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
func (f *frame) rescue(err *error) {
	if p := recover(); p != nil {
		*err = fault.New("internal", "internal error: %s", text.Cut(fmt.Sprintf("%q", fmt.Sprint(p)), 200)).
			With("this is a mistake in sightglass, please report it")
	}
	if over := context.Cause(f.m.ctx); *err != nil && over != nil && !f.m.refused && (errors.Is(*err, over) || errors.Is(*err, f.m.ctx.Err())) {
		*err = f.m.ended(over)
	}
}

// run compiles and evaluates a statement.
func (f *frame) run(st syntax.Statement) (any, error) {
	names := namesOf(f.exposed, f.session.variables(f.look))
	if st.Name != "" {
		if err := names.free(st.Name, nil); err != nil {
			return nil, st.NamePos.Err(err)
		}
	}
	c := &compiler{names: names, meter: f.m}
	code, err := c.compile(st.Tree)
	if err != nil {
		return nil, err
	}
	f.notes, f.from = c.notes, c.from
	f.slots = make([]any, c.slots)
	for _, get := range c.early {
		if _, err := get(f); err != nil {
			return nil, err
		}
	}
	x, err := code(f)
	if err != nil {
		return nil, at(st.Tree).Err(err)
	}
	// What a loop lends must not leave it, and a scalar is an answer only as it was when read.
	x, err = f.hold(x)
	return x, at(st.Tree).Err(err)
}

// variables is a copy of the variables, for one evaluation. What was made of objects that are withdrawn by now, or of
// which more is hidden, is forgotten: it is a copy of what policy forbids to show.
func (s *Session) variables(look *access.Visit) map[string]variable {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, v := range s.vars {
		for _, o := range v.from {
			if !look.Permits(o) {
				s.vars[name] = variable{gone: o.Name, size: wordsKept}
				break
			}
		}
	}
	return maps.Clone(s.vars)
}

// store gives the answer its name, and makes it _.
func (f *frame) store(st syntax.Statement, x any) error {
	s := f.session
	if f.mode == Aside {
		return nil
	}
	v, note := f.variable(x, st)
	if v.alias == nil {
		v.from = f.origins()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.Name == "" {
		s.remember(v, f.mode)
		return nil
	}
	held := v.weight() + len(st.Name)
	for name, other := range s.vars {
		if name != st.Name && !isAnswerName(name) {
			held += other.weight() + len(name)
		}
	}
	if held > s.limits.Bytes {
		return fault.New("budget", "the variables of this session would hold more than %s", text.Bytes(s.limits.Bytes)).
			With("give a smaller value to one: x = nil")
	}
	if note != "" {
		f.notes = append(f.notes, note)
	}
	s.vars[st.Name] = v
	s.remember(v, f.mode)
	return nil
}
