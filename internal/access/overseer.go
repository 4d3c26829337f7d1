package access

import "time"

// Overseer decides about the calls into the application that a [Visit] makes, of methods and of
// registry.Funcs, and is told of them. No guard is held meanwhile. It is for one goroutine at a
// time.
type Overseer struct {
	// Approve is asked before a call of what registry.Actions names, and may take its time: what
	// runs afterwards are the receiver and the arguments of the Call, whatever has changed
	// meanwhile. An error refuses the call. So does a name of the Call that was withdrawn or
	// exposed anew by then. A nil Approve refuses all.
	Approve func(*Call) error

	// Begin is told of each call right before it runs; an error refuses the call. nil is not told.
	Begin func(*Call) error

	// End is told of each call that Begin let run how it ended: with nil if it returned, and
	// returned no error. nil is not told.
	End func(c *Call, took time.Duration, err error)

	// Mask is what stands in the text of a Call in place of a text that may not be shown. It is
	// given that text, so that it can tell one from another; nil is "<redacted>" for all.
	Mask func(secret string) string
}

// Oversee lets o decide about the calls of the Visit. Until then actions are refused, and nobody is
// told.
func (vis *Visit) Oversee(o Overseer) { vis.overseer = o }

// approved asks whether c may run, and holds that it is still the call that it was when it was
// asked.
func (vis *Visit) approved(c *Call) error {
	if !c.Action {
		return nil
	}
	if n := len(c.Text()); n > MaxCall {
		return c.refused("it takes %d bytes to show, and what cannot be shown in full is not run", n)
	}
	err := vis.overseer.Approve(c)
	vis.pace.Restart() // a wait for somebody is no work
	if err != nil {
		return c.refused("%w", err)
	}
	return c.stands()
}

// begin tells of c that it runs now. end, which is not nil, is to be told how it ended.
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
