package console

import (
	"strings"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// How many proposals are listed: more than a screen of them is not read, but typed on.
const (
	listedWithDetail = 20
	listedInColumns  = 100
)

// place is the line and the byte in it that a completion is asked for.
func (e *editor) place() (line string, pos int) {
	return string(e.text), sizeOf(e.text[:e.pos])
}

// propose completes what stands before the cursor: with the one proposal, with what all proposals
// share, or where that adds nothing by listing them.
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

// listing shows proposals, few of them with their details.
func listing(proposals []eval.Completion, width int) string {
	var b strings.Builder
	shown := proposals[:min(len(proposals), listedInColumns)]
	longest := 0
	names := make([]string, len(shown))
	for i, p := range shown {
		names[i] = text.Cut(text.Escape(p.Text), width-1)
		longest = max(longest, text.Width(names[i]))
	}
	columns := 1
	if len(shown) > listedWithDetail {
		columns = max(1, width/(longest+2))
	}
	rows := (len(shown) + columns - 1) / columns
	for row := range rows {
		line := ""
		for i := row; i < len(shown); i += rows {
			line += text.Pad(names[i], longest+2)
		}
		if columns == 1 {
			line = text.Cut(line+text.Escape(shown[row].Detail), width-1)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if len(proposals) > len(shown) {
		b.WriteString("… and more: type on\n")
	}
	return b.String()
}
