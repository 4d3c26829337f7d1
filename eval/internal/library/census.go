package library

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime/metrics"
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "census", Args: "x", Max: 1, Reads: Composites, Run: censusOf,
		Summary: "what fills the memory that x leads to, by type, or all that is exposed does", Example: `census(cache)`},
})

// censusOf is census(x): the memory of x and of all that it leads to, by the types of what lies in
// it, as a map from types to {objects: …, bytes: …, percent: …, example: …}, with the most bytes
// first. The memory of a slice, a map or a channel has the type of that. An example is the path of
// the first object that was met, or of the nearest where that has none. Without x it is the memory of
// all exposed objects, but for what is made at each look.
func censusOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	defer f.Release(f.Kept())
	c := census{m: newMeasurer(f), types: map[reflect.Type]*share{}}
	c.m.met, c.m.tally, c.m.found = c.add, c.tally, c.found
	c.m.quick()
	objects, err := censused(f, args)
	if err != nil {
		return nil, err
	}
	began, read := f.Elapsed(), f.Reads()
	for _, v := range objects {
		if err := c.m.all(v); err != nil {
			return nil, err
		}
	}
	if err := c.findExamples(objects, f.Elapsed()-began, f.Reads()-read); err != nil {
		return nil, err
	}
	c.m.note("census")
	f.Note(c.reached(len(args) == 0))
	return c.answer()
}

// censused returns what a census is of.
func censused(f *machine.Frame, args []value.Value) ([]*access.View, error) {
	if len(args) == 0 {
		return exposedObjects(f)
	}
	x, err := objectArgument("census", args[0])
	return []*access.View{x}, err
}

// exposedObjects returns all exposed objects that are shown, but for what is made at each look.
func exposedObjects(f *machine.Frame) (objects []*access.View, err error) {
	for _, e := range f.Known.Exposed() {
		if !f.Visit.Lasts(e.Name) {
			continue // it is made for whoever asks
		}
		if err := f.Tick(1); err != nil {
			return nil, err
		}
		v, err := f.Visit.Get(e.Name)
		if err == nil {
			var target *access.View
			if target, err = v.Target(); target != nil {
				v = target
			}
		}
		if err != nil {
			if code := fault.From(err).Code; code == "budget" || code == "cancelled" {
				return nil, err
			}
			continue // withdrawn meanwhile, or collected
		}
		if !v.Hidden() {
			objects = append(objects, v)
		}
	}
	return objects, nil
}

// census is the memory that was met so far, by type.
type census struct {
	m     *measurer
	types map[reflect.Type]*share

	lastType reflect.Type
	last     *share
}

// share is what the objects of one type take.
type share struct {
	objects, bytes int
	example        string
	tried          int // objects that were asked for their paths
}

// shareCost is about what a share and its row take, in bytes.
const shareCost = 600

func (c *census) add(src render.Source, t reflect.Type, n int) error {
	find, err := c.tally(t, n)
	if find && err == nil {
		c.found(t, src)
	}
	return err
}

// tally counts a piece, and reports whether its path is wanted.
func (c *census) tally(t reflect.Type, n int) (find bool, err error) {
	s := c.last
	if t != c.lastType {
		s = c.types[t]
	}
	if s == nil {
		if err := c.m.f.Keep(shareCost); err != nil {
			return false, err
		}
		s = &share{}
		c.types[t] = s
	}
	c.lastType, c.last = t, s
	s.objects++
	s.bytes += n
	return s.wantsExample(triedExamples), nil
}

// found tells of a piece whose path was wanted.
func (c *census) found(t reflect.Type, src render.Source) {
	if s := c.types[t]; s.wantsExample(triedExamples) {
		s.tried++
		s.example = src.Path()
	}
}

// reached says how much was counted, of how much if it was to be all, and what was not followed.
func (c *census) reached(all bool) string {
	line := "reached " + roughBytes(c.m.bytes)
	if all {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		line += " of " + roughBytes(int(live[0].Value.Uint64())) + " that were live in the heap after the last collection"
	}
	if left := c.m.leftOut(); left != "" {
		line += "; " + left
	}
	return line
}

// answer is the table of types.
func (c *census) answer() (value.Value, error) {
	f := c.m.f
	types := make([]reflect.Type, 0, len(c.types))
	counted := 0
	for t, s := range c.types {
		types = append(types, t)
		counted += s.bytes
	}
	slices.SortFunc(types, func(a, b reflect.Type) int {
		return cmp.Or(cmp.Compare(c.types[b].bytes, c.types[a].bytes), cmp.Compare(c.types[b].objects, c.types[a].objects), cmp.Compare(a.String(), b.String()))
	})
	node := &render.Node{Shape: inspect.Map, Len: len(types)}
	var rows [][]string
	row := func(name string, s *share, objects string) error {
		if err := f.Tick(stepsPerRow); err != nil {
			return err
		}
		portion := percent(float64(s.bytes), float64(c.m.bytes))
		node.Items = append(node.Items, render.Item{Key: plainNode(name), Node: record(
			field{"objects", s.objects}, field{"bytes", s.bytes}, field{"percent", portion}, field{"example", s.example})})
		rows = append(rows, []string{text.Thousands(s.bytes), fmt.Sprint(portion), objects, name, s.example})
		return nil
	}
	for _, t := range types {
		s := c.types[t]
		if err := row(inspect.TypeName(t), s, text.Thousands(s.objects)); err != nil {
			return nil, err
		}
	}
	if rest := c.m.bytes - counted; rest > 0 {
		// No slice that was met has these elements within its length.
		if err := row("(beyond the ends of slices)", &share{bytes: rest}, ""); err != nil {
			return nil, err
		}
		node.Len++
	}
	page := &render.Page{}
	if len(rows) == 0 {
		page = textPage("nothing")
	} else {
		page.Columns(rows, render.Column{Name: "bytes", Right: true}, render.Column{Name: "percent", Right: true},
			render.Column{Name: "objects", Right: true}, render.Column{Name: "type", Role: render.TypeRole}, render.Column{Name: "example"})
	}
	return &value.Snapshot{Node: node, Page: page}, nil
}

// roughBytes writes a number of bytes as people say it: 53.3 MB.
func roughBytes(n int) string {
	switch x := float64(n); {
	case x >= 1e9:
		return fmt.Sprintf("%.1f GB", x/1e9)
	case x >= 1e6:
		return fmt.Sprintf("%.1f MB", x/1e6)
	case x >= 1e3:
		return fmt.Sprintf("%.1f kB", x/1e3)
	}
	return text.Count(n, "byte", "bytes")
}
