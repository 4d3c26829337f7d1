package access

import (
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// source is a View as snapshots see it: one hop at a time.
type source struct{ *View }

var _ render.Source = source{}

// Source is v as an [render.Source], under the same policy and guards.
func (v *View) Source() render.Source { return source{v} }

// Snap takes a bounded snapshot. Each list, map and struct is read under its guard by itself, so
// that a large snapshot holds none for long.
func (v *View) Snap(limit render.Limit) *render.Node { return render.Snap(v.Source(), limit) }

// Value is [View.Value], of a struct that has a secret in its text without its lens.
func (s source) Value() inspect.Value {
	if s.decide(); !s.hidden {
		s.unveil()
	}
	return s.View.Value()
}

// Elem is the target of a pointer or the content of an interface; nil for nil.
func (s source) Elem() (render.Source, error) {
	c, err := s.hop()
	if c == nil {
		return nil, err
	}
	return source{c}, err
}

// Field is direct field i of a struct; false if it is tagged `inspect:"-"`. No memory is read.
func (s source) Field(i int) (render.Source, bool) {
	c := s.field(i)
	if c == nil {
		return nil, false
	}
	return source{c}, true
}

// Each walks with no guard held while f runs.
func (s source) Each(f func(key, elem render.Source) (bool, error)) error {
	return s.walk(true, true, func(key, elem *View) (bool, error) {
		if key == nil {
			return f(nil, source{elem})
		}
		return f(source{key}, source{elem})
	})
}

// Consistent is View.consistent.
func (s source) Consistent(f func(now func(render.Source) bool)) error {
	return s.View.consistent(func(now func(*View) bool) {
		f(func(part render.Source) bool { return now(part.(source).View) })
	})
}

// Lens is what the application's lens shows in place of a struct.
func (s source) Lens() (render.Source, error) {
	shown, err := s.through()
	if shown == nil {
		return nil, err
	}
	return source{shown}, err
}
