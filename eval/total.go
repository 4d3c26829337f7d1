package eval

import (
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
)

// total adds up numbers, or durations: not both.
type total struct {
	number.Tally
	numbers, durations bool
}

func (t *total) add(x any) error {
	if err := refuse(x); err != nil {
		return err
	}
	if d, ok := x.(time.Duration); ok && !t.numbers {
		t.durations = true
		t.Tally.Add(number.OfInt(int64(d)))
		return nil
	}
	n, ok := number.Of(x)
	if !ok || t.durations {
		e := fault.New("type", "%s cannot be added up", kind(x))
		if t.durations || t.numbers {
			return e.With("sum takes numbers, or durations: not both")
		}
		return e.With("sum takes numbers, or durations, as in sum(xs, .size)")
	}
	t.numbers = true
	t.Tally.Add(n)
	return nil
}

// mean is that of n numbers or durations, n > 0.
func (t *total) mean(n int) (any, error) {
	switch {
	case t.durations:
		return time.Duration(t.Tally.Mean(n)), nil
	case !t.Finite():
		return nil, t.beyond()
	}
	return t.Float64() / float64(n), nil
}

func (t *total) beyond() error {
	return fault.New("overflow", "the sum is beyond the largest float").With("sum(xs, # / 1e300) gives a part of it")
}

// sum is 0 for nothing.
func (t *total) sum() (any, error) {
	if t.HasFloat() && !t.Finite() {
		return nil, t.beyond()
	}
	if n, ok := t.Tally.Sum(); ok {
		if v, ok := n.Value(); ok {
			i, isInt := v.(int)
			switch {
			case !t.durations:
				return v, nil
			case isInt:
				return time.Duration(i), nil
			}
			if d, ok := v.(int64); ok {
				return time.Duration(d), nil
			}
		}
	}
	return nil, fault.New("overflow", "the sum does not fit in 64 bits").With("sum(xs, float(#)) gives a rounded answer")
}
