package eval

import (
	"time"

	"github.com/expr-lang/expr/builtin"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
)

var _ = define(timeFunctions, []function{
	{name: "now", args: "zone", max: 1, run: onTimes("now"),
		summary: "the time", example: `now() - date("2024-01-01") > duration("1h")`},
	{name: "duration", args: `"1m30s"`, min: 1, run: onTimes("duration"),
		summary: "a duration, of its text", example: `duration("1m30s")`},
	{name: "date", args: "zone, text, layout", min: 1, max: 4, run: onTimes("date"),
		summary: "a time, of its text", example: `date("2024-02-29").Year()`},
	{name: "timezone", args: `"Europe/Zurich"`, min: 1, run: onTimes("timezone"),
		summary: "a time zone, of its name", example: `timezone("UTC")`},
})

// onTimes is expr-lang's own function, after its arguments have been checked.
func onTimes(name string) func(f *frame, args []any) (any, error) {
	fn := builtin.Builtins[builtin.Index[name]]
	return func(f *frame, args []any) (any, error) {
		for i, arg := range args {
			if _, zone := arg.(*time.Location); zone && i == 0 && name != "timezone" && name != "duration" {
				continue
			}
			s, ok := arg.(string)
			if name == "now" {
				return nil, wrongArgument(name, i+1, "a time zone, as in timezone(\"UTC\")", arg)
			}
			if !ok {
				return nil, wrongArgument(name, i+1, "a string", arg)
			}
			if len(s) > maxTimeText {
				return nil, fault.New("arguments", "argument %d of %s is too long", i+1, name)
			}
		}
		if _, zone := firstOf(args).(*time.Location); zone && name == "date" && len(args) == 1 {
			return nil, fault.New("arguments", "date needs a text").With(`write date("2006-01-02")`)
		}
		x, err := fn.Func(args...)
		if err != nil {
			return nil, fault.New("arguments", "%s: %v", name, err).Because(err)
		}
		return x, nil
	}
}

// maxTimeText is how long a time, a duration, a zone or a layout may be as text, in bytes.
const maxTimeText = 1 << 10

func firstOf(xs []any) any {
	if len(xs) == 0 {
		return nil
	}
	return xs[0]
}
