package machine

import (
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
)

// stage is a filter or a map whose elements are taken one by one. In a loop over batches it is a part
// of the loop.
type stage struct {
	loop    *Loop
	of      value.Value // the collection, settled
	filters bool
	count   *int         // how many elements it has made
	passed  inspect.Mask // the lanes that it makes an element of, if they are not bad
}

// Filtered is the elements of x that meet the condition of l, one by one. It counts them in n.
func (l *Loop) Filtered(f *Frame, x value.Value, n *int) *value.Pipe {
	x, _ = value.Settle(x)
	st := &stage{loop: l, of: x, filters: true, count: n}
	return value.NewPart(x, func(_ *value.Thread, unlocked bool, yield value.Yield) error {
		*n = 0
		body := l.Matching(f, false, func(s *Scope) (bool, error) {
			more, err := yield(*n, s.Key, s.Value)
			if err == nil {
				*n++
			}
			return more, err
		})
		body.Unlocked = unlocked
		return l.OverBy(f, x, body)
	}).From(st)
}

// Mapped is what the predicate of l answers for each element of x, one by one. It is a map if x is
// one of groups. It counts its elements in n.
func (l *Loop) Mapped(f *Frame, x value.Value, n *int) *value.Pipe {
	grouped := value.IsGrouped(x)
	walk := func(_ *value.Thread, unlocked bool, yield value.Yield) error {
		next := func(s *Scope, y value.Value) (bool, error) {
			key := s.Key
			if !grouped {
				key = value.Unkeyed
			}
			more, err := yield(s.Index, key, y)
			if err == nil {
				*n++
			}
			return more, err
		}
		body := Body{Unlocked: unlocked, Each: func(s *Scope) (bool, error) {
			y, err := l.Pred.On(f, s)
			if err != nil {
				return false, err
			}
			return next(s, value.Named(y, l.Pred.constants(s)))
		}}
		if !unlocked && !grouped {
			body.Lanes = func(lanes *Lanes) (more bool, err error) {
				in, s := lanes.Elements(), Scope{Key: value.Unkeyed}
				for lane := in.Next(lanes.Lo); lane < lanes.Hi; lane = in.Next(lane + 1) {
					s.Index = lanes.Index(lane)
					if more, err = next(&s, value.Named(lanes.Value(lane), lanes.Values.Constants)); err != nil || !more {
						lanes.Took = lane - lanes.Lo + 1
						return false, err
					}
				}
				return true, nil
			}
		}
		return l.OverBy(f, x, body)
	}
	if grouped {
		return value.NewMapped(x, walk)
	}
	x, _ = value.Settle(x)
	return value.NewList(walk).From(&stage{loop: l, of: x, count: n})
}

// each returns what is done with an element of the collection step by step, if next is done with
// what the stage makes of it.
func (st *stage) each(f *Frame, next func(s *Scope) (bool, error)) func(s *Scope) (bool, error) {
	var made Scope
	return func(s *Scope) (bool, error) {
		made = Scope{Index: s.Index, Key: value.Unkeyed}
		if st.filters {
			ok, err := st.loop.Pred.Test(f, s)
			if err != nil || !ok {
				return true, err
			}
			made.Index, made.Key, made.Elem = *st.count, s.Key, s.Value
		} else {
			y, err := st.loop.Pred.On(f, s)
			if err != nil {
				return false, err
			}
			made.Elem = value.Named(y, st.loop.Pred.constants(s))
		}
		made.Value = made.Elem
		more, err := next(&made)
		if err == nil {
			*st.count++
		}
		return more, err
	}
}

// Len is value.Len, and counts what a filter leaves in batches.
func Len(f *Frame, x value.Value) (n int, err error) {
	if !value.Streamed(x) {
		return value.Len(&f.Thread, x)
	}
	body := Body{
		Bare:  true,
		Each:  func(*Scope) (bool, error) { n++; return true, nil },
		Lanes: func(l *Lanes) (bool, error) { n += l.Len(); return true, nil },
	}
	err = new(Loop).OverBy(f, x, body)
	return n, err
}
