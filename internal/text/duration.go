package text

import (
	"math"
	"strings"
	"time"
)

// Duration writes d rounded to that many digits, but to no more than a second: 1.23ms with three
// digits, and 1h2m3s.
func Duration(d time.Duration, digits int) string {
	limit := time.Duration(math.Pow10(digits))
	unit := time.Nanosecond
	for unit < time.Second && d.Abs() >= unit*limit {
		unit *= 10
	}
	return d.Round(unit).String()
}

// DurationWord writes d as one types it, without zeros at its end: 1m and not 1m0s.
func DurationWord(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
