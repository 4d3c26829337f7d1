package inspect

import "strings"

// listing is a list of rows of nothing but text, as dir() is: what an answer
// about the program is made of, and no value of the program's. It is written in
// columns, without quotes and names.
type listing struct {
	rows   [][]string
	widths []int
}

// listingGap is how many columns stand between those of a listing.
const listingGap = 3

// minLast is to how few columns the last column of a listing is folded.
const minLast = 16

// listing returns n as one, nil if it is none.
func (n *Node) listing() *listing {
	if n == nil || n.Shape != List || n.Type != "" || len(n.Items) == 0 || n.Err != "" {
		return nil
	}
	first := n.Items[0].Node
	if first == nil || first.Shape != Struct || first.Type != "" || len(first.Items) == 0 {
		return nil
	}
	t := &listing{widths: make([]int, len(first.Items))}
	for _, item := range n.Items {
		if item.Node == nil || !item.Node.isRow() || !item.Node.sameColumns(first) {
			return nil
		}
		row := make([]string, len(first.Items))
		for c, field := range item.Node.Items {
			text, ok := field.Node.Scalar.(string)
			if !ok || field.Node.Cut != nil || field.Node.Hidden {
				return nil
			}
			row[c] = clean(text)
			t.widths[c] = max(t.widths[c], textWidth(row[c]))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// listingRoles are the colours of the columns: names, types, and what is said of them.
var listingRoles = [...]role{nameRole, typeRole, punctuation}

func (w *writer) writeListing(t *listing, n *Node) {
	last := len(t.widths) - 1
	before := 0
	for _, width := range t.widths[:last] {
		before += width + listingGap
	}
	room := max(w.style.Width-before, minLast)
	var l line
	for _, row := range t.rows {
		for c, text := range row[:last] {
			l.add(listingRoles[min(c, len(listingRoles)-1)], text)
			if rest := strings.Join(row[c+1:], ""); rest != "" {
				l.pad(t.widths[c] - textWidth(text) + listingGap)
			}
		}
		for i, text := range fold(row[last], room) {
			if i > 0 {
				w.flush(&l, before)
			}
			l.add(punctuation, text)
		}
		w.flush(&l, 0)
	}
	for _, s := range w.tail(n) {
		l.add(s.role, s.text)
		w.flush(&l, 0)
	}
}

// fold breaks text between words so that the lines have no more columns than
// that, where the words allow.
func fold(text string, columns int) (lines []string) {
	for textWidth(text) > columns {
		head := fit(text, columns+1)
		at := strings.LastIndexByte(head, ' ')
		if at <= 0 {
			if at = strings.IndexByte(text, ' '); at < 0 {
				break
			}
		}
		lines = append(lines, text[:at])
		text = text[at+1:]
	}
	return append(lines, text)
}
