package library

import (
	"math"
	"math/bits"
	"strings"
	"time"

	"github.com/expr-lang/expr/builtin"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/number"
)

var _ = define(TimeFunctions, []Function{
	{Name: "now", Args: "zone", Max: 1, Run: onTimes("now"),
		Summary: "the time", Example: `now() - date("2024-01-01") > 1h`},
	{Name: "duration", Args: `x, unit`, Min: 1, Max: 2, Run: toDuration,
		Summary: "a duration, of its text or of a number and its unit", Example: `duration(250, "ms")`},
	{Name: "date", Args: "zone, x, layout", Min: 1, Max: 4, Run: toDate,
		Summary: "a time, of its text or of a number since 1970", Example: `date(1709164800).Year()`},
	{Name: "timezone", Args: `"Europe/Zurich"`, Min: 1, Run: onTimes("timezone"),
		Summary: "a time zone, of its name", Example: `timezone("UTC")`},
})

// units are the units of time that a number may have, in nanoseconds.
var units = map[string]uint64{"ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}

// unitOf is the argument that says in which unit a number is.
func unitOf(name string, n int, x value.Value) (unit string, err error) {
	s, ok := x.(value.String)
	if !ok {
		return "", value.WrongArgument(name, n, `a unit, as "ms"`, x)
	}
	if units[string(s)] == 0 {
		return "", fault.New("arguments", "%s: %s is no unit of time", name, value.KeyText(s)).With(`there are "ns", "us", "ms", "s", "m" and "h"`)
	}
	return string(s), nil
}

// toDuration is duration(text), and duration(n, unit) of a number.
func toDuration(f *machine.Frame, args []value.Value) (value.Value, error) {
	n, ok := value.NumberOf(args[0])
	if !ok {
		if len(args) == 2 {
			return nil, value.WrongArgument("duration", 1, "a number if there is a unit", args[0])
		}
		x, err := onTimes("duration")(f, args)
		if s, ok := args[0].(value.String); ok && err != nil && len(s) <= value.MaxTimeText {
			return nil, noDuration(s).Because(err)
		}
		return x, err
	}
	if len(args) == 1 {
		return nil, fault.New("arguments", "duration: %v has no unit", args[0]).With(`write duration(%v, "ms"), or "s", or another`, args[0])
	}
	unit, err := unitOf("duration", 2, args[1])
	if err != nil {
		return nil, err
	}
	per := number.Number{Mag: units[unit]}
	if n.IsFloat {
		if ns := n.F * float64(per.Mag); math.Abs(ns) < 1<<63 {
			return value.Duration(math.Round(ns)), nil
		}
	} else if ns, ok := number.Mul(n, per); ok {
		if x, ok := value.OfNumber(ns); ok {
			if i, ok := x.(value.Int); ok {
				return value.Duration(i), nil
			}
		}
	}
	return nil, fault.New("overflow", "duration(%v, %q) does not fit in a duration (292 years)", args[0], unit)
}

// noDuration is the error for a text that is no duration.
func noDuration(s value.String) *fault.Error {
	is := func(text string) bool { _, err := time.ParseDuration(text); return err == nil }
	switch text := string(s); {
	case is(text + "s"):
		return fault.New("arguments", "duration: %s has no unit", value.KeyText(s)).With(`write duration(%s), or "ms", or another`, value.KeyText(s+"s"))
	case is(strings.TrimSuffix(text, "d") + "h"):
		return fault.New("arguments", "duration: %s is no duration", value.KeyText(s)).With("a day is 24h")
	}
	return fault.New("arguments", "duration: %s is no duration", value.KeyText(s)).With(`write it as "250ms", or as "1h30m"`)
}

// toDate is date(text, …), and date(n, unit) of a number since 1970. Either may have a zone in front.
func toDate(f *machine.Frame, args []value.Value) (value.Value, error) {
	zone, at := time.UTC, 0
	if z, ok := args[0].(value.Zone); ok && len(args) > 1 {
		zone, at = z.Location, 1
	}
	n, ok := value.NumberOf(args[at])
	if !ok {
		return onTimes("date")(f, args)
	}
	unit := unitBySize(n)
	switch rest := args[at+1:]; {
	case len(rest) > 1:
		return nil, fault.New("arguments", "date of a number has a unit at most").With(`write date(%v, "ms")`, args[at])
	case len(rest) == 1:
		var err error
		if unit, err = unitOf("date", at+2, rest[0]); err != nil {
			return nil, err
		}
	}
	t, ok := since1970(n, units[unit])
	if t = t.In(zone); !ok || t.Year() < 0 || t.Year() > 9999 {
		return nil, fault.New("overflow", "date(%v, %q) is beyond the year 9999", args[at], unit).With("name the unit that it is in")
	}
	return value.Time(t), nil
}

// unitBySize is the unit in which a number since 1970 is probably meant: a time of the years 1973 to
// 5138 is taken for what it is in seconds, milliseconds, microseconds and nanoseconds.
func unitBySize(n number.Number) string {
	switch f := math.Abs(n.Float64()); {
	case f < 1e11:
		return "s"
	case f < 1e14:
		return "ms"
	case f < 1e17:
		return "us"
	}
	return "ns"
}

// since1970 is the time n units after 1970, of so many nanoseconds each.
func since1970(n number.Number, unit uint64) (t time.Time, ok bool) {
	if !n.IsFloat {
		return wholeSince1970(n, unit)
	}
	whole, fraction := math.Modf(n.F)
	i, ok := number.Number{IsFloat: true, F: whole}.Integer()
	if !ok {
		return t, false
	}
	if t, ok = wholeSince1970(i, unit); !ok {
		return t, false
	}
	// A float of now in seconds is good to a quarter of a microsecond.
	step := 1.0
	if exact := math.Nextafter(math.Abs(n.F), math.Inf(1)) - math.Abs(n.F); exact*float64(unit) > 1 {
		step = 1e3
	}
	return t.Add(time.Duration(math.Round(fraction*float64(unit)/step) * step)), true
}

// wholeSince1970 is since1970 of an integer.
func wholeSince1970(n number.Number, unit uint64) (t time.Time, ok bool) {
	hi, lo := bits.Mul64(n.Mag, unit)
	if hi >= 1e9 {
		return t, false
	}
	seconds, rest := bits.Div64(hi, lo, 1e9)
	if seconds > 1e12 {
		return t, false
	}
	if n.Neg {
		return time.Unix(-int64(seconds), -int64(rest)), true
	}
	return time.Unix(int64(seconds), int64(rest)), true
}

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
