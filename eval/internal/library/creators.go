package library

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// created is goroutines that began with one function, and were made by those of one branch.
type created struct {
	list      []*inspect.Goroutine
	createdBy string
}

// creators is tree(goroutines): who created whom, a line for all that began with the same function, as
// {depth: …, name: …, count: …, createdBy: …, states: …}. What was created by goroutines that have
// ended stands at the top.
func creators(f *machine.Frame, depth int) (value.Value, error) {
	list, release, err := goroutinesOf(f, "tree", nil)
	if err != nil {
		return nil, err
	}
	if err := f.Keep(64 * len(list)); err != nil {
		return nil, err
	}
	w := creatorWriter{f: f, most: depth, by: map[int][]*inspect.Goroutine{}}
	known := map[int]bool{}
	for _, g := range list {
		known[g.ID()] = true
	}
	var top []*inspect.Goroutine
	for _, g := range list {
		// A number says nothing of age: each processor hands out numbers of a block of its own.
		if p := g.Parent(); known[p] && p != g.ID() {
			w.by[p] = append(w.by[p], g)
		} else {
			top = append(top, g)
		}
	}
	if err := w.branch(top, "", 1, true); err != nil {
		return nil, err
	}
	if below := len(list) - w.told; below > 0 {
		f.Note(fmt.Sprintf("%s further down than depth %d", text.Count(below, "goroutine is", "goroutines are"), depth))
	}
	page := &render.Page{Gap: 2}
	page.Columns(w.lines, render.Column{Role: render.NameRole}, render.Column{Role: render.NumberRole, Right: true}, render.Column{}, render.Column{Role: render.TypeRole})
	release()
	return &value.Snapshot{Node: records(w.rows), Page: page}, f.Keep(value.NodeSize(6 * len(w.rows)))
}

type creatorWriter struct {
	f     *machine.Frame
	most  int
	by    map[int][]*inspect.Goroutine // who created them
	told  int                          // how many the rows have
	rows  []*render.Node
	lines [][]string
}

// branch writes goroutines that have one branch in common, most first.
func (w *creatorWriter) branch(list []*inspect.Goroutine, before string, depth int, top bool) error {
	groups := map[string]*created{}
	var order []*created
	for _, g := range list {
		key := g.Entry() + "\x00" + g.CreatedBy()
		c := groups[key]
		if c == nil {
			c = &created{createdBy: g.CreatedBy()}
			groups[key] = c
			order = append(order, c)
		}
		c.list = append(c.list, g)
	}
	if err := w.f.Tick(len(list)); err != nil {
		return err
	}
	slices.SortStableFunc(order, func(a, b *created) int { return cmp.Compare(len(b.list), len(a.list)) })
	for i, c := range order {
		if err := w.f.Keep(value.NodeSize(6)); err != nil {
			return err
		}
		w.told += len(c.list)
		mark, indent := "├─ ", "│  "
		if i == len(order)-1 {
			mark, indent = "└─ ", "   "
		}
		if top {
			mark, indent = "", ""
		}
		states := statesOf(c.list)
		by := ""
		if c.createdBy != "" {
			by = "created by " + text.ShortPaths(c.createdBy)
		}
		name := c.list[0].Entry()
		w.rows = append(w.rows, record(field{"depth", depth - 1}, field{"name", name}, field{"count", len(c.list)}, field{"createdBy", c.createdBy}, field{"states", states}))
		w.lines = append(w.lines, []string{before + mark + text.ShortPaths(name), text.Thousands(len(c.list)), states, by})
		if depth > w.most {
			continue
		}
		var below []*inspect.Goroutine
		for _, g := range c.list {
			below = append(below, w.by[g.ID()]...)
		}
		if len(below) == 0 {
			continue
		}
		if err := w.branch(below, before+indent, depth+1, false); err != nil {
			return err
		}
	}
	return nil
}

// statesOf says in a few words what goroutines do: "12 chan receive, 3 running".
func statesOf(list []*inspect.Goroutine) string {
	n := map[string]int{}
	var order []string
	for _, g := range list {
		what := cmp.Or(g.Wait(), g.State())
		if n[what]++; n[what] == 1 {
			order = append(order, what)
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(n[b], n[a]) })
	out := ""
	for i, what := range order {
		if i == 3 && len(order) > 4 {
			return out + ", …"
		}
		if i > 0 {
			out += ", "
		}
		if len(list) > 1 {
			out += text.Thousands(n[what]) + " "
		}
		out += what
	}
	return out
}
