package eval

import (
	"context"
	"errors"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/text"
)

// meter is the budget of one evaluation. It implements access.Meter, and belongs to the
// goroutine of the evaluation (or to whoever works for it while it waits).
type meter struct {
	ctx     context.Context
	limits  Limits
	start   time.Time
	last    time.Time     // when the clock was last looked at
	credit  int           // steps until it is looked at again
	batch   int           // steps that take about a slice, as measured
	slice   time.Duration // how long to work until the next look
	entries int
	kept    int
	peak    int                          // the most that was kept at any time
	yield   func() (slice time.Duration) // gives the processor to others, see [access.Visit.Yield]
	timer   *time.Timer                  // ends the context when the time is over; nil where something else does
	holding func() bool                  // whether a guard is held
	long    func() error                 // asked when this takes long, if not nil
	refused bool                         // that was an error
	// ticked, if set, is called when the clock is looked at: tests cancel from it.
	ticked func()
}

func newMeter(ctx context.Context, limits Limits) *meter {
	now := time.Now()
	return &meter{ctx: ctx, limits: limits, start: now, last: now, credit: 64, batch: 64}
}

// Read counts n entries that were read of the application. Looking for entries where there are none is a step too.
func (m *meter) Read(n int) error {
	m.entries += n
	if m.entries > m.limits.Entries {
		return fault.New("budget", "more than %s entries were read", text.Thousands(m.limits.Entries)).
			With("narrow it with take(…) or a smaller collection, or raise the server's Limits.Entries")
	}
	return m.tick(n)
}

// Work counts n steps of work on what was read.
func (m *meter) Work(n int) error { return m.tick(n) }

// Keep counts n bytes that are about to be copied or built.
func (m *meter) Keep(n int) error {
	m.kept += n
	if n < 0 || m.kept < 0 || m.kept > m.limits.Bytes {
		m.kept = max(m.kept-n, 0)
		return fault.New("budget", "more than %s would be kept", text.Bytes(m.limits.Bytes)).
			With("narrow it with filter(…) or take(…), let count, sum or reduce do the work, or raise the server's Limits.Bytes")
	}
	m.peak = max(m.peak, m.kept)
	return nil
}

// release gives back what was kept since kept was seen to be before.
func (m *meter) release(before int) { m.kept = before }

// tick counts n steps of work. Every loop that an expression can build calls it.
func (m *meter) tick(n int) error {
	if m.credit -= n; m.credit > 0 {
		return nil
	}
	return m.look()
}

// look sees whether the evaluation should end, and yields.
func (m *meter) look() error {
	if m.ticked != nil {
		m.ticked()
	}
	if err := m.ctx.Err(); err != nil {
		return m.ended(context.Cause(m.ctx))
	}
	now := time.Now()
	if m.long != nil && (now.Sub(m.start) > Moment || m.entries > momentEntries) && !m.holding() {
		long := m.long
		m.long = nil
		if err := long(); err != nil {
			m.refused = true
			return err
		}
		now = time.Now()
	}
	if now.Sub(m.start) > m.limits.Time {
		return m.ended(context.DeadlineExceeded)
	}
	// Follow the cost of a step, which differs a thousandfold between expressions.
	switch worked := now.Sub(m.last); {
	case worked > m.slice:
		m.batch = max(m.batch/2, 1)
	case worked < m.slice/2:
		m.batch = min(m.batch*2, 1<<16)
	}
	m.slice = m.yield()
	m.credit, m.last = m.batch, time.Now()
	return nil
}

// pause stops the clock, for as long as somebody else is asked.
func (m *meter) pause() (resume func()) {
	began := time.Now()
	running := m.timer.Stop()
	return func() {
		waited := time.Since(began)
		m.start, m.last = m.start.Add(waited), m.last.Add(waited)
		if running {
			m.timer.Reset(m.limits.Time - time.Since(m.start))
		}
	}
}

// ended is the error for a context that has ended.
func (m *meter) ended(err error) *fault.Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New("budget", "it took longer than %v", m.limits.Time).
			With("narrow it with filter(…) or take(…), or raise the server's Limits.Time").Because(err)
	}
	return fault.New("cancelled", "cancelled after %v", time.Since(m.start).Round(time.Millisecond)).Because(err)
}
