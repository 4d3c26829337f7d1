package telnet

import (
	"cmp"
	"context"
	"runtime"
)

// turns lets a number of evaluations run at a time, over all sessions; the others wait, in the
// order in which they came.
type turns chan struct{}

// newTurns returns turns for n; 0 is one for two processors.
func newTurns(n int) turns {
	return make(turns, cmp.Or(n, max(1, runtime.GOMAXPROCS(0)/2)))
}

// take waits for a turn. The error is that of ctx.
func (t turns) take(ctx context.Context) (release func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
