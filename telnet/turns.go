package telnet

import (
	"context"
	"time"
)

// patient is how long a session waits for its turn before it is told that it does.
const patient = time.Second

// turns lets a number of evaluations run at a time, over all sessions; the others wait, in the
// order in which they came.
type turns chan struct{}

// take waits for a turn, and calls waiting once if that takes a while. The error is that of ctx.
func (t turns) take(ctx context.Context, waiting func()) (release func(), err error) {
	said := time.NewTimer(patient)
	defer said.Stop()
	for {
		select {
		case t <- struct{}{}:
			return func() { <-t }, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-said.C:
			waiting()
		}
	}
}
