// Package literal writes plain values as one types them in an expression.
package literal

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Of returns the literal of x, a plain value; ok is false if x cannot be typed.
func Of(x any) (s string, ok bool) {
	switch x := x.(type) {
	case string:
		return text.Literal(x), true
	case []byte:
		return text.Literal(string(x)), true
	case bool:
		return strconv.FormatBool(x), true
	case int:
		return strconv.Itoa(x), true
	case int64:
		return strconv.FormatInt(x, 10), true
	case uint64:
		return strconv.FormatUint(x, 10), true
	case float32:
		return ofFloat(float64(x), 32)
	case float64:
		return ofFloat(x, 64)
	case time.Duration:
		return "duration(" + strconv.Quote(x.String()) + ")", true
	case time.Time:
		return `date("` + x.Format(time.RFC3339Nano) + `")`, !x.IsZero() && x.Year() > 0 && x.Year() < 10_000
	}
	return "", false
}

// ofFloat is Of a float of so many bits.
func ofFloat(f float64, bits int) (s string, ok bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "", false
	}
	return strconv.FormatFloat(f, 'g', -1, bits), true
}

// maxDescribed bounds the bytes of a string that Describe shows.
const maxDescribed = 64

// Describe returns x for an error: its literal, cut if it is long, or else its type.
func Describe(x any) string {
	if s, ok := x.(string); ok && len(s) > maxDescribed {
		return strconv.Quote(s[:maxDescribed]) + "…"
	}
	if lit, ok := Of(x); ok {
		return lit
	}
	switch x := x.(type) {
	case interface{ Kind() string }: // a value that only expressions have
		return x.Kind()
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	}
	return fmt.Sprintf("a %T", x)
}
