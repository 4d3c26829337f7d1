package access

import "github.com/sightglass-go/sightglass/internal/access/internal/guard"

// Meter is told of the work that a Visit does, and may end it.
type Meter interface {
	// Read is called for every n entries or hops that were read; n is 0 if there were none to read.
	// It charges the budget, notices cancellation, and yields. No guard is held during the call.
	Read(n int) error
	// Work is Read for n steps that read no entries, of some nanoseconds each.
	Work(n int) error
	// Keep is called before n bytes are copied out of the application to be kept. A guard may be
	// held during the call, so it must not yield.
	Keep(n int) error
}

// metering tells a Meter of work. What is done under a guard it tells when no guard is held any
// more.
type metering struct {
	meter  Meter // nil sets no limits
	guards *guard.Holder
	reads  int   // under a guard, not told yet
	steps  int   // likewise
	failed error // ends the Visit
}

// read tells of n reads.
func (m *metering) read(n int) error {
	m.reads += n
	if m.failed != nil {
		return m.failed
	}
	if m.guards.Holding() || m.meter == nil {
		return nil
	}
	n, m.reads = m.reads, 0
	return m.meter.Read(n)
}

// work tells of n steps of work.
func (m *metering) work(n int) error {
	m.steps += n
	if m.failed != nil {
		return m.failed
	}
	if m.guards.Holding() || m.meter == nil {
		return nil
	}
	n, m.steps = m.steps, 0
	return m.meter.Work(n)
}

// keep asks for n bytes.
func (m *metering) keep(n int) error {
	if m.meter == nil {
		return nil
	}
	return m.meter.Keep(n)
}
