package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
)

// A Search walks all that Views lead to, nearest first and with raw loads as [inspect.Search] does, and
// finds what leads to some memory. It follows what the policy shows, and tells of no place that is
// hidden. What it cannot follow it leaves to its sink, as a Reach does.
type Search struct {
	visit *Visit
	raw   *inspect.Search
	to    SearchSink
	span  inspect.Span
	bases []*View
	held  []bool  // by base: its guard was held
	under *policy // of what is walked
	again bool    // another Search walked the same before
}

// SearchSink is told what a Search finds.
type SearchSink interface {
	inspect.SearchSink
	// At is told, with no guard held, a View that leads there, or to memory of the wanted type with that
	// id; its place may be hidden.
	At(id int, v *View) error
	// Changed is told, with no guard held, a View that was on the way to such a place, and leads
	// elsewhere by now. Its place may be hidden.
	Changed(id int, v *View) error
	// Other is called for what the caller has to walk itself, with no guard held.
	Other(v *View) error
	// Skip counts what an error leaves unread. It returns one with which all ends.
	Skip(err error) error
	// GoOn reports whether to go on.
	GoOn() bool
}

// viewCost is about what a View takes that is kept, in bytes.
const viewCost = 400

// NewSearch returns a Search of the Visit for what leads to a part of span.
func (vis *Visit) NewSearch(span inspect.Span, to SearchSink) *Search {
	s := &Search{visit: vis, to: to, span: span}
	s.raw = inspect.NewSearch(reachRules{vis}, searchSink{to, s}, span)
	return s
}

// Again returns another Search for the same. What it reads is not of the moment at which s has read it.
func (s *Search) Again() *Search {
	again := s.visit.NewSearch(s.span, s.to)
	again.again = true
	return again
}

// Changed is how many values kept changing while they were read.
func (s *Search) Changed() int { return s.raw.Changed() }

// Want has s find memory of type t, as [inspect.Search.Want] does; Wanting is how many types it looks for,
// and Type the type with that id.
func (s *Search) Want(t reflect.Type)      { s.raw.Want(t) }
func (s *Search) Wanting() int             { return s.raw.Wanting() }
func (s *Search) Type(id int) reflect.Type { return s.raw.Type(id) }

// Search has s walk what lies in v and all that it leads to, once Run comes to it. ok is false, and
// nothing was done, if it has to be walked step by step, as [View.Reach] says.
func (v *View) Search(s *Search) (ok bool, err error) {
	v.decide()
	if v.hidden || v.hide != 0 || v.window != nil || v.policy.Names != nil {
		return false, nil
	}
	s.under = v.policy
	added, ok, err := s.raw.Begin(v.val, uint32(v.secrets))
	if !added || err != nil {
		return ok, err
	}
	kept, err := v.Keep()
	if err == nil {
		err = s.to.Keep(viewCost)
	}
	s.bases, s.held = append(s.bases, kept), append(s.held, s.again)
	return true, err
}

// Run walks until nothing is left.
func (s *Search) Run() error {
	for s.to.GoOn() {
		base, ok := s.raw.Next()
		if !ok {
			return nil
		}
		if err := s.slice(s.bases[base]); err != nil {
			if err := s.to.Skip(err); err != nil {
				return err
			}
			s.raw.Drop()
		}
	}
	return nil
}

// slice walks for a moment what lies below one View.
func (s *Search) slice(v *View) error {
	s.under = v.policy
	base, _ := s.raw.Next()
	var found []inspect.Found
	h := v.rawHold()
	if h.held() {
		if s.held[base] { // other bases came in between, or another Search
			s.visit.report.overHolds(v.policy)
		}
		s.held[base] = true
	}
	more := true
	reads, err := h.work(func() (n int, stop bool, err error) {
		n, found, err = s.raw.Step()
		next, ok := s.raw.Next()
		more = ok && next == base
		return n, !more || len(found) > 0, err
	})
	if err != nil {
		return err
	}
	for i := range found {
		if err := s.see(v, &found[i]); err != nil {
			return err
		}
	}
	return h.rest(!more, reads)
}

// see hands out what was found below v.
func (s *Search) see(v *View, f *inspect.Found) error {
	at := v
	if f.Base < 0 {
		at = v.lost(f)
	}
	if at = at.retrace(f.Steps); at == nil || !at.val.IsValid() {
		s.to.Left(inspect.LeftUnread)
		return nil
	}
	switch {
	case f.Changed:
		return s.to.Changed(f.ID, at)
	case f.ID < 0:
		return s.to.Other(at)
	}
	return s.to.At(f.ID, at)
}

// searchSink reports on its way to a SearchSink what is read without a lock of its own.
type searchSink struct {
	SearchSink
	s *Search
}

func (k searchSink) Enter(t reflect.Type) {
	if t.Kind() == reflect.Map {
		k.s.visit.unlocked(t.Key(), k.s.under)
		t = t.Elem()
	}
	k.s.visit.unlocked(t, k.s.under)
}
