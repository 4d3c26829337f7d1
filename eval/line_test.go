package eval

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// TestLineOfScreens: with Query.Line less is read, a screen looks the same, and nothing that is computed
// or kept knows of it.
func TestLineOfScreens(t *testing.T) {
	reg := registry.New()
	reg.Expose("app", newAppOfScreen(200))
	read := [2]int{}
	widths := []int{60, 120, 200}
	for n, screen := range append(screensOfBench, struct{ name, line string }{"rows", `map(take(app.recent, 3), {{id: .id, of: .tenant, rest: #}})`}) {
		for i, width := range widths {
			if (i+n)%attack.Stride(len(widths)) != 0 {
				continue
			}
			var texts, kept [2]string
			for i := range 2 {
				s := NewSession(reg, Limits{Time: time.Hour, Share: 1})
				r, err := s.Run(t.Context(), Query{Source: screen.line, Once: true, Line: i * width})
				if err != nil {
					t.Fatal(err)
				}
				read[i] += r.Cost.Entries
				var b strings.Builder
				r.Node.WriteText(&b, render.Style{Width: width, Height: 37, Now: time.Unix(1_700_001_000, 0)})
				texts[i] = b.String()
				if r, err = s.Run(t.Context(), Query{Source: `string(_)`, Line: i * width}); err != nil {
					t.Fatal(err)
				}
				kept[i] = r.Node.Text
			}
			// A map is walked in another order in each session only if it is another map.
			if texts[0] != texts[1] {
				t.Errorf("%s at %d columns:\n%s\nwithout Line:\n%s", screen.line, width, texts[1], texts[0])
			}
			if kept[0] != kept[1] {
				t.Errorf("%s: string(_) is %.300s\nwithout Line %.300s", screen.line, kept[1], kept[0])
			}
		}
	}
	if read[1] >= read[0] {
		t.Errorf("%d entries read with Line, %d without", read[1], read[0])
	}
	wide := struct{ Rows []struct{ A, B []string } }{}
	wide.Rows = make([]struct{ A, B []string }, 3)
	for i := range wide.Rows {
		for range 8 {
			wide.Rows[i].A = append(wide.Rows[i].A, strings.Repeat("x", 20))
		}
	}
	reg.Expose("wide", &wide)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{`string(wide.Rows)`, `json(wide.Rows)`, `toJSON(wide)`} {
		all := ""
		for _, line := range []int{0, 40} {
			r, err := s.Run(t.Context(), Query{Source: source, Line: line})
			if err != nil {
				t.Fatal(err)
			}
			if text := fmt.Sprint(r.Node.Text, string(r.Value().JSON())); all == "" {
				all = text
			} else if text != all {
				t.Errorf("%s depends on the screen: %s, and %s", source, text, all)
			}
		}
	}
}
