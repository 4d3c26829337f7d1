package text

import (
	"math"
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
