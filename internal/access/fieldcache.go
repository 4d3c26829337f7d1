package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/pattern"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// FieldCache reads a number, boolean or string that lies some fields and pointers below a View, for
// who asks for the same of many alike, as .order.total of the elements of a list. It decides
// nothing: it remembers how [View.Member] got from one View to another (an inline cache), and what
// policy said on the way, and takes the same way again from Views for which it must be the same: of
// the same type, under the same policy, with the patterns of Hide at the same place. Whatever else
// there is on the way is for Member to meet.
//
// The zero FieldCache has learned nothing. One belongs to one goroutine, and remembers one way at a
// time.
type FieldCache struct {
	policy *policy
	from   reflect.Type
	hide   pattern.Trail
	tells  secret.Kinds
	path   *inspect.FieldPath // nil where types alone do not lead to a Datum
	reads  int                // what Member and Scalar tell the Meter
	hops   bool               // it leads out of the View's own memory
	kind   inspect.DatumKind
	wide   bool // it is more than a word
}

// fits reports whether v is like the View that s has learned from.
func (s *FieldCache) fits(v *View) bool {
	return v.val.Type() == s.from && v.policy == s.policy && v.hide == s.hide && v.tells == s.tells
}

// Learn remembers how to was reached from v. Both may be any Views.
func (s *FieldCache) Learn(v, to *View) {
	v.decide()
	to.decide()
	if v.hidden || to.hidden || s.fits(v) {
		return
	}
	*s = FieldCache{policy: v.policy, from: v.val.Type(), hide: v.hide, tells: v.tells}
	if to.Shape() != inspect.Scalar {
		return
	}
	way, ok := v.wayTo(to)
	if !ok {
		return
	}
	path := v.val.FieldPath()
	s.reads = 1     // of the scalar
	locked := false // by a struct on the way that may have a lock of its own
	for i := len(way) - 1; i >= 0; i-- {
		if up := way[i].up; way[i].step.kind == stepElem {
			path.Elem()
			s.hops = true
			s.reads++
		} else {
			path.Field(way[i].step.index)
			locked = locked || structOf(up.val.Type()).Independent
		}
	}
	end, datum := path.End()
	if s.kind = datum; datum != inspect.NoDatum && end == to.val.Type() && !(locked && datum == inspect.TextDatum) {
		s.path = path
	}
	s.wide = !kind.IsWord(end)
}

// wayTo is the way from v to the View to that lies below it, the last step first. ok is false if
// types alone do not say where it leads.
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

// Reads is how many reads [FieldCache.Read] tells the Meter of, as many as the way that it was
// learned from.
func (s *FieldCache) Reads() int { return s.reads }

// Read gives what [View.Member] and [View.Scalar] would give. ok is false, and nothing was told the
// Meter, where these have to be asked. The error is the Meter's.
func (s *FieldCache) Read(v *View) (d inspect.Datum, ok bool, err error) {
	v.decide()
	if v.hidden || s.path == nil || !s.fits(v) || s.wide && !s.ready(v) {
		return d, false, nil
	}
	// What a longer text costs is more than a read.
	if d, ok = v.val.Follow(s.path, secretPiece); !ok || secret.In(d.Text) {
		return d, false, nil
	}
	return d, true, v.visit.tick(s.reads)
}

// ready is [View.ready] of what s leads to from v, and more than a word: a text, which is guarded
// by what guards v, or an atomic, which needs no lock but one that was declared.
func (s *FieldCache) ready(v *View) bool {
	p := v.policy
	switch {
	case p.Frozen:
		return true
	case p.ofResults && !s.hops && v.ours():
		return true
	case p.Owner != nil || p.Lock != nil && p.Names == nil:
		return v.vouched() || p.ofResults && v.visit.guards.IsOn(p.Owner)
	case s.kind != inspect.TextDatum:
		return true
	}
	if k := v.lock(); k != nil {
		return v.visit.guards.Holds(k)
	}
	if (s.hops || v.val.Mark()&inspect.Copied == 0) && !(v.fresh() && !s.hops) {
		v.unguarded()
	}
	return true
}
