package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// total adds up numbers or durations, not both.
type total struct {
	number.Tally
	numbers, durations bool
	wide               bool // some numbers are no float32s
}

func (t *total) add(x value.Value) error {
	if err := value.Refuse(x); err != nil {
		return err
	}
	if d, ok := x.(value.Duration); ok && !t.numbers {
		t.durations = true
		t.Tally.Add(number.OfInt(int64(d)))
		return nil
	}
	n, ok := value.NumberOf(x)
	if !ok || t.durations {
		e := fault.New("type", "%s cannot be added up", x.Kind())
		if t.durations || t.numbers {
			return e.With("sum takes numbers, or durations: not both")
		}
		return e.With("sum takes numbers, or durations, as in sum(xs, .size)")
	}
	t.numbers = true
	t.wide = t.wide || !n.IsSingle
	t.Tally.Add(n)
	return nil
}

// takes reports whether addLanes takes values like those of v: of others add returns an error.
func (t *total) takes(v *scan.Vector) bool {
	switch v.Kind {
	case inspect.IntDatum, inspect.UintDatum, inspect.FloatDatum, inspect.Float32Datum:
		return !t.durations
	case inspect.DurationDatum:
		return !t.numbers
	}
	return false
}

// addLanes adds what v has of those elements. takes is true of it.
func (t *total) addLanes(v *scan.Vector, l *machine.Lanes) {
	if l.Len() > 0 {
		t.addSome(v, l.In, l.Lo, l.Hi)
	}
}

// addSome adds the lanes from lo up to hi that are in in, nil for all. There are some.
func (t *total) addSome(v *scan.Vector, in *inspect.Mask, lo, hi int) {
	if v.Kind == inspect.DurationDatum {
		t.durations = true
	} else {
		t.numbers = true
		t.wide = t.wide || v.Kind != inspect.Float32Datum
	}
	scan.Sum(&t.Tally, v, in, lo, hi)
}

// mean is the mean of n numbers or durations, n > 0: a float as wide as they are, or an integer that
// no float holds.
func (t *total) mean(n int) (value.Value, error) {
	switch {
	case t.durations:
		return value.Duration(t.Tally.Mean(n)), nil
	case !t.Finite():
		return nil, t.beyond()
	}
	if q, ok := t.Quotient(n); ok && !q.FitsFloat() {
		if x, ok := value.OfNumber(q); ok {
			return x, nil
		}
	}
	mean := t.Float64() / float64(n)
	if !t.wide {
		return value.Single(mean), nil
	}
	return value.Float(mean), nil
}

func (t *total) beyond() error {
	return fault.New("overflow", "the sum is beyond the largest float").With("sum(xs, # / 1e300) gives a part of it")
}

// sum is the sum, 0 of nothing.
func (t *total) sum() (value.Value, error) {
	if t.HasFloat() && !t.Finite() {
		return nil, t.beyond()
	}
	if n, ok := t.Tally.Sum(); ok {
		x, ok := value.OfNumber(n)
		if i, isInt := x.(value.Int); isInt && t.durations {
			return value.Duration(i), nil
		}
		if ok && !t.durations {
			return x, nil
		}
	}
	return nil, fault.New("overflow", "the sum does not fit in 64 bits").With("sum(xs, float(#)) gives a rounded answer")
}
