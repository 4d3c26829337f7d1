package watch

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/number"
	"github.com/sightglass-go/sightglass/internal/text"
)

// difference is what lies between two numbers, durations or times.
type difference struct {
	// text has the sign. It is exact for integers, unless the difference has more than 64 bits.
	text string
	// by is in nanoseconds for durations and times.
	by float64
	// rate writes a rate of change; nil where that says nothing.
	rate func(perSecond float64) string
}

// differ returns the difference between two nodes. ok is false if they are not of a kind that has
// one, or if it is too large.
func differ(from, to *render.Node) (d difference, ok bool) {
	if from == nil || to == nil || from.Hidden || to.Hidden {
		return d, false
	}
	switch b := to.Scalar.(type) {
	case time.Duration:
		a, ok := from.Scalar.(time.Duration)
		by := b - a
		if !ok || b < a != (by < 0) {
			return d, false
		}
		return interval(by), true
	case time.Time:
		a, ok := from.Scalar.(time.Time)
		by := b.Sub(a) // saturates
		if !ok || by == math.MaxInt64 || by == math.MinInt64 {
			return d, false
		}
		d = interval(by)
		d.rate = nil // that a clock gains a second a second says nothing
		return d, true
	}
	a, okA := number.Of(from.Scalar)
	b, okB := number.Of(to.Scalar)
	by := b.Float64() - a.Float64()
	if !okA || !okB || math.IsNaN(by) || math.IsInf(by, 0) {
		return d, false
	}
	d = difference{signed(decimal(math.Abs(by)), by), by, numberRate}
	if !a.IsFloat && !b.IsFloat {
		if exact, ok := number.Sub(b, a); ok {
			d.by = exact.Float64()
			d.text = signed(text.Group(strconv.FormatUint(exact.Mag, 10)), d.by)
		}
	}
	return d, true
}

func interval(by time.Duration) difference {
	return difference{
		text: signed(strings.TrimPrefix(text.Duration(by, digits), "-"), float64(by)),
		by:   float64(by),
		rate: func(r float64) string { return text.Duration(time.Duration(r), digits) + "/s" },
	}
}

// isInteger reports whether x is an integer.
func isInteger(x any) bool {
	n, ok := number.Of(x)
	return ok && !n.IsFloat
}

// measure returns x as a float64, to draw it. ok is false if it is neither a finite number nor a
// duration.
func measure(x any) (f float64, ok bool) {
	if d, ok := x.(time.Duration); ok {
		return float64(d), true
	}
	n, ok := number.Of(x)
	f = n.Float64()
	return f, ok && f-f == 0
}

// signed returns size with the sign of by.
func signed(size string, by float64) string {
	switch cmp.Compare(by, 0) {
	case 1:
		return "+" + size
	case -1:
		return "-" + size
	}
	return size
}

// digits is how many digits of a number can be read at a glance.
const digits = 3

// decimal writes x with that many digits, and the whole of a large number.
func decimal(x float64) string {
	size := math.Abs(x)
	switch {
	case size >= 1e15 || size > 0 && size < 0.001:
		return strconv.FormatFloat(x, 'g', digits, 64)
	case size >= 100:
		return text.Group(strconv.FormatFloat(x, 'f', 0, 64))
	case size >= 10:
		return trimZeros(strconv.FormatFloat(x, 'f', 1, 64))
	case size >= 1:
		return trimZeros(strconv.FormatFloat(x, 'f', 2, 64))
	}
	return trimZeros(strconv.FormatFloat(x, 'f', 3, 64))
}

func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func numberRate(perSecond float64) string { return decimal(perSecond) + "/s" }
