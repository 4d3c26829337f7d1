package console

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// How many proposals are listed. Faced with more, people type on.
const (
	listedWithDetail = 20
	listedInColumns  = 150
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
	e.list(listing(proposals, e.screen.width))
}

// list shows lines below the line being typed, as many as there is room for. The next list that is
// shown without a change in between goes on behind them.
func (e *editor) list(lines []string) {
	e.refresh()
	room := e.screen.roomBelow()
	if room < 2 {
		e.interject(strings.Join(lines, "\n") + "\n")
		return
	}
	if e.screen.below == 0 || len(lines) <= room {
		e.listed = 0
	} else if e.listed += e.screen.below - 1; e.listed >= len(lines) {
		e.listed = 0
	}
	shown := lines[e.listed:]
	if len(lines) > room {
		shown = shown[:min(len(shown), room-1)]
		note := "… Tab shows the beginning"
		if rest := len(lines) - e.listed - len(shown); rest > 0 {
			note = "… " + manyLines(rest) + " more: Tab"
		}
		shown = append(slices.Clone(shown), text.Cut(note, e.screen.width-1))
	}
	e.screen.showBelow(shown)
}

func sharedPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return text.Whole(a[:n])
}

// listing lays out proposals in lines of less than width columns: few of them with their details,
// many in a grid, below what the application has.
func listing(proposals []eval.Completion, width int) []string {
	var rows [][]text.Cell
	var names, functions []string
	for i, p := range proposals[:min(len(proposals), listedInColumns)] {
		if len(proposals) <= listedWithDetail || i < listedWithDetail && isObject(p) {
			rows = append(rows, []text.Cell{{Text: shortName(p, width)}, {Text: text.Escape(p.Detail)}})
		} else if p.Kind == eval.KindFunction {
			functions = append(functions, shortName(p, width))
		} else {
			names = append(names, shortName(p, width))
		}
	}
	lines := slices.Concat(text.Columns(rows, width-1), text.Grid(names, width-1), text.Grid(functions, width-1))
	if len(proposals) > listedInColumns {
		lines = append(lines, "… and more: type on")
	}
	return lines
}

func isObject(p eval.Completion) bool {
	return p.Kind == eval.KindObject || p.Kind == eval.KindNamespace || p.Kind == eval.KindVariable
}

// shortName returns the name of a proposal, cut to a row. All names are padded to the longest, and
// a key of a map may have 64 KiB.
func shortName(p eval.Completion, width int) string { return text.Cut(text.Escape(p.Text), width-1) }
