package client

import (
	"strconv"
	"testing"

	"github.com/sightglass-go/sightglass/telnet"
)

// set tells of the settings that hold at this prompt, and not of those that the server has for it.
func TestSetHere(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	const said = "width            110\ncolor            off  (auto)\npage             off  (auto)\ndepth              4  (auto)\nset page on, off: whether it waits"
	r := &remote{width: 90, color: "auto"}
	want := "width             90  (auto)\ncolor            off  (auto)\npage              on  (auto)\ndepth              4  (auto)\nset page on, off: whether it waits"
	if got := r.setHere(said); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	r.set("color", "on")
	r.set("page", "off")
	r.set("width", "70")
	want = "width             70\ncolor             on\npage             off"
	if got := r.setHere("width             70\ncolor             on\npage             off"); got != want || !r.layout().Color {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What holds for each look at an object is told with the first answer about it, as under telnet.
func TestNotesAreToldOnce(t *testing.T) {
	r := &remote{noted: map[string]bool{}}
	a := &telnet.Answer{Notes: []string{"nothing guards it", "it kept changing"}, Standing: []string{"nothing guards it"}}
	if first, again := r.untold(a), r.untold(a); len(first) != 2 || len(again) != 1 || again[0] != "it kept changing" {
		t.Errorf("%q, and then %q", first, again)
	}
	for i := range 2 * maxNoted {
		note := strconv.Itoa(i)
		r.untold(&telnet.Answer{Notes: []string{note}, Standing: []string{note}})
	}
	if len(r.noted) != maxNoted {
		t.Errorf("%d notes are remembered", len(r.noted))
	}
}
