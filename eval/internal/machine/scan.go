package machine

import (
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Scan is a predicate as it is evaluated over many elements at once.
type Scan struct {
	*scan.Scan
	// Bind gives the constants of the scan their values, before a loop. The values stay the same
	// until its end.
	Bind func(f *Frame)
}

// Body is what a loop does with the elements of its collection, in their order. It says so in two
// ways: with one element after the other, and with lanes, many elements at once. Both must come to
// the same. A loop uses either for any part of the collection.
type Body struct {
	// Unlocked says that no guard may be held while Each or Match runs. It may be held while Lanes
	// does.
	Unlocked bool
	// Each takes an element that is done step by step, and returns false to end the loop. It
	// evaluates the predicate itself.
	Each func(s *Scope) (more bool, err error)
	// Lanes takes lanes of a batch, and returns false to end the loop.
	Lanes func(l *Lanes) (more bool, err error)
	// Test says that the predicate is a condition: Lanes gets the lanes that meet it, in Yes.
	Test bool

	// Match is called for an element that meets the condition, or that does not if Unless is set,
	// and returns false to end the loop. It stands for Lanes. See Matching.
	Match  func(s *Scope) (more bool, err error)
	Unless bool
}

// Lanes are the elements of a batch from Lo up to Hi, all of which were evaluated. They are lent to
// Body.Lanes.
type Lanes struct {
	Lo, Hi int
	// Yes has the lanes that meet the condition, of all lanes; look only at those from Lo up to Hi.
	// It is for a Body with Test.
	Yes *inspect.Mask
	// Values has what the predicate is, of all lanes; look only at those from Lo up to Hi, none of
	// which is bad. It is for a Body without Test, and nil if there is no predicate.
	Values *scan.Vector

	loop  *Loop
	batch *access.Batch
	first int // the index of lane 0
	scope Scope
}

// Count is how many of the lanes from Lo up to Hi are in m.
func (l *Lanes) Count(m *inspect.Mask) int { return scan.Count(m, l.Lo, l.Hi) }

// Next returns the first lane from i up to Hi that is in m, and Hi if there is none.
func (l *Lanes) Next(m *inspect.Mask, i int) int { return min(m.Next(i), l.Hi) }

// Scope is what a predicate sees of a lane. It is lent: it is good until the next call, and its
// element until Body.Lanes returns. The guard is held.
func (l *Lanes) Scope(lane int) *Scope {
	key, elem := l.batch.Lend(lane)
	l.scope = scopeOf(l.first+lane, key, elem)
	return &l.scope
}

func scopeOf(index int, key, elem *access.View) Scope {
	s := Scope{Index: index, Key: value.Unkeyed, Elem: value.Live{View: elem}}
	if key != nil {
		s.Key = value.Live{View: key}
	}
	s.Value = s.Elem
	return s
}

// OverBy is Over with a body that may take many elements at once.
func (l *Loop) OverBy(f *Frame, x value.Value, body Body) error {
	x, set := value.Settle(x)
	saw := f.seeing(x)
	unlocked := body.Unlocked || l.Pred.unlocked() || l.Pred2.unlocked()
	if target := l.inBatches(f, x, set, &body); target != nil {
		return l.overLanes(f, target, unlocked, &body, saw)
	}
	var s Scope
	return value.Entries(&f.Thread, x, unlocked, func(i int, key, elem value.Value) (bool, error) {
		s.Index, s.Key, s.Elem, s.Value = i, key, elem, elem
		if set {
			s.Elem = key
		}
		more, err := body.Each(&s)
		if err == nil {
			saw(1)
		}
		return more, err
	})
}

// inBatches returns the target of x if the loop goes over it in batches, nil if it goes step by
// step.
func (l *Loop) inBatches(f *Frame, x value.Value, set bool, body *Body) *access.View {
	live, ok := x.(value.Live)
	if !ok || set || body.Lanes == nil && body.Match == nil || (body.Test || body.Match != nil) && l.Pred == nil || f.Stepwise || f.Single || l.Pred != nil && l.Pred.Scan == nil || l.Pred2 != nil {
		return nil
	}
	if s := live.View.Shape(); s != inspect.List && s != inspect.Map || live.View.StepByStep() != "" {
		return nil
	}
	return live.View
}

// overLanes walks v in batches.
func (l *Loop) overLanes(f *Frame, v *access.View, unlocked bool, body *Body, saw func(n int)) error {
	var sc *scan.Scan
	if l.Pred != nil {
		sc = l.Pred.Scan.Scan
		l.Pred.Scan.Bind(f)
	}
	lanes := Lanes{loop: l}
	seen := 0
	sawUpTo := func(pos int) {
		saw(pos - seen)
		seen = pos
	}
	var s Scope
	one := func(do func(s *Scope) (bool, error)) func(pos int, key, elem *access.View) (bool, error) {
		return func(pos int, key, elem *access.View) (bool, error) {
			s = scopeOf(pos, key, elem)
			more, err := do(&s)
			if err == nil {
				sawUpTo(pos + 1)
			}
			return more, err
		}
	}
	take := func(b *access.Batch) (bool, error) {
		lanes.batch, lanes.first = b, b.Pos()-b.Taken()
		n := b.Len()
		var bad *inspect.Mask
		switch {
		case sc == nil:
			bad = new(inspect.Mask)
		case f.Near((n - b.Taken()) * (1 + sc.MaxReads())):
			// Near the end of the budget everything is counted one by one, so that the error
			// has its place.
			return b.Step(n - b.Taken())
		case body.Test || body.Match != nil:
			lanes.Yes, bad = sc.Test(b)
		default:
			lanes.Values = sc.Values(b)
			bad = &lanes.Values.Bad
		}
		for b.Taken() < n && !b.Done() {
			lo := b.Taken()
			if bad.Has(lo) {
				if more, err := b.Step(scan.Run(bad, lo, n)); err != nil || !more {
					return false, err
				}
				continue
			}
			if body.Match == nil && !b.Ordered() {
				return true, nil
			}
			hi := min(bad.Next(lo), n)
			if body.Match != nil {
				hi = scan.FirstEnd(lanes.Yes, body.Unless, lo, hi)
			}
			reads, weight := 0, 0
			if sc != nil {
				reads, weight = sc.Reads(lo, hi), sc.Weight(lo, hi)
			}
			if f.Near(hi-lo+reads) || f.Kept()+weight > f.Budget().Bytes {
				// What was done with lanes before has come near the end, too.
				return b.Step(n - lo)
			}
			if err := b.Take(hi-lo, reads, weight); err != nil {
				return false, err
			}
			var more bool
			var err error
			switch {
			case body.Match == nil:
				lanes.Lo, lanes.Hi = lo, hi
				if more, err = body.Lanes(&lanes); err == nil {
					sawUpTo(b.Pos())
				}
			case lanes.Yes.Has(hi-1) != body.Unless:
				more, err = b.Find()
			case b.Ordered():
				more = true
				sawUpTo(b.Pos())
			default:
				more = true
			}
			if err != nil || !more {
				return false, err
			}
		}
		return true, nil
	}
	kept := func(bytes int) error {
		before := f.Kept()
		err := l.Pred.Pos().Err(f.Keep(bytes))
		f.Release(before)
		return err
	}
	return v.EachBatch(unlocked, access.Lanes{Take: take, Each: one(body.Each), Found: one(body.Match), Kept: kept})
}

// Matching is the body of a loop that calls match for each element that meets the condition, or that
// does not if unless is set, until match returns false.
func (l *Loop) Matching(f *Frame, unless bool, match func(s *Scope) (more bool, err error)) Body {
	return Body{
		Unless: unless,
		Match:  match,
		Each: func(s *Scope) (bool, error) {
			ok, err := l.Pred.Test(f, s)
			if err != nil || ok == unless {
				return true, err
			}
			return match(s)
		},
	}
}

// Counting is the body of a loop that counts the elements that meet the condition in n.
func (l *Loop) Counting(f *Frame, n *int) Body {
	return Body{
		Test: true,
		Each: func(s *Scope) (bool, error) {
			ok, err := l.Pred.Test(f, s)
			if ok {
				*n++
			}
			return true, err
		},
		Lanes: func(lanes *Lanes) (bool, error) {
			*n += lanes.Count(lanes.Yes)
			return true, nil
		},
	}
}
