package eval

import "github.com/sightglass-go/sightglass/inspect"

// An answer that a function composes of plain data is a record, or a list of records: a snapshot of a
// struct without a type. Its fields are in the order in which they were given, it can be computed with,
// and lists of records are shown as tables.

// field is one of a record.
type field struct {
	name  string
	value any // plain, or a *inspect.Node
}

func record(fields ...field) *inspect.Node {
	n := &inspect.Node{Shape: inspect.Struct}
	for _, f := range fields {
		n.Items = append(n.Items, inspect.Item{Name: f.name, Node: plainNode(f.value)})
	}
	return n
}

// plainNode is what a record has of plain data, whole.
func plainNode(x any) *inspect.Node {
	return inspect.FromPlain(x, inspect.Limit{Depth: 8, Items: maxRows, Bytes: 4 << 10, Nodes: 8 * maxRows}, "")
}

// maxRows bounds the records of one answer.
const maxRows = 100_000

func records(rows []*inspect.Node) *inspect.Node {
	list := &inspect.Node{Shape: inspect.List, Len: len(rows)}
	for _, r := range rows {
		list.Items = append(list.Items, inspect.Item{Node: r})
	}
	return list
}
