package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// An answer that a function composes of plain data is a record, or a list of records: a snapshot of a
// struct without a type. Its fields are in the order in which they were given, it can be computed with,
// and lists of records are shown as tables.

// field is one of a record.
type field struct {
	name  string
	value any // plain Go data, a scalar, or a *render.Node
}

func record(fields ...field) *render.Node {
	n := &render.Node{Shape: inspect.Struct}
	for _, f := range fields {
		n.Items = append(n.Items, render.Item{Name: f.name, Node: plainNode(f.value)})
	}
	return n
}

// plainNode is what a record has of a field, whole.
func plainNode(x any) *render.Node {
	if s, ok := x.(value.Scalar); ok {
		x = s.Go()
	}
	return render.FromPlain(x, render.Limit{Depth: 8, Items: maxRows, Bytes: 4 << 10, Nodes: 8 * maxRows}, "")
}

// maxRows bounds the records of one answer.
const maxRows = 100_000

func records(rows []*render.Node) *render.Node {
	list := &render.Node{Shape: inspect.List, Len: len(rows)}
	for _, r := range rows {
		list.Items = append(list.Items, render.Item{Node: r})
	}
	return list
}

// textPage is a page of nothing but text.
func textPage(text string) *render.Page {
	page := &render.Page{}
	page.Text(text, render.PlainRole)
	return page
}
