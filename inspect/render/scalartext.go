package render

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// scalarText writes a plain value, a string without quotes. Numbers are written as they can be
// typed: large floats without an exponent as long as every digit is known.
func scalarText(x any) string {
	switch x := x.(type) {
	case nil:
		return "nil"
	case bool:
		return strconv.FormatBool(x)
	case int:
		return strconv.Itoa(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case uint64:
		return strconv.FormatUint(x, 10)
	case float32:
		return floatText(float64(x), 32)
	case float64:
		return floatText(x, 64)
	case complex64:
		return strconv.FormatComplex(complex128(x), 'g', -1, 64)
	case complex128:
		return strconv.FormatComplex(x, 'g', -1, 128)
	case string:
		return x
	case []byte:
		return string(x)
	case time.Duration:
		return x.String()
	case time.Time:
		return timeText(x)
	}
	return ""
}

// floatText writes a float of so many bits with the digits that tell it from all others.
func floatText(f float64, bits int) string {
	whole := float64(1 << 53) // up to it every integer is a float
	if bits == 32 {
		whole = 1 << 24
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs > whole) {
		return strconv.FormatFloat(f, 'e', -1, bits)
	}
	return strconv.FormatFloat(f, 'f', -1, bits)
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return "0001-01-01T00:00:00Z"
	}
	return t.Format(time.RFC3339Nano)
}

// distance says how far t is from now: "2m13s ago", "3h12m from now".
func distance(t, now time.Time) string {
	d := t.Sub(now)
	switch {
	case d < 0:
		return roughly(-max(d, -math.MaxInt64)) + " ago"
	case d > 0:
		return roughly(d) + " from now"
	}
	return "now"
}

// roughly writes d in its two largest units.
func roughly(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == math.MaxInt64:
		return "more than 292 years"
	case d < time.Millisecond:
		return d.String()
	case d < time.Second:
		return d.Truncate(100 * time.Microsecond).String()
	case d < time.Minute:
		return d.Truncate(100 * time.Millisecond).String()
	case d < time.Hour:
		return d.Truncate(time.Second).String()
	case d < day:
		return strings.TrimSuffix(d.Truncate(time.Minute).String(), "0s")
	}
	days := strconv.Itoa(int(d/day)) + "d"
	if h := d % day / time.Hour; h > 0 && d < 100*day {
		days += strconv.Itoa(int(h)) + "h"
	}
	return days
}

// isText reports whether b is text: printable characters, tabs and ends of lines.
func isText(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}
