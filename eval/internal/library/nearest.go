package library

import (
	"reflect"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// nearest walks what objects lead to, the nearest first: a measurer with what an access.Search asks of its
// sink, but for what it finds.
type nearest struct {
	*measurer
	walked map[uint32]*coverage // by raw loads, by its state
	last   *coverage            // of lastOf
	lastOf uint32
	kept   int // bytes of records
	full   int // and how many they were when there was no room for more, 0 if there always was
}

// nearestDepth is how many pointers in a row are followed before others are looked at, where the walk goes
// step by step.
const nearestDepth = 4

func newNearest(f *machine.Frame) nearest {
	m := newMeasurer(f)
	m.maxDepth, m.breadth = nearestDepth, true
	return nearest{measurer: m}
}

// below walks what lies in the objects, and all that it leads to.
func (w *nearest) below(objects []*access.View) error {
	w.walked, w.last, w.kept = map[uint32]*coverage{}, nil, 0
	w.covered = coverage{m: w.f.Meter, chunks: map[uintptr]*coverChunk{}}
	for _, from := range objects {
		if err := w.object(from.Source(), 0); err != nil {
			return err
		}
	}
	for w.cut == "" {
		if err := w.search.Run(); err != nil {
			return err
		}
		if len(w.waiting) == 0 {
			return nil
		}
		if err := w.rest(); err != nil {
			return err
		}
	}
	return nil
}

func (w *nearest) Cover(state uint32, addr, n uintptr) (fresh int, holes []inspect.Span, err error) {
	c := w.last
	if c == nil || state != w.lastOf {
		if c = w.walked[state]; c == nil {
			c = &coverage{m: w.f.Meter, chunks: map[uintptr]*coverChunk{}}
			w.walked[state] = c
		}
		w.last, w.lastOf = c, state
	}
	if c.touches(addr, n) {
		holes = c.holes(addr, n)
	}
	fresh, err = c.addQuietly(addr, n)
	return fresh, holes, err
}

// Room leaves half of the memory to what is met, and to what is told.
func (w *nearest) Room(n int) bool {
	if w.kept+n > w.f.Budget().Bytes/2 || w.f.Keep(n) != nil {
		w.full = max(w.kept, 1)
		return false
	}
	w.kept += n
	return true
}

func (w *nearest) Left(what inspect.Left) {
	if what == inspect.LeftDeep {
		w.buried++
		return
	}
	reaching{w.measurer}.Left(what)
}

func (w *nearest) Keep(n int) error           { return w.f.Keep(n) }
func (w *nearest) Skip(err error) error       { return w.skip(err) }
func (w *nearest) GoOn() bool                 { return w.inTime() }
func (w *nearest) Enter(reflect.Type)         {}
func (w *nearest) Far()                       { w.far++ }
func (w *nearest) Other(v *access.View) error { return reaching{w.measurer}.Other(v) }
