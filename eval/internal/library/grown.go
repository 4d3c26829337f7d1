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

// growth is how much more there is of a type.
type growth struct {
	typ           string
	grew, bytes   int // bytes more, and now
	more, objects int
	example       string // of what is there now
}

// grown compares two censuses: how much more there is of each type, what grew most first; ok is false if
// they are something else.
func grown(f *machine.Frame, before, now *render.Node) (answer value.Value, ok bool, err error) {
	was, ok := sharesOf(before)
	if !ok {
		return nil, false, nil
	}
	is, ok := sharesOf(now)
	if !ok {
		return nil, false, nil
	}
	var all []growth
	for typ, s := range is {
		all = append(all, growth{typ, s.bytes - was[typ].bytes, s.bytes, s.objects - was[typ].objects, s.objects, s.example})
	}
	for typ, s := range was {
		if _, there := is[typ]; !there {
			all = append(all, growth{typ: typ, grew: -s.bytes, more: -s.objects})
		}
	}
	all = slices.DeleteFunc(all, func(g growth) bool { return g.grew == 0 && g.more == 0 })
	slices.SortFunc(all, func(a, b growth) int {
		return cmp.Or(cmp.Compare(b.grew, a.grew), cmp.Compare(b.more, a.more), cmp.Compare(a.typ, b.typ))
	})
	var nodes []*render.Node
	var rows [][]string
	for _, g := range all {
		if err := f.Tick(stepsPerRow); err != nil {
			return nil, true, err
		}
		nodes = append(nodes, record(field{"type", g.typ}, field{"grew", g.grew}, field{"bytes", g.bytes},
			field{"more", g.more}, field{"objects", g.objects}, field{"example", g.example}))
		rows = append(rows, []string{change(g.grew), text.Thousands(g.bytes), change(g.more), text.Thousands(g.objects), g.typ, g.example})
	}
	page := textPage("nothing changed")
	if len(rows) > 0 {
		page = &render.Page{}
		page.Columns(rows, render.Column{Name: "grew", Right: true}, render.Column{Name: "bytes", Right: true}, render.Column{Name: "more", Right: true},
			render.Column{Name: "objects", Right: true}, render.Column{Name: "type", Role: render.TypeRole}, render.Column{Name: "example"})
	}
	return &value.Snapshot{Node: records(nodes), Page: page}, true, nil
}

// change writes a difference.
func change(n int) string {
	if n > 0 {
		return "+" + text.Thousands(n)
	}
	return text.Thousands(n)
}

// sharesOf returns the rows of a census by their types; ok is false if n is none.
func sharesOf(n *render.Node) (shares map[string]share, ok bool) {
	if n.Shape != inspect.Map || len(n.Items) == 0 || n.Cut != nil {
		return nil, false
	}
	shares = map[string]share{}
	for _, row := range n.Items {
		if row.Key == nil || row.Node == nil || len(row.Node.Items) != len(censusFields) {
			return nil, false
		}
		var s share
		for i, part := range row.Node.Items {
			if part.Name != censusFields[i] || part.Node.Shape != inspect.Scalar {
				return nil, false
			}
		}
		parts := row.Node.Items
		if _, err := fmt.Sscan(parts[0].Node.Text, &s.objects); err != nil {
			return nil, false
		}
		if _, err := fmt.Sscan(parts[1].Node.Text, &s.bytes); err != nil {
			return nil, false
		}
		s.example = parts[3].Node.Text
		shares[row.Key.Text] = s
	}
	return shares, true
}

// censusFields are the fields of a row of a census.
var censusFields = [...]string{"objects", "bytes", "percent", "example"}
