package machine

import (
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// Backwards looks for the last element that passes, from the end of a list. What has no end to
// start from (a map, a pipe) is walked whole. Both answers are Nil if there is none. sofar is as in
// Fold, and told what the answers would be.
func (l *Loop) Backwards(f *Frame, sofar func(elem, index value.Value) Partial) (elem, index value.Value, err error) {
	x, err := l.From(f)
	if err != nil {
		return nil, nil, err
	}
	elem, index = value.Nil, value.Nil
	fold := f.BeginFold(x, func() Partial { return sofar(elem, index) })
	err = l.backwards(f, x, fold, func(e, i value.Value) { elem, index = e, i })
	f.EndFold(fold, err)
	return elem, index, err
}

// backwards is Backwards over x. found is called with each answer so far.
func (l *Loop) backwards(f *Frame, x value.Value, fold *Fold, found func(elem, index value.Value)) error {
	if value.Streamed(x) || !value.IsList(x) {
		return l.toTheEnd(f, x, found)
	}
	way := l.way(f)
	n, err := value.Len(&f.Thread, x)
	if err != nil {
		return err
	}
	if w, why := l.inBatches(f, x, &Body{Match: func(*Scope) (bool, error) { return false, nil }}); w == nil {
		way.because(why)
	} else if l.Pred.Scan.Positional(true) {
		way.because("it asks for positions in a list that is walked from its end")
	} else {
		way.because("the last elements of a list, and those near the one that is found")
		return l.byParts(f, w.from.(value.Live), n, fold, found)
	}
	_, err = l.stepBack(f, x, 0, n, fold, found)
	return err
}

// toTheEnd walks x from its beginning.
func (l *Loop) toTheEnd(f *Frame, x value.Value, found func(elem, index value.Value)) error {
	kept := f.Kept()
	return l.OverBy(f, x, l.Matching(f, false, func(s *Scope) (bool, error) {
		f.Release(kept)
		e, err := value.HoldElement(&f.Thread, s.Elem)
		if err == nil {
			found(e, value.Int(s.Index))
		}
		return true, err
	}))
}

// stepBack walks the elements of x from lo up to hi, the last first, until it has found one.
func (l *Loop) stepBack(f *Frame, x value.Value, lo, hi int, fold *Fold, found func(elem, index value.Value)) (done bool, err error) {
	for i := hi - 1; i >= lo; i-- {
		if err := f.Tick(1); err != nil {
			return false, err
		}
		e, err := value.Index(&f.Thread, x, value.Int(i))
		if err != nil {
			return false, err
		}
		l.Stepped(f)
		ok, err := l.Pred.Test(f, &Scope{Index: i, Key: value.Unkeyed, Elem: e})
		if err != nil {
			return false, err
		}
		if ok {
			if e, err = value.HoldElement(&f.Thread, e); err == nil {
				found(e, value.Int(i))
			}
			return true, err
		}
		fold.Saw(1)
	}
	return false, nil
}

// Parts of a list that is walked from its end: stepBack has the last of them, and then they grow.
const (
	firstPart = 64
	maxPart   = 4096
)

// byParts walks x, a list of n elements, by parts from its end. A part of which many are asked at once and none
// passes is done with. Any other is made smaller, until stepBack has it: that finds the last element that passes,
// and meets no error of an element before it.
func (l *Loop) byParts(f *Frame, x value.Live, n int, fold *Fold, found func(elem, index value.Value)) error {
	for hi, size := n, firstPart; hi > 0; {
		lo := max(hi-size, 0)
		switch {
		case hi < n && l.noneIn(f, x, lo, hi):
			fold.Saw(hi - lo)
			hi, size = lo, min(4*size, maxPart)
			continue
		case hi-lo > firstPart:
			size /= 4
			continue
		}
		if done, err := l.stepBack(f, x, lo, hi, fold, found); done || err != nil {
			return err
		}
		hi = lo
	}
	return nil
}

// noneIn reports whether it is known that none of the elements of x from lo up to hi passes.
func (l *Loop) noneIn(f *Frame, x value.Live, lo, hi int) bool {
	if f.Near(2 * (hi - lo) * (2 + l.Pred.Scan.MaxReads())) {
		return false
	}
	part, err := x.View.Window(lo, hi)
	if err != nil {
		return false
	}
	// What the part has seen is no news: it may be walked again.
	fold := f.fold
	f.fold = nil
	defer func() { f.fold = fold }()
	some := false
	err = l.OverBy(f, value.Live{View: part}, l.Matching(f, false, func(*Scope) (bool, error) {
		some = true
		return false, nil
	}))
	return err == nil && !some
}
