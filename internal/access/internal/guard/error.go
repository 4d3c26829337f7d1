package guard

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Error says that a guard could not be had.
type Error struct {
	Guard  string // "cache.mu", or of an owner the name of the object
	Waited time.Duration
	Owner  bool   // Guard has an owner, who did not answer
	Busy   bool   // it was not waited for: another guard was held, or of an owner earlier reads still wait
	Held   bool   // an owner was not asked, because a guard was held
	Memory Memory // of a lock that was waited for; zero if that is not known
	Why    string // how the lock, or the function that reaches the owner, failed; "" if it did not
}

func (e *Error) Error() string {
	const next = "; scalars can still be read, or try again"
	switch {
	case e.Why != "" && e.Owner:
		return "the function that reaches the owner of " + e.Guard + " " + e.Why + next
	case e.Why != "":
		return e.Guard + " " + e.Why + next
	case e.Owner && e.Held:
		return "the owner of " + e.Guard + " cannot be waited for while another guard is held" + next
	case e.Owner && e.Busy:
		return "the owner of " + e.Guard + " has not answered earlier reads" + next
	case e.Owner:
		return fmt.Sprintf("the owner of %s did not answer within %s", e.Guard, milliseconds(e.Waited)) + next
	case e.Busy:
		return e.Guard + " is held, and cannot be waited for while another guard is held" + next
	}
	return fmt.Sprintf("%s was held for all of %s", e.Guard, milliseconds(e.Waited)) + next
}

func milliseconds(d time.Duration) string {
	s := strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64)
	return strings.TrimSuffix(s, ".0") + " ms"
}
