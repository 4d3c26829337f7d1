package library

import (
	"fmt"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// What functions tell of what they had found when a limit came: see machine.Partial.

// partialWidth is how wide a value is in what people are told.
const partialWidth = 40

const noneMatches = "none of which matches"

// matching says that n elements match.
func matching(n int) string {
	switch n {
	case 0:
		return noneMatches
	case 1:
		return "of which 1 matches"
	}
	return "of which " + text.Thousands(n) + " match"
}

// undecided is what a function tells that ends with the first element which decides its answer.
func undecided(f *machine.Frame, function, told string, answer value.Value) func() machine.Partial {
	return func() machine.Partial {
		return machine.Partial{Function: function, Told: told, Answer: plain(f, answer)}
	}
}

// answered is what a function tells that answers a value. told has %s for it.
func answered(f *machine.Frame, function, told string, answer func() (value.Value, error)) machine.Partial {
	x, err := answer()
	n := plain(f, x)
	if err != nil {
		n = &render.Node{Err: err.Error()}
	}
	return machine.Partial{Function: function, Told: fmt.Sprintf(told, n.Line(partialWidth)), Answer: n}
}

// collected is what a function tells that keeps n elements.
func collected(function string, n int) machine.Partial {
	return machine.Partial{Function: function, Told: "of which " + text.Thousands(n) + " are collected", Kept: n}
}

// plain is a picture of x that reads nothing of the application: of a place in it there is none.
func plain(f *machine.Frame, x value.Value) *render.Node {
	if x == nil {
		x = value.Nil
	}
	_, redacted := x.(value.Redacted)
	if !redacted && !value.IsScalar(x) && x != value.Nil {
		return &render.Node{Err: x.Kind() + " is not read any more"}
	}
	return value.Picture(&f.Thread, x, groupLimit, "")
}
