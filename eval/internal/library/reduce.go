package library

import (
	"math"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
)

// reduction is what reduce has so far.
type reduction struct {
	f       *machine.Frame
	l       *machine.Loop
	acc     value.Value
	started bool // there is an acc
	kept    int  // bytes that were kept before there was

	vector scan.Vector // acc as one lane
	word   [1]uint64
}

func reduce(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	r := reduction{f: f, l: l, started: l.Other != nil, kept: f.Kept()}
	if r.started {
		x, err := l.Other(f)
		if err != nil {
			return nil, err
		}
		if r.acc, err = value.Hold(&f.Thread, x); err != nil {
			return nil, err
		}
	}
	sofar := func() machine.Partial {
		return answered(f, "reduce", "which make %s", func() (value.Value, error) { return r.acc, nil })
	}
	body := machine.Body{Each: r.add}
	if l.Pred.Reduction != nil {
		body.Takes, body.Lanes = r.takes, r.addLanes
	}
	err := l.FoldBy(f, sofar, body)
	if err == nil && !r.started {
		return nil, fault.New("range", "reduce of nothing has no answer").With("give a start: reduce(xs, #acc + #, 0)")
	}
	return r.acc, err
}

// add adds an element.
func (r *reduction) add(s *machine.Scope) (more bool, err error) {
	x := s.Elem
	if r.started {
		s.Acc = r.acc
		if x, err = r.l.Pred.On(r.f, s); err != nil {
			return false, err
		}
		if value.IsScalar(x) {
			// It replaces the one before.
			r.f.Release(r.kept)
		}
	}
	return r.hold(x)
}

func (r *reduction) hold(x value.Value) (more bool, err error) {
	held, err := value.Hold(&r.f.Thread, x)
	if err != nil {
		return false, err
	}
	r.acc, r.started = held, true
	return true, nil
}

// takes reports whether addLanes takes such lanes. It sets r.vector.
func (r *reduction) takes(l *machine.Lanes) bool {
	if !r.started {
		return false
	}
	how := r.l.Pred.Reduction
	d := value.DatumOf(r.acc)
	r.vector = scan.Vector{Bits: r.word[:]}
	if w, ok := r.acc.(value.Written); ok {
		d = inspect.Datum{Kind: inspect.FloatDatum, Bits: math.Float64bits(float64(w))}
		r.vector.Written = true
	} else if how.Pick {
		d, _ = value.DatumAs(r.acc, l.Values.Kind)
	}
	r.vector.Kind, r.word[0] = d.Kind, d.Bits
	return how.Takes(&r.vector, l.Values)
}

// addLanes adds elements.
func (r *reduction) addLanes(l *machine.Lanes) (more bool, err error) {
	if l.Len() == 0 || l.Values.Kind == inspect.NoDatum {
		return true, nil
	}
	how := r.l.Pred.Reduction
	next, picked := how.Run(&r.vector, l.Values, l.In, l.Lo, l.Hi)
	l.Leave(next)
	if how.Again {
		l.ReadAgain(picked)
	}
	acc := value.OfDatum(inspect.Datum{Kind: r.vector.Kind, Bits: r.word[0]})
	if r.vector.Written {
		acc = value.Written(math.Float64frombits(r.word[0]))
	}
	r.f.Release(r.kept)
	return r.hold(acc)
}
