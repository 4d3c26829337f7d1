package library

import (
	"cmp"
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
)

// sorting is a call of sort or sortBy whose elements nobody has asked for yet.
type sorting struct {
	f    *machine.Frame
	l    *machine.Loop
	x    value.Value // the collection
	at   fault.Pos   // of the call
	name string

	order func(a, b value.Value) (int, error)
	sign  int // 1 if the greatest comes first, -1 if the least does
}

// newSorting evaluates what says the order, and then the collection.
func newSorting(f *machine.Frame, l *machine.Loop) (*sorting, error) {
	s := &sorting{f: f, l: l, name: cmp.Or(l.Function, "sort"), order: value.Ascending(&f.Thread), sign: -1}
	if l.Other != nil {
		x, err := l.Other(f)
		if err != nil {
			return nil, err
		}
		if s.order, err = value.Direction(&f.Thread, x); err != nil {
			if name, ok := x.(value.String); ok && l.Pred == nil && len(name) <= 60 && value.IsName(string(name)) {
				return nil, fault.From(err).With("a field is written without quotes, as in sort(xs, .%s)", name)
			}
			return nil, err
		}
		if x == value.String("desc") {
			s.sign = 1
		}
	}
	var err error
	s.x, err = l.From(f)
	return s, err
}

func sortBy(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	s, err := newSorting(f, l)
	if err != nil {
		return nil, err
	}
	return s.all()
}

// sorted is sort without a predicate.
func sorted(f *machine.Frame, args []value.Value) (value.Value, error) {
	return sortBy(f, loopOver(args))
}

// loopOver is a call of sort without a predicate.
func loopOver(args []value.Value) *machine.Loop {
	known := func(x value.Value) machine.Code {
		return func(*machine.Frame) (value.Value, error) { return x, nil }
	}
	l := &machine.Loop{From: known(args[0])}
	if len(args) == 2 {
		l.Other = known(args[1])
	}
	return l
}

// all sorts all elements.
func (s *sorting) all() (value.Value, error) {
	f, l := s.f, s.l
	if xs, ok := s.x.(value.List); ok && l.Pred == nil {
		return s.list(xs)
	}
	elems, keys := value.List{}, value.List{}
	fold := f.BeginFold(s.x, func() machine.Partial { return collected(s.name, len(keys)) })
	add := func(key, elem value.Value) (err error) {
		// Without a predicate the key is the element.
		if l.Pred != nil {
			if key, err = value.Hold(&f.Thread, key); err != nil {
				return err
			}
		}
		if elem, err = value.HoldElement(&f.Thread, elem); err != nil {
			return err
		}
		elems, keys = append(elems, elem), append(keys, key)
		return nil
	}
	err := l.OverBy(f, s.x, machine.Body{
		Each: func(sc *machine.Scope) (bool, error) {
			key, err := l.Pred.On(f, sc)
			if err == nil {
				err = l.Pred.Pos().Err(value.Refuse(key))
			}
			if err != nil {
				return false, err
			}
			return true, add(key, sc.Elem)
		},
		Lends: true,
		// Nobody sees where the time of a key is.
		Moments: l.Pred != nil,
		Lanes: func(lanes *machine.Lanes) (bool, error) {
			return lanes.Hold(f, func(lane int, elem value.Value) error {
				if v := lanes.Values; v.Kind == inspect.TimeDatum {
					return add(value.Moment(v.Bits[lane]), elem)
				}
				return add(lanes.Value(lane), elem)
			})
		},
	})
	f.EndFold(fold, err)
	if err != nil {
		return nil, err
	}
	xs, err := value.Sorted(&f.Thread, elems, keys, s.order)
	return value.List(xs), l.Pred.Pos().Err(err)
}

// list sorts what is held.
func (s *sorting) list(xs value.List) (value.Value, error) {
	keys := make(value.List, len(xs))
	for i, x := range xs {
		var err error
		if keys[i], err = value.Load(x); err == nil {
			err = value.Refuse(keys[i])
		}
		if err != nil {
			return nil, err
		}
	}
	xs, err := value.Sorted(&s.f.Thread, xs, keys, s.order)
	return xs, err
}

// few returns the first n elements, 0 < n, or if last is set the last n, and keeps no more than these.
func (s *sorting) few(n int, last bool) (value.Value, error) {
	b := best{f: s.f, l: s.l, n: n, name: s.name, sign: s.sign, last: last}
	if last {
		b.sign = -s.sign
	}
	fold := s.f.BeginFold(s.x, b.sofar)
	err := s.l.OverBy(s.f, s.x, b.body())
	s.f.EndFold(fold, err)
	if err != nil {
		return nil, err
	}
	xs := make(value.List, len(b.rows))
	for i, r := range b.rows {
		xs[i] = r.elem
	}
	if last {
		slices.Reverse(xs)
	}
	return xs, nil
}

// fewOfSortBy is sort or sortBy for Head and Tail.
func fewOfSortBy(l *machine.Loop, at fault.Pos) machine.Code {
	return func(f *machine.Frame) (value.Value, error) {
		s, err := newSorting(f, l)
		if err != nil {
			return nil, at.Err(err)
		}
		s.at = at
		return value.NewList(func(t *value.Thread, unlocked bool, yield value.Yield) error {
			xs, err := s.all()
			if err != nil {
				return at.Err(err)
			}
			return value.Each(t, xs, unlocked, yield)
		}).From(s), nil
	}
}

// Head returns x, or if it comes from a Few a list that begins with the first n elements of x and may
// have no others. A negative n stands for all. Whoever calls a Few gives its answer to Head or Tail before
// anything else.
func Head(x value.Value, n int) (value.Value, error) { return part(x, n, false) }

// Tail is Head for the last n elements: the list ends with them.
func Tail(x value.Value, n int) (value.Value, error) { return part(x, n, true) }

// part is Head or, if last is set, Tail.
func part(x value.Value, n int, last bool) (value.Value, error) {
	p, ok := x.(*value.Pipe)
	if !ok {
		return x, nil
	}
	s, ok := p.Origin().(*sorting)
	if !ok {
		return x, nil
	}
	var err error
	if 0 < n && n <= maxTop {
		x, err = s.few(n, last)
	} else {
		x, err = s.all()
	}
	return x, s.at.Err(err)
}
