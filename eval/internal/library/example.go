package library

import (
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
)

// triedExamples bounds how many objects of a type are asked for their paths, first in the order of the
// census and then among the nearest. Below keys that cannot be typed none has one.
const triedExamples = 1000

// wantsExample reports whether s has no example, and fewer objects than so many were asked for one.
func (s *share) wantsExample(most int) bool { return s.example == "" && s.tried < most }

// examples looks for the nearest objects of the types of which a census has met none with a path: it goes
// depth first, and nobody types a way through hundreds of objects.
type examples struct {
	nearest
	types map[reflect.Type]*share
}

var _ access.SearchSink = (*examples)(nil)

// findExamples looks for examples of the types that lack one, unless the census took so long that there is no
// time for a second walk like it.
func (c *census) findExamples(objects []*access.View, took time.Duration, reads int) error {
	f := c.m.f
	e := &examples{nearest: newNearest(f), types: c.types}
	e.met, e.search = e.add, f.Visit.NewSearch(inspect.Span{}, e)
	for t, s := range c.types {
		if s.wantsExample(2 * triedExamples) {
			e.search.Want(t)
		}
	}
	if e.search.Wanting() == 0 || c.m.cut != "" || f.Elapsed()+took > f.Budget().Time/2 || f.Near(reads) {
		return nil
	}
	defer f.Release(f.Kept())
	return e.stop(e.below(objects))
}

func (e *examples) GoOn() bool {
	if e.search.Wanting() == 0 {
		e.cut = "that is enough"
	}
	return e.inTime()
}

func (e *examples) Found(uintptr) bool { return false }

func (e *examples) At(id int, v *access.View) error {
	err := e.add(v.Source(), e.search.Type(id), 0)
	e.again(id)
	return err
}

func (e *examples) Changed(id int, _ *access.View) error {
	if id >= 0 {
		e.types[e.search.Type(id)].tried++
		e.again(id)
	}
	return nil
}

// again has the type with that id looked for again, unless it has its example.
func (e *examples) again(id int) {
	if t := e.search.Type(id); e.types[t].wantsExample(2 * triedExamples) {
		e.search.Want(t)
	}
}

// add is told of an object.
func (e *examples) add(src render.Source, t reflect.Type, _ int) error {
	s := e.types[t]
	if s == nil || !s.wantsExample(2*triedExamples) || src.Hidden() {
		return nil
	}
	s.tried++
	s.example = src.Path()
	return nil
}
