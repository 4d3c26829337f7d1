// Package meter counts what an evaluation takes, and ends it when its budget is spent or its
// context is cancelled. It also has what works on text of any length: functions of package strings
// that can be stopped, and a Builder that charges for what it builds.
package meter

import (
	"context"
	"errors"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Budget bounds one evaluation.
type Budget struct {
	Time    time.Duration
	Entries int // entries and hops read
	Bytes   int // bytes kept at any time
}

// An evaluation is long when it takes longer than Moment or reads more than MomentEntries.
const (
	Moment        = 10 * time.Millisecond
	MomentEntries = 10_000
)

// ElementSize is what one element of a list takes, in bytes: the interface and what it points to.
const ElementSize = 24

// Meter counts steps of work, entries read and bytes kept. It implements access.Meter.
// It is for the goroutine of the evaluation, or for the one that works for it while it waits.
type Meter struct {
	ctx     *waits
	budget  Budget
	entries int
	kept    int // bytes, now
	peak    int // the most that kept has been

	// Looking at the clock takes longer than a step, so it happens once in batch steps. batch
	// follows the cost of a step, which differs a thousandfold between expressions, so that it
	// takes about a slice.
	start time.Time     // moved forward by pauses
	last  time.Time     // the last look
	slice time.Duration // how long to work between two looks
	batch int           // at least 1 once there was a look
	steps int           // left until the next look

	yield   func() time.Duration // gives way to other goroutines and returns the next slice
	holding func() bool          // reports whether a guard is held
	long    func() error         // called when the evaluation is long, and when due; nil if nobody asked
	due     func() bool          // reports whether long has to be called again
	isLong  bool                 // long was called
	queued  time.Duration        // that long took
	refused bool                 // long returned an error
	report  func()               // called now and then; nil if nobody asked
	told    time.Time            // when report was called last

	// Looked, if set, is called at each look at the clock. It is for tests.
	Looked func()
}

// New returns a Meter for an evaluation that starts now and ends with ctx. End must be called in the
// end if anything waits with [Meter.Context].
func New(ctx context.Context, b Budget) *Meter {
	now := time.Now()
	w := &waits{Context: ctx, until: now.Add(b.Time)}
	return &Meter{ctx: w, budget: b, start: now, last: now, batch: 64, steps: 64}
}

// End ends the context.
func (m *Meter) End() { m.ctx.end() }

// YieldTo has m call yield at each look at the clock, and ask holding before anything waits. yield
// gives way to other goroutines and returns how long to work until the next look.
func (m *Meter) YieldTo(yield func() time.Duration, holding func() bool) {
	m.yield, m.holding, m.slice = yield, holding, yield()
}

// WhenLong has m call long, with no guard held, if the evaluation is long: once, and at each look at
// the clock at which due reports true. A nil due never does. The time that long takes does not
// count. Its error ends the evaluation.
func (m *Meter) WhenLong(due func() bool, long func() error) {
	if due == nil {
		due = func() bool { return false }
	}
	m.due, m.long = due, func() error {
		began := time.Now()
		defer func() { m.queued += time.Since(began) }()
		defer m.Pause()()
		return long()
	}
}

// Queued is how long what WhenLong was given has taken.
func (m *Meter) Queued() time.Duration { return m.queued }

// callLong reports whether long has to be called at a look at that time.
func (m *Meter) callLong(now time.Time) bool {
	switch {
	case m.long == nil || m.holding():
		return false
	case m.isLong:
		return m.due()
	}
	return now.Sub(m.start) > Moment || m.entries > MomentEntries
}

// reportEvery is how often a report is made: so often that a number that a person watches seems to
// move by itself.
const reportEvery = 100 * time.Millisecond

// Report has m call report at looks at the clock, at most every 100 ms. A guard may be held, so
// report must not wait.
func (m *Meter) Report(report func()) { m.report = report }

// Context is that of the evaluation. It ends with that of New, when the budget of time is spent, and
// with End.
func (m *Meter) Context() context.Context { return m.ctx }

// Budget is what m was made with.
func (m *Meter) Budget() Budget { return m.budget }

// Entries is how many entries were read.
func (m *Meter) Entries() int { return m.entries }

// Near reports whether reading n more entries would end the evaluation.
func (m *Meter) Near(n int) bool { return m.entries+n > m.budget.Entries }

// Kept is how many bytes are kept now, Peak the most that were kept at any time.
func (m *Meter) Kept() int { return m.kept }
func (m *Meter) Peak() int { return m.peak }

// Elapsed is how long the evaluation has taken, pauses aside.
func (m *Meter) Elapsed() time.Duration { return time.Since(m.start) }

// Refused reports whether what WhenLong was given ended the evaluation.
func (m *Meter) Refused() bool { return m.refused }

// Read counts n entries read of the application. Looking for entries where there are none is a step
// too.
func (m *Meter) Read(n int) error {
	m.entries += n
	if m.entries > m.budget.Entries {
		return fault.New("budget", "more than %s entries were read", text.Thousands(m.budget.Entries)).
			With("narrow it with take(…) or a smaller collection, or raise the server's Limits.Entries").Reaching("Entries")
	}
	return m.Tick(n)
}

// Work counts n steps of work on what was read.
func (m *Meter) Work(n int) error { return m.Tick(n) }

// Keep counts n bytes that are about to be copied or built.
func (m *Meter) Keep(n int) error {
	m.kept += n
	if n < 0 || m.kept < 0 || m.kept > m.budget.Bytes {
		m.kept = max(m.kept-n, 0)
		return fault.New("budget", "more than %s would be kept", text.Bytes(m.budget.Bytes)).
			With("narrow it with filter(…) or take(…), let count, sum or reduce do the work, or raise the server's Limits.Bytes").Reaching("Bytes")
	}
	m.peak = max(m.peak, m.kept)
	return nil
}

// Release gives back all bytes but kept: what Kept was before.
func (m *Meter) Release(kept int) { m.kept = kept }

// Tick counts n steps of work. Every loop that an expression can build calls it.
func (m *Meter) Tick(n int) error {
	if m.steps -= n; m.steps > 0 {
		return nil
	}
	return m.Look()
}

// Look returns an error if the evaluation has to end, and yields otherwise.
func (m *Meter) Look() error {
	if m.Looked != nil {
		m.Looked()
	}
	if m.ctx.Err() != nil {
		return m.Ended(context.Cause(m.ctx))
	}
	now := time.Now()
	if now.Sub(m.start) > m.budget.Time {
		return m.Ended(context.DeadlineExceeded)
	}
	if m.callLong(now) {
		m.isLong = true
		if err := m.long(); err != nil {
			m.refused = true
			return err
		}
		now = time.Now()
	}
	if m.report != nil && now.Sub(m.told) >= reportEvery {
		m.told = now
		m.report()
	}
	switch worked := now.Sub(m.last); {
	case worked > m.slice:
		m.batch = max(m.batch/2, 1)
	case worked < m.slice/2:
		m.batch = min(m.batch*2, 1<<16)
	}
	m.slice = m.yield()
	m.steps, m.last = m.batch, time.Now()
	return nil
}

// Over returns an error if the evaluation has to end. Unlike Look it does not yield: it is for the
// end, where nothing follows for which others would have to wait.
func (m *Meter) Over() error {
	if cause := context.Cause(m.ctx); cause != nil {
		return m.Ended(cause)
	}
	if time.Since(m.start) > m.budget.Time {
		return m.Ended(context.DeadlineExceeded)
	}
	return nil
}

// Pause stops the clock until resume is called.
func (m *Meter) Pause() (resume func()) {
	began := time.Now()
	m.ctx.pause()
	return func() {
		waited := time.Since(began)
		m.start, m.last = m.start.Add(waited), m.last.Add(waited)
		m.ctx.resume(waited)
	}
}

// Ended is the error of an evaluation whose context ended because of cause.
func (m *Meter) Ended(cause error) *fault.Error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return fault.New("budget", "it took longer than %v", m.budget.Time).
			With("narrow it with filter(…) or take(…), or raise the server's Limits.MaxTime").Reaching("Time").Because(cause)
	}
	return fault.New("cancelled", "cancelled after %v", m.Elapsed().Round(time.Millisecond)).Because(cause)
}

// Count gives m n steps until its next look and returns how many were left. Tests count steps with
// it.
func (m *Meter) Count(n int) (left int) {
	left, m.steps = m.steps, n
	return left
}

// LookAlways has each Tick look at the clock until the batch grows again. It is for tests, which
// call it at each look.
func (m *Meter) LookAlways() { m.steps, m.batch = 0, 0 }
