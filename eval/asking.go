package eval

import "context"

// Asking is how an evaluation came about, which decides what becomes of its answer.
type Asking uint8

const (
	// Typed is asked by somebody: its answer becomes _, and the one that was _ becomes _1.
	Typed Asking = iota
	// Again asks once more what has been asked just before, as a watch does: its answer takes the
	// place of that one's, and no action runs.
	Again
	// Aside is asked by the way: its answer is not kept, and no action runs.
	Aside
)

type askingKey struct{}

// WithAsking returns a context whose evaluations came about in that way.
func WithAsking(ctx context.Context, a Asking) context.Context {
	return context.WithValue(ctx, askingKey{}, a)
}

// AskingOf is how the evaluations of ctx come about: Typed unless the context says otherwise.
func AskingOf(ctx context.Context) Asking {
	a, _ := ctx.Value(askingKey{}).(Asking)
	return a
}
