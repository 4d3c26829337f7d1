package library

import (
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// A record is the answer of a function that composes it of plain data: a snapshot of a struct
// without a type. Its fields keep their order. It can be computed with, and lists of records are
// shown as tables.

// field is a field of a record.
type field struct {
	name  string
	value any // plain Go data, a scalar, or a *render.Node
}

func record(fields ...field) *render.Node {
	n := &render.Node{Shape: inspect.Struct, Items: make([]render.Item, 0, len(fields))}
	for _, f := range fields {
		n.Items = append(n.Items, render.Item{Name: f.name, Node: plainNode(f.value)})
	}
	return n
}

// plainNode is a field of a record, whole.
func plainNode(x any) *render.Node {
	switch s := x.(type) {
	case *render.Node:
		return s
	case value.Scalar:
		x = s.Go()
	}
	return render.FromPlain(x, render.Limit{Depth: 8, Items: maxRows, Bytes: 4 << 10, Nodes: 8 * maxRows}, "")
}

// maxRows bounds the records of an answer.
const maxRows = 100_000

func records(rows []*render.Node) *render.Node {
	list := &render.Node{Shape: inspect.List, Len: len(rows), Items: slices.Grow([]render.Item(nil), len(rows))}
	for _, r := range rows {
		list.Items = append(list.Items, render.Item{Node: r})
	}
	return list
}

// textPage is a page with a line of text.
func textPage(text string) *render.Page {
	page := &render.Page{}
	page.Text(text, render.PlainRole)
	return page
}
