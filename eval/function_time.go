package eval

import (
	"time"

	"github.com/expr-lang/expr/builtin"
)

// timeFunctions are expr-lang's own, after their arguments have been checked.
var timeFunctions = map[string]function{
	"now":      onTimes("now", 0, 1, "zone"),
	"duration": onTimes("duration", 1, 1, `"1m30s"`),
	"date":     onTimes("date", 1, 4, "zone, text, layout"),
	"timezone": onTimes("timezone", 1, 1, `"Europe/Zurich"`),
}

func onTimes(name string, min, max int, args string) function {
	fn := builtin.Builtins[builtin.Index[name]]
	run := func(f *frame, args []any) (any, error) {
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
				return nil, fault("arguments", "argument %d of %s is too long", i+1, name)
			}
		}
		if _, zone := firstOf(args).(*time.Location); zone && name == "date" && len(args) == 1 {
			return nil, fault("arguments", "date needs a text").with(`write date("2006-01-02")`)
		}
		x, err := fn.Func(args...)
		if err != nil {
			return nil, fault("arguments", "%s: %v", name, err).because(err)
		}
		return x, nil
	}
	return function{min, max, args, run, onScalars}
}

// maxTimeText is how long a time, a duration, a zone or a layout may be as text, in bytes.
const maxTimeText = 1 << 10

func firstOf(xs []any) any {
	if len(xs) == 0 {
		return nil
	}
	return xs[0]
}
