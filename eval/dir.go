package eval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/registry"
)

// dir lists the exposed names, or what may follow x.: a list of rows that can be filtered.
func dir(f *frame, args []any) (any, error) {
	if len(args) == 0 {
		return table(f.entries(""), "name", "type", "doc", "guard"), nil
	}
	switch x := args[0].(type) {
	case namespace:
		return table(f.entries(x.prefix), "name", "type", "doc", "guard"), nil
	case *snapshot:
		var rows [][]string
		for _, it := range x.node.Items {
			if it.Name != "" {
				rows = append(rows, []string{it.Name, it.Node.Type})
			}
		}
		return table(rows, "name", "type"), nil
	case *registry.View:
		members, err := x.Members()
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
		if x.Lensed() {
			if rows, err = lensRows(x, rows); err != nil {
				return nil, err
			}
		}
		return table(rows, "name", "type", "note"), nil
	}
	return nil, wrongArgument("dir", 1, "a live object", args[0])
}

// lensRows adds to the rows of an object the fields that its lens shows.
func lensRows(x *registry.View, rows [][]string) ([][]string, error) {
	shown, shape, err := resolve(x)
	if err != nil || shape != inspect.Struct {
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

// entries are the rows of dir() for the names below a prefix.
func (f *frame) entries(prefix string) [][]string {
	var rows [][]string
	for _, e := range f.exposed {
		if len(e.Name) > len(prefix) && e.Name[:len(prefix)] == prefix {
			rows = append(rows, []string{e.Name, e.Type, e.Doc, e.Guard})
		}
	}
	return rows
}

// table makes a list of rows with named columns. A column that is empty in all rows is left out.
func table(rows [][]string, names ...string) *snapshot {
	list := &inspect.Node{Shape: inspect.List, Len: len(rows)}
	for _, row := range rows {
		r := &inspect.Node{Shape: inspect.Struct}
		for i, cell := range row {
			if empty(rows, i) {
				continue
			}
			r.Items = append(r.Items, inspect.Item{
				Name: names[i],
				Node: &inspect.Node{Shape: inspect.Scalar, Type: "string", Text: cell, Scalar: cell, Len: len(cell)},
			})
		}
		list.Items = append(list.Items, inspect.Item{Node: r})
	}
	return &snapshot{list, columns(rows, 3)}
}

// maxColumn is the width to which a column is aligned: longer cells push aside what follows them.
const maxColumn = 48

// columns writes rows as people like to read them: in columns with a gap between, without quotes and
// brackets. Those of right stand to the right.
func columns(rows [][]string, gap int, right ...int) string {
	if len(rows) == 0 {
		return "nothing"
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = min(max(widths[i], utf8.RuneCountInString(cell)), maxColumn)
		}
	}
	var out strings.Builder
	for n, row := range rows {
		if n > 0 {
			out.WriteByte('\n')
		}
		line := ""
		for i, cell := range row {
			if widths[i] == 0 {
				continue
			}
			width := -widths[i] // to the left
			if slices.Contains(right, i) {
				width = widths[i]
			}
			line += fmt.Sprintf("%*s%*s", width, strings.Map(printable, cell), gap, "")
		}
		out.WriteString(strings.TrimRight(line, " "))
	}
	return out.String()
}

// printable replaces what would not stand on a line as it is.
func printable(r rune) rune {
	if !strconv.IsPrint(r) {
		return '?'
	}
	return r
}

func empty(rows [][]string, column int) bool {
	for _, row := range rows {
		if row[column] != "" {
			return false
		}
	}
	return true
}
