package registry

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
)

// A Shortcut reads a number or boolean that lies some fields and pointers below a View, for who
// asks for the same of many alike, as .order.total of the elements of a list. It decides nothing: it remembers
// how [View.Member] got from one View to another (an inline cache), and what policy said on the way, and takes
// the same way again from Views for which it must be the same: of the same type, under the same policy, with the patterns
// of Hide at the same place. Whatever else there is on the way is for Member to meet.
//
// The zero Shortcut has learned nothing. One belongs to one goroutine, and remembers one way at a time.
type Shortcut struct {
	policy *policy
	from   reflect.Type
	hide   trail
	route  *inspect.Route // nil: there is no way that would be the same again
	reads  int            // what Member and Scalar tell the Meter
	atomic bool           // it is one of package sync/atomic, which a declared guard covers as it covers all that is no plain word
}

// fits reports whether v is like the View that s has learned from.
func (s *Shortcut) fits(v *View) bool {
	return v.val.Type() == s.from && v.policy == s.policy && v.hide == s.hide
}

// Learn remembers how to was reached from v. Both may be any Views.
func (s *Shortcut) Learn(v, to *View) {
	v.settle()
	to.settle()
	if v.hidden || to.hidden || s.fits(v) {
		return
	}
	*s = Shortcut{policy: v.policy, from: v.val.Type(), hide: v.hide}
	if to.Shape() != inspect.Scalar {
		return
	}
	way, ok := v.wayTo(to)
	if !ok {
		return
	}
	route := inspect.RouteFrom(s.from)
	reads := 1 // of the scalar
	for i := len(way) - 1; i >= 0; i-- {
		if step := way[i].step; step.kind == stepField {
			route.Field(step.index)
		} else {
			route.Elem()
			reads++
		}
	}
	end, kind := route.End()
	if kind == inspect.NoWord || end != to.val.Type() {
		return
	}
	s.route, s.reads, s.atomic = route, reads, !word(end)
}

// wayTo is the way from v to the View to that lies below it, the last step first. ok is false if types alone do not say where it leads.
func (v *View) wayTo(to *View) (way []*View, ok bool) {
	for at := to; at != v; at = at.up {
		if at == nil || at.up == nil {
			return nil, false
		}
		switch at.step.kind {
		case stepField:
		case stepElem:
			if at.up.val.Kind() != reflect.Pointer {
				return nil, false
			}
		default:
			return nil, false
		}
		way = append(way, at)
	}
	return way, true
}

// Reads is how many reads [Shortcut.Word] tells the Meter of, as many as the way that it was learned from.
func (s *Shortcut) Reads() int { return s.reads }

// Word is the scalar that [View.Member] and [View.Scalar] would give. ok is false, and nothing was told the
// Meter, where these have to be asked. The error is the Meter's.
func (s *Shortcut) Word(v *View) (w inspect.Word, ok bool, err error) {
	v.settle()
	if v.hidden || s.route == nil || !s.fits(v) || s.atomic && !v.free() {
		return w, false, nil
	}
	if w, ok = v.val.Follow(s.route); !ok {
		return w, false, nil
	}
	return w, true, v.look.tick(s.reads)
}

// free reports whether what needs no lock by its type may be read below v right now.
func (v *View) free() bool {
	p := v.policy
	return p.frozen || p.owner == nil && p.lock == nil || v.vouched()
}
