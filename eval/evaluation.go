package eval

import (
	"github.com/sightglass-go/sightglass/eval/internal/machine"
)

// evaluation is one evaluation of a session.
type evaluation struct {
	*machine.Frame
	session *Session
	limits  Limits // those of the session, lowered by the query
	mode    Mode
}
