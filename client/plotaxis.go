package client

import (
	"math"
	"strconv"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

// unit is what a number measures, which says how it is written and where an axis has its ticks.
type unit struct {
	kind   unitKind
	suffix string // the user's word for it
}

type unitKind int

const (
	plain     unitKind = iota
	bytesOf            // shown in KiB, MiB and so on
	durations          // in seconds
	moments            // seconds since 1970
)

// title returns what stands above an axis; it may be empty.
func (u unit) title(rate bool) string {
	switch {
	case !rate:
		return u.suffix
	case u.suffix == "":
		return "per second"
	}
	return u.suffix + " per second"
}

// exact writes x as a value by itself, with four digits that count if it is not whole.
func (u unit) exact(x float64) string {
	switch u.kind {
	case bytesOf:
		by, name := binary(x)
		return decimal(x/by, by == 1) + name
	case durations:
		if math.Abs(x) < math.MaxInt64/1e9 {
			return text.Duration(time.Duration(x*1e9), 4)
		}
	case moments:
		return moment(x).Format("2006-01-02 15:04:05")
	}
	return decimal(x, false)
}

// decimal writes x in commas, rounded to four digits that count unless it is whole.
func decimal(x float64, whole bool) string {
	if whole || x == math.Trunc(x) {
		return text.Figure(math.Round(x))
	}
	short, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	if math.Abs(x) >= 1000 {
		short = math.Round(x)
	}
	return text.Figure(short)
}

// binary returns the greatest of B, KiB, MiB and so on that x has one of, and its name.
func binary(x float64) (by float64, name string) {
	by = 1
	for _, name = range []string{" B", " KiB", " MiB", " GiB", " TiB", " PiB"} {
		if math.Abs(x) < by*1024 || name == " PiB" {
			return by, name
		}
		by *= 1024
	}
	return by, name
}

func moment(x float64) time.Time {
	const most = 1 << 38 // seconds; some thousand years from 1970
	x = min(max(x, -most), most)
	whole := math.Floor(x)
	return time.Unix(int64(whole), int64((x-whole)*1e9))
}

// axis is a scale from low to high, with a tick each step.
type axis struct {
	unit            unit
	low, high, step float64
	ticks           int // steps from low to high
}

// The least and the greatest range of an axis; float64 has no more, once it is divided.
const (
	leastRange = 1e-290
	mostValue  = 1e300
)

// newAxis returns an axis for values from low to high with at most that many steps. It begins at zero
// if that is not far.
func newAxis(u unit, low, high float64, most int) axis {
	most = max(most, 1)
	if low > high { // there are no values
		low, high = 0, 1
	}
	if high-low <= max(leastRange, 1e-12*max(math.Abs(low), math.Abs(high))) {
		by := max(math.Abs(high)/10, leastRange*10)
		switch {
		case u.kind == moments:
			by = max(1, math.Abs(high)*1e-9)
		case high == 0 || u.kind == plain && math.Abs(high) >= 1 && by < 1:
			by = 1
		}
		if high != 0 || u.kind == moments {
			low -= by
		}
		high += by
	}
	if u.kind != moments && low > 0 && low <= high/2 {
		low = 0
	}
	a := axis{unit: u}
	for raw := (high - low) / float64(most); ; raw *= 1.2 {
		a.step = u.nice(raw)
		a.low, a.high = math.Floor(low/a.step)*a.step, math.Ceil(high/a.step)*a.step
		if a.ticks = int(math.Round((a.high - a.low) / a.step)); a.ticks <= most {
			return a
		}
		if a.low == -a.step && a.high == a.step && most == 1 { // one step cannot hold both sides of zero
			a.ticks, a.step = 1, 2*a.step
			return a
		}
	}
}

// nice returns the least step that people count in and that is no less than raw.
func (u unit) nice(raw float64) float64 {
	switch u.kind {
	case bytesOf:
		for by := 1.0; by < 1<<60 && raw > 1; by *= 1024 {
			for _, n := range []float64{1, 2, 5, 10, 20, 50, 100, 200, 500} {
				if n*by >= raw {
					return n * by
				}
			}
		}
	case durations, moments:
		if raw > 5 {
			for _, n := range []float64{10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400} {
				if n >= raw {
					return n
				}
			}
			return 86400 * unit{}.nice(raw/86400)
		}
	}
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, n := range []float64{1, 2, 5, 10} {
		if n*power >= raw*(1-1e-9) {
			return n * power
		}
	}
	return 10 * power
}

// label writes the value of tick i, with the decimals that the steps have.
func (a axis) label(i int) string {
	x := a.low + float64(i)*a.step
	if math.Abs(x) < a.step/2 {
		x = 0
	}
	switch a.unit.kind {
	case bytesOf:
		by, name := binary(a.step)
		if x == 0 {
			return "0"
		}
		return fixed(x/by, a.step/by) + name
	case durations:
		if math.Abs(x) < math.MaxInt64/1e9 {
			return text.DurationWord(time.Duration(math.Round(x * 1e9)).Round(max(1, time.Duration(a.step*1e8))))
		}
	case moments:
		switch at := moment(x); {
		case a.step < 1:
			return at.Format("15:04:05.000")
		case a.step < 86400:
			return at.Format("15:04:05")
		default:
			return at.Format("2006-01-02")
		}
	}
	return fixed(x, a.step)
}

// fixed writes x in commas with as many decimals as step needs.
func fixed(x, step float64) string {
	if abs := max(math.Abs(x), step); abs >= 1e12 || step < 1e-6 {
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	decimals := 0
	for rest := step; decimals < 6 && math.Abs(rest-math.Round(rest)) > 1e-6; rest *= 10 {
		decimals++
	}
	return text.Group(strconv.FormatFloat(x, 'f', decimals, 64))
}
