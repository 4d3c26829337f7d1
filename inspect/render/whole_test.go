package render_test

import (
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect/render"
)

// TestWholeCells: a value in a column is never broken over the end of a line. It moves below, and
// is cut if it is too long even there.
func TestWholeCells(t *testing.T) {
	p := &render.Page{Gap: 2}
	p.Columns([][]string{
		{".pending[0].note", `"a gift for a friend who likes tea"`, "→", `"two gifts, and a card with a picture"`, ""},
		{".total", "1,407.4", "→", "1,415.08", "+7.68"},
		{".long", `"` + strings.Repeat("a word ", 20) + `"`, "→", "1", ""},
	}, render.Column{}, render.Column{Whole: true}, render.Column{}, render.Column{Whole: true}, render.Column{Whole: true})
	var b strings.Builder
	p.WriteText(&b, render.Style{Width: 80})
	const want = `
.pending[0].note  "a gift for a friend who likes tea"  →
  "two gifts, and a card with a picture"
.total            1,407.4                    →  1,415.08                   +7.68
.long
  "a word a word a word a word a word a word a word a word a word a word a word…
  →  1
`
	if got := "\n" + b.String(); got != want {
		t.Errorf("got%swant%s", got, want)
	}
}
