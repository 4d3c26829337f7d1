package library

import (
	"github.com/expr-lang/expr/builtin"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

var _ = define(TimeFunctions, []Function{
	{Name: "now", Args: "zone", Max: 1, Run: onTimes("now"),
		Summary: "the time", Example: `now() - date("2024-01-01") > 1h`},
	{Name: "duration", Args: `"1m30s"`, Min: 1, Run: onTimes("duration"),
		Summary: "a duration, of its text", Example: `duration("1m30s")`},
	{Name: "date", Args: "zone, text, layout", Min: 1, Max: 4, Run: onTimes("date"),
		Summary: "a time, of its text", Example: `date("2024-02-29").Year()`},
	{Name: "timezone", Args: `"Europe/Zurich"`, Min: 1, Run: onTimes("timezone"),
		Summary: "a time zone, of its name", Example: `timezone("UTC")`},
})

// onTimes is expr-lang's own function, after its arguments were checked.
func onTimes(name string) func(f *machine.Frame, args []value.Value) (value.Value, error) {
	fn := builtin.Builtins[builtin.Index[name]]
	return func(f *machine.Frame, args []value.Value) (value.Value, error) {
		given := make([]any, len(args))
		for i, arg := range args {
			if zone, ok := arg.(value.Zone); ok && i == 0 && name != "timezone" && name != "duration" {
				given[i] = zone.Location
				continue
			}
			s, ok := arg.(value.String)
			if name == "now" {
				return nil, value.WrongArgument(name, i+1, "a time zone, as in timezone(\"UTC\")", arg)
			}
			if !ok {
				return nil, value.WrongArgument(name, i+1, "a string", arg)
			}
			if len(s) > value.MaxTimeText {
				return nil, fault.New("arguments", "argument %d of %s is too long", i+1, name)
			}
			given[i] = string(s)
		}
		if name == "date" && len(args) == 1 {
			if _, ok := args[0].(value.Zone); ok {
				return nil, fault.New("arguments", "date needs a text").With(`write date("2006-01-02")`)
			}
		}
		x, err := fn.Func(given...)
		if err != nil {
			return nil, fault.New("arguments", "%s: %v", name, err).Because(err)
		}
		return value.Of(x), nil
	}
}
