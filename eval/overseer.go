package eval

import (
	"context"
	"errors"
	"time"

	"github.com/sightglass-go/sightglass/internal/access"
)

// Overseer is told of the calls that evaluations make into the application, and decides about them.
// Its functions are those of [access.Overseer], with the context of the evaluation. The time that
// Approve takes does not count.
type Overseer struct {
	Approve func(ctx context.Context, c *access.Call) error
	Begin   func(c *access.Call) error
	End     func(c *access.Call, took time.Duration, err error)
	Mask    func(secret string) string
}

// Oversee has o decide about the calls of later evaluations. Without an Overseer, or without
// Approve, no action runs. It must not be called while Run runs.
func (s *Session) Oversee(o Overseer) { s.overseer = o }

// errMode refuses an action that nobody asked for just now.
var errMode = errors.New("an action runs when it is typed, not in a watch")

// overseer is o and confirm for the Visit of this evaluation.
func (e *evaluation) overseer(o Overseer, confirm func(context.Context, *access.Call) error) access.Overseer {
	r := access.Overseer{Begin: o.Begin, End: o.End, Mask: o.Mask}
	switch {
	case o.Approve == nil:
	case e.mode != Typed:
		r.Approve = func(*access.Call) error { return errMode }
	default:
		r.Approve = func(c *access.Call) error {
			defer e.Pause()()
			err := o.Approve(e.Context(), c)
			if err == nil && confirm != nil {
				err = confirm(e.Context(), c)
			}
			return errorOfCaller(err)
		}
	}
	return r
}
