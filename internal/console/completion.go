package console

import (
	"strings"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// How many proposals are listed. Faced with more, people type on.
const (
	listedWithDetail = 20
	listedInColumns  = 100
)

// line returns the line so far, and the byte offset of the cursor in it.
func (e *editor) line() (line string, pos int) {
	return string(e.text), sizeOf(e.text[:e.pos])
}

// propose inserts the only proposal, or the beginning that all proposals share. If that adds
// nothing to what was typed, it lists the proposals.
func (e *editor) propose(proposals []eval.Completion) {
	if len(proposals) == 0 {
		return
	}
	before := string(e.text[:e.pos])
	start, shared := proposals[0].Start, proposals[0].Text
	if start < 0 || start > len(before) {
		return
	}
	for _, p := range proposals[1:] {
		if shared = sharedPrefix(shared, p.Text); p.Start != start {
			shared = ""
		}
	}
	typed := before[start:]
	if len(proposals) == 1 || len(shared) > len(typed) && strings.HasPrefix(shared, typed) {
		e.delete(e.pos-utf8.RuneCountInString(typed), e.pos)
		e.insert([]rune(shared)...)
		return
	}
	e.interject(listing(proposals, e.screen.width))
}

func sharedPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return text.Whole(a[:n])
}

// listing lays out proposals in width columns: few of them with their details, many in a grid.
func listing(proposals []eval.Completion, width int) string {
	var lines []string
	if len(proposals) <= listedWithDetail {
		rows := make([][]text.Cell, len(proposals))
		for i, p := range proposals {
			rows[i] = []text.Cell{{Text: shortName(p, width)}, {Text: text.Escape(p.Detail)}}
		}
		lines = text.Columns(rows, width-1)
	} else {
		var names []string
		for _, p := range proposals[:min(len(proposals), listedInColumns)] {
			names = append(names, shortName(p, width))
		}
		lines = text.Grid(names, width-1)
	}
	if len(proposals) > listedInColumns {
		lines = append(lines, "… and more: type on")
	}
	return strings.Join(lines, "\n") + "\n"
}

// shortName returns the name of a proposal, cut to a row. All names are padded to the longest, and
// a key of a map may have 64 KiB.
func shortName(p eval.Completion, width int) string { return text.Cut(text.Escape(p.Text), width-1) }
