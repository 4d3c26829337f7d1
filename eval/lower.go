package eval

import "context"

type lowerKey struct{}

// WithLimits returns a context whose evaluations are bounded by lower as well as by the limits of their
// session: of each field the smaller one counts, and zero changes nothing. The fields of Show, which bound
// nothing that is computed, stand in place of the session's instead, and may be greater; its Nodes are not used.
func WithLimits(ctx context.Context, lower Limits) context.Context {
	return context.WithValue(ctx, lowerKey{}, lower)
}

// lowered is l as the context wants it. The fields of l are filled.
func (l Limits) lowered(ctx context.Context) Limits {
	by, ok := ctx.Value(lowerKey{}).(Limits)
	if !ok {
		return l
	}
	lower := func(n *int, by int) {
		if by > 0 {
			*n = min(*n, by)
		}
	}
	if by.Time > 0 {
		l.Time = min(l.Time, by.Time)
	}
	lower(&l.Entries, by.Entries)
	lower(&l.Bytes, by.Bytes)
	lower(&l.Output, by.Output)
	lower(&l.Line, by.Line)
	lower(&l.Nesting, by.Nesting)
	show := func(n *int, by int) {
		if by > 0 {
			*n = by
		}
	}
	show(&l.Show.Depth, by.Show.Depth)
	show(&l.Show.Items, by.Show.Items)
	show(&l.Show.Bytes, by.Show.Bytes)
	return l.Filled() // the nodes that can be shown follow from the output
}
