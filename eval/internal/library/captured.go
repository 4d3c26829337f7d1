package library

import (
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "captured", Args: "f", Min: 1, Reads: Composites, Run: captured,
		Summary: "what a function value holds: the receiver of a method value", Example: `captured(db.pool.onClose).receiver`},
})

// captured is captured(f): {receiver: x} of x.Method, {} of a function that captures nothing. What
// other functions have captured is not known at run time, and an error.
func captured(f *machine.Frame, args []value.Value) (value.Value, error) {
	v, err := liveArgument("captured", args[0])
	if err != nil {
		return nil, err
	}
	if _, shape, err := (value.Live{View: v}).Resolve(); err != nil {
		return nil, err
	} else if shape != inspect.Func {
		return nil, value.WrongArgument("captured", 1, "a function", args[0])
	}
	receiver, name, err := v.Captured()
	switch {
	case err != nil:
		return nil, err
	case receiver != nil:
		x, err := value.Hold(&f.Thread, value.Live{View: receiver})
		return value.Map{"receiver": x}, err
	case mayCapture(name):
		return nil, fault.New("unreadable", "what %s has captured is not known: a running program does not keep the types of captured variables", name).
			With("only the receiver of a method value, as x.Method, can be told")
	}
	return value.Map{}, nil
}

// mayCapture reports whether a function of that name may have captured variables: it is a literal, a
// part of a loop, one that a go or defer statement needs, a method value, or it is generic.
func mayCapture(name string) bool {
	for _, mark := range []string{".func", ".gowrap", ".deferwrap", "-range", "-fm", "["} {
		if strings.Contains(name, mark) {
			return true
		}
	}
	return false
}
