package access

import "time"

// Overseer decides about the calls into the application that a [Visit] makes, of methods and of
// registry.Funcs, and is told of them. No guard is held meanwhile. It is for one goroutine at a
// time.
type Overseer struct {
	// Approve is asked before a call of what registry.Actions names, and may take its time: the
	// call then runs with the receiver and the arguments of the Call, whatever has changed
	// meanwhile. An error refuses the call. So does a name in the Call that was withdrawn or
	// exposed anew by then. A nil Approve refuses all.
	Approve func(*Call) error

	// Begin is told of each call right before it runs. An error refuses the call. It may be nil.
	Begin func(*Call) error

	// End is told how each call that Begin let run has ended: err is nil if it returned, and
	// returned no error. It may be nil.
	End func(c *Call, took time.Duration, err error)

	// Mask returns what replaces a text in a Call that must not be shown. It is given the text, so
	// that it can tell one from another. A nil Mask is "<redacted>" for all.
	Mask func(secret string) string
}

// Oversee lets o decide about the calls of the Visit. Without an Overseer actions are refused, and
// nobody is told of calls.
func (vis *Visit) Oversee(o Overseer) { vis.overseer = o }

// approve asks whether c may run, and checks that it still is the call that was asked about.
func (vis *Visit) approve(c *Call) error {
	if !c.Action {
		return nil
	}
	if n := len(c.Text()); n > MaxCall {
		return c.refused("it takes %d bytes to show, and what cannot be shown in full is not run", n)
	}
	err := vis.overseer.Approve(c)
	vis.pace.Restart() // waiting for a person is no work
	if err != nil {
		return c.refused("%w", err)
	}
	return c.checkExposed()
}

// begin tells that c runs now. end, which is not nil, must be called with how it ended.
func (vis *Visit) begin(c *Call) (end func(error), err error) {
	if vis.overseer.Begin != nil {
		if err := vis.overseer.Begin(c); err != nil {
			return nil, c.refused("%w", err)
		}
	}
	began := time.Now()
	return func(err error) {
		if vis.overseer.End != nil {
			vis.overseer.End(c, time.Since(began), err)
		}
	}, nil
}
