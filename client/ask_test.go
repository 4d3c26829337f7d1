package client

import "testing"

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
