package watch

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// difference is what lies between two numbers or times.
type difference struct {
	text string  // signed, exact for integers
	by   float64 // its size, in nanoseconds for durations and times
	rate func(perSecond float64) string
}

// differ returns the difference of two nodes; ok is false if they are no two numbers of a kind.
func differ(from, to *render.Node) (d difference, ok bool) {
	if from == nil || to == nil || from.Hidden || to.Hidden {
		return d, false
	}
	if a, b := integer(from.Scalar), integer(to.Scalar); a != nil && b != nil {
		by := b.Sub(b, a)
		d.text, d.rate = signed(text.Group(by.String()), by.Sign()), numberRate
		d.by, _ = new(big.Float).SetInt(by).Float64()
		return d, true
	}
	switch b := to.Scalar.(type) {
	case time.Duration:
		if a, ok := from.Scalar.(time.Duration); ok {
			return interval(a, b)
		}
	case time.Time:
		if a, ok := from.Scalar.(time.Time); ok {
			by := b.Sub(a)
			if by == math.MaxInt64 || by == math.MinInt64 {
				return d, false // it does not fit
			}
			d, ok = interval(0, by)
			d.rate = nil // how fast a time moves says nothing
			return d, ok
		}
	}
	a, okA := measure(from.Scalar)
	b, okB := measure(to.Scalar)
	if by := b - a; okA && okB && !math.IsNaN(by) && !math.IsInf(by, 0) {
		return difference{signed(decimal(math.Abs(by)), sign(by)), by, numberRate}, true
	}
	return d, false
}

func interval(a, b time.Duration) (d difference, ok bool) {
	by := b - a
	if b < a != (by < 0) {
		return d, false // it does not fit
	}
	text := signed(strings.TrimPrefix(short3(by), "-"), sign(float64(by)))
	return difference{text, float64(by), func(r float64) string { return short3(time.Duration(r)) + "/s" }}, true
}

// integer is x exactly, nil if it is no integer.
func integer(x any) *big.Int {
	switch x := x.(type) {
	case int:
		return big.NewInt(int64(x))
	case int64:
		return big.NewInt(x)
	case uint64:
		return new(big.Int).SetUint64(x)
	}
	return nil
}

// measure is about how large x is, for a sparkline; ok is false if it is no number.
func measure(x any) (f float64, ok bool) {
	switch x := x.(type) {
	case float64:
		return x, !math.IsNaN(x) && !math.IsInf(x, 0)
	case time.Duration:
		return float64(x), true
	}
	if i := integer(x); i != nil {
		f, _ = new(big.Float).SetInt(i).Float64()
		return f, true
	}
	return 0, false
}

func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func signed(text string, sign int) string {
	switch text = strings.TrimPrefix(text, "-"); sign {
	case 1:
		return "+" + text
	case -1:
		return "-" + text
	}
	return text
}

// decimal writes a number with as many digits as one reads at a glance.
func decimal(x float64) string {
	switch size := math.Abs(x); {
	case size >= 1e15 || size > 0 && size < 0.001:
		return strconv.FormatFloat(x, 'g', 3, 64)
	case size >= 100:
		return text.Group(strconv.FormatFloat(x, 'f', 0, 64))
	case size >= 10:
		return trimZeros(strconv.FormatFloat(x, 'f', 1, 64))
	}
	if math.Abs(x) >= 1 {
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

// short3 writes d with about three digits.
func short3(d time.Duration) string {
	for unit := time.Nanosecond; unit < time.Hour; unit *= 10 {
		if d.Abs() < 1000*unit {
			return d.Round(unit).String()
		}
	}
	return d.Round(time.Second).String()
}
