package console

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

// TestStandingNotes: that nothing guards an object is told once a session, with the first answer about
// it, and in JSON mode with each. What happened while an answer was read is told each time.
func TestStandingNotes(t *testing.T) {
	type pair struct{ a, b int }
	reg := registry.New()
	reg.Expose("left", &pair{1, 2})
	reg.Expose("right", &[]pair{{3, 4}})
	var screen strings.Builder
	s := New(costless{eval.NewSession(reg, eval.Limits{})}, &screen, eval.Limits{})
	for _, line := range []string{
		"right[0].a", "right[0].b; right[0].a", "sum(right, .a) + left.a", "left.b",
		"help(right)", "json on", "right[0].b", "right[0].b", "json off", "right[0].b",
	} {
		fmt.Fprintf(&screen, "> %s\n", line)
		if err := s.Do(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	got := costs.ReplaceAllString(screen.String(), `"cost":…`)
	got = hellos.ReplaceAllString(got, "")
	got = banners.ReplaceAllString(got, "sightglass in …")
	if want := strings.TrimPrefix(standingNotes, "\n"); got != want {
		t.Errorf("got\n%s", got)
	}
	other := New(costless{eval.NewSession(reg, eval.Limits{})}, &screen, eval.Limits{})
	screen.Reset()
	if err := other.Do(t.Context(), "right[0].b"); err != nil || screen.String() != "4\n  right was read racily: nothing guards it\n" {
		t.Errorf("another session: %q, %v", screen.String(), err)
	}
}

var (
	costs   = regexp.MustCompile(`"cost":\{[^}]*\}`)
	hellos  = regexp.MustCompile(`,"hello":\{[^}]*\}`)
	banners = regexp.MustCompile(`sightglass in [^"]*?dir\(\)\.`)
)

const standingNotes = `
> right[0].a
3
  right was read racily: nothing guards it
> right[0].b; right[0].a
4
3
> sum(right, .a) + left.a
4
> left.b
2
> help(right)
right   *[]console.pair
no lock found: read racily
right[0] is its first element, and count, filter, top and the like walk it
> json on

{"v":1,"ok":true,"type":"session","value":"sightglass in …","text":"sightglass in …"}
> right[0].b
{"v":1,"ok":true,"type":"int","value":4,"text":"4","cost":…,"notes":["right was read racily: nothing guards it"],"codes":["racy"],"standing":["right was read racily: nothing guards it"]}
> right[0].b
{"v":1,"ok":true,"type":"int","value":4,"text":"4","cost":…,"notes":["right was read racily: nothing guards it"],"codes":["racy"],"standing":["right was read racily: nothing guards it"]}
> json off
{"v":1,"ok":true,"type":"session","value":"this is the last object; answers are for people again","text":"this is the last object; answers are for people again"}
> right[0].b
4
`

// TestToldEnds: a session remembers a bounded number of notes, and tells further ones each time.
func TestToldEnds(t *testing.T) {
	var notes told
	ask := func(i int) int {
		notes.statement++
		note := fmt.Sprintf("x%d was read racily: nothing guards it", i)
		return len(notes.untold(eval.Result{Notes: []string{note, "3 values kept changing while they were read"}, Standing: []string{note}}))
	}
	for i := range maxTold + 10 {
		if n := ask(i); n != 2 {
			t.Fatalf("%d notes on the first answer about x%d", n, i)
		}
	}
	if first, last := ask(0), ask(maxTold+1); first != 1 || last != 2 || len(notes.notes) != maxTold {
		t.Errorf("again: %d and %d notes; %d remembered", first, last, len(notes.notes))
	}
}
