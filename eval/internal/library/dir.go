package library

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "dir", Args: "x", Max: 1, Reads: Composites, Places: true, Run: dir,
		Summary: "what is exposed, or what may follow the dot behind x", Example: `dir(cache)`},
})

// dir lists the exposed names, or what may follow x., as a list of records.
func dir(f *machine.Frame, args []value.Value) (value.Value, error) {
	if len(args) == 0 {
		return table(exposedRows(f, ""), "name", "type", "doc", "guard"), nil
	}
	switch x := args[0].(type) {
	case value.Namespace:
		return table(exposedRows(f, x.Prefix()), "name", "type", "doc", "guard"), nil
	case *value.Snapshot:
		var rows [][]string
		for _, it := range x.Node.Items {
			if it.Name != "" {
				rows = append(rows, []string{it.Name, it.Node.Type})
			}
		}
		return table(rows, "name", "type"), nil
	case value.Live:
		y, err := value.Load(x)
		if err == nil {
			err = value.Refuse(y)
		}
		if err != nil {
			return nil, err
		}
		members, err := x.View.Members()
		if err != nil {
			return nil, err
		}
		var rows [][]string
		for _, m := range members {
			note := m.Note
			if m.Hidden {
				note = strings.TrimPrefix(note+", redacted", ", ")
			}
			rows = append(rows, []string{m.Name, m.Type, note})
		}
		if rows, err = lensRows(x, rows); err != nil {
			return nil, err
		}
		if _, scalar := y.(value.Scalar); scalar && len(rows) == 0 {
			return nil, value.WrongArgument("dir", 1, "a live object", y)
		}
		return table(rows, "name", "type", "note"), nil
	}
	x, err := value.Load(args[0])
	if err != nil {
		return nil, err
	}
	return nil, value.WrongArgument("dir", 1, "a live object", x)
}

// lensRows appends the fields that only the lens of an object shows.
func lensRows(x value.Live, rows [][]string) ([][]string, error) {
	shown, err := x.View.Reading()
	if err != nil || shown == nil {
		return rows, err
	}
	if shown, err = shown.Resolve(); err != nil || shown == nil || shown.Shape() != inspect.Struct {
		return rows, err
	}
	members, err := shown.Members()
	for _, m := range members {
		own := slices.ContainsFunc(rows, func(row []string) bool { return row[0] == m.Name })
		if !own && !m.Method {
			rows = append(rows, []string{m.Name, m.Type, "by its lens"})
		}
	}
	return rows, err
}

// family is how many names with the same first parts are listed one by one. More are one row.
const family = 3

// exposedRows are the rows of dir() for the names that begin with prefix.
func exposedRows(f *machine.Frame, prefix string) [][]string {
	// parent is go of go.mem, and "" of what has no further parts.
	parent := func(name string) string {
		first, _, more := strings.Cut(name[len(prefix):], ".")
		if !more {
			return ""
		}
		return prefix + first
	}
	exposed := slices.DeleteFunc(f.Known.Exposed(), func(e registry.Entry) bool { return !strings.HasPrefix(e.Name, prefix) })
	size := map[string]int{}
	for _, e := range exposed {
		size[parent(e.Name)]++
	}
	var rows [][]string
	last := "" // the family of the last row
	for _, e := range exposed {
		switch p := parent(e.Name); {
		case p == "" || size[p] <= family:
			rows = append(rows, []string{e.Name, e.Type, e.Doc, e.Guard})
		case p != last:
			rows = append(rows, []string{p, strconv.Itoa(size[p]) + " names", "", "dir(" + p + ") lists them"})
			last = p
		}
	}
	return rows
}

// table makes a list of records of rows of cells. It leaves out columns that are empty in all rows.
// The first column has names, the second types.
func table(rows [][]string, names ...string) *value.Snapshot {
	used := make([]bool, len(names))
	for _, row := range rows {
		for i, cell := range row {
			used[i] = used[i] || cell != ""
		}
	}
	list := &render.Node{Shape: inspect.List, Len: len(rows)}
	for _, row := range rows {
		r := &render.Node{Shape: inspect.Struct}
		for i, cell := range row {
			if !used[i] {
				continue
			}
			r.Items = append(r.Items, render.Item{
				Name: names[i],
				Node: &render.Node{Shape: inspect.Scalar, Type: "string", Text: cell, Scalar: cell, Len: len(cell)},
			})
		}
		list.Items = append(list.Items, render.Item{Node: r})
	}
	return &value.Snapshot{Node: list, Page: namePage(rows)}
}

// namePage shows rows of a name, a type and notes.
func namePage(rows [][]string) *render.Page {
	if len(rows) == 0 {
		return textPage("nothing")
	}
	page := &render.Page{}
	columns := make([]render.Column, len(rows[0]))
	columns[0].Role = render.NameRole
	columns[1].Role = render.TypeRole
	page.Columns(rows, columns...)
	return page
}
