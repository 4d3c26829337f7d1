package render

import (
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// A cell bounds what is read of an element that text shows on one line: as much as fits there, or for
// a field of a row, into its column. What stands in text is wider than what is counted here, never
// narrower, so that a line looks as if everything had been read.
type cell struct {
	bounded bool
	left    int  // columns
	shows   bool // something in it is not zero: text may leave out what is zero, however wide it is
	row     bool // the struct that is read next is a row, each of whose fields has a cell
}

// shortField is how wide a field of a row may be to stand on its line for certain, if any field
// behind it does.
const shortField = 16

// slack is what is read beyond a cell: a bracket may be narrower than the comma for which it is
// counted, on each level.
const slack = 8

// full reports whether nothing more of the cell that is being read is shown.
func (s *snapper) full() bool { return s.cell.bounded && s.cell.left <= 0 && s.cell.shows }

// use counts n, which has no items.
func (s *snapper) use(n *Node) {
	if s.cell.bounded {
		s.cell.left -= n.atLeast()
		s.cell.shows = s.cell.shows || !n.mayBeZero()
	}
}

// beginLines reports whether text shows each of the elements at that path, of which so many are shown,
// on a line of its own, with its path where it does not fit.
func (s *snapper) beginLines(shown int) bool {
	return s.limit.Line > 0 && s.limit.Taper && !s.cell.bounded && shown > 1 && s.here() != ""
}

// cellOf returns the cell of field i of a row.
func (s *snapper) cellOf(n *Node, parts []opening, i int) cell {
	c := cell{bounded: true, left: s.limit.Line + slack}
	for _, item := range n.Items[i+1:] {
		if !item.Node.mayBeZero() {
			// It is not the last column, which may be wider than others; but the fields before it may
			// have left it room on a line.
			for j := range parts[:i] {
				if before := n.Items[j].Node; parts[j].rest == nil && !before.mayBeZero() {
					if width := before.atLeast(); width <= shortField {
						c.left -= text.Width(n.Items[j].Name) + len(": , ") + width
					}
				}
			}
			c.left = max(c.left, maxCell+slack)
			break
		}
	}
	return c
}

// atLeast returns how many columns n, which has no items, takes in text at least.
func (n *Node) atLeast() int {
	const most = 256 // bytes, which is more than most lines have columns
	switch {
	case n == nil:
	case n.Hidden:
		return len("<redacted>")
	case n.Shape == inspect.Scalar && n.Err == "":
		switch n.Scalar.(type) {
		case time.Time:
			return len("5s")
		case string:
			return text.Width(n.Text[:min(len(n.Text), most)]) + len(`""`)
		}
		return text.Width(n.Text[:min(len(n.Text), most)])
	}
	return len("nil")
}

// AtLeast returns how many columns n takes in text on one line at least.
func (n *Node) AtLeast() int {
	if n == nil || len(n.Items) == 0 {
		return n.atLeast()
	}
	columns := 0
	for _, item := range n.Items {
		columns += len(", ") + text.Width(item.Name) + item.Node.AtLeast()
		if item.Key != nil {
			columns += len(": ") + item.Key.AtLeast()
		}
	}
	return columns
}

// mayBeZero reports whether n may count as zero in text, as far as is known before its items are read.
func (n *Node) mayBeZero() bool {
	switch n.Shape {
	case inspect.Struct:
		return !strings.HasPrefix(n.Type, "*")
	case inspect.Func, inspect.Opaque:
		return true // it says little
	case inspect.List:
		return isArray(n.Type)
	case inspect.Pointer, inspect.Map, inspect.Chan, inspect.Interface:
		return false
	}
	return n.isZero(context{mark: ^inspect.Mark(0)}, 0)
}
