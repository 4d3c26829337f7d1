package eval

import "context"

// Act lets the session call what registry.Actions names: approve is asked before each such call,
// with the call as one would type it, within the evaluation's own time, and an error of it refuses
// the call. nil, as in the beginning, refuses all. It must not be called while Eval runs.
func (s *Session) Act(approve func(ctx context.Context, call string) error) { s.approve = approve }
