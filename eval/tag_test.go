package eval

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type tagBase struct {
	b int `inspect:"bytes"`
}

type tagged struct {
	n        int    `inspect:"hits"`
	gone     string `inspect:"-"`
	pin      string `inspect:"secret"`
	k        string `inspect:"card,secret"`
	password string `inspect:"motto"`
	odd      int    `inspect:"not a name"`
	first    int    `inspect:"second"`
	second   int
	x        int `inspect:"hidden"`
	tagBase
}

// TestTags: a tag names a field, redacts it, or takes it away; a name by tag is no way around redaction.
func TestTags(t *testing.T) {
	reg := registry.New()
	reg.Expose("v", &tagged{1, "gone!", "pin!", "card!", "motto!", 2, 3, 4, 5, tagBase{6}}, registry.Hide("x"))
	reg.Expose("w", &tagged{x: 5}, registry.Hide("hidden"))
	reg.Expose("all", &[]tagged{{n: 3}, {n: 9}})
	s := NewSession(reg, Limits{Time: time.Hour})
	if got, want := shown(t, s, "v"), `hits: 1|pin: <redacted>|card: <redacted>|motto: <redacted>|odd: 2|first: 3|second: 4|hidden: <redacted>|tagBase: eval.tagBase{bytes: 6}`; strings.Join(strings.Fields(got), " ") != "*eval.tagged{ "+strings.Join(strings.Fields(strings.ReplaceAll(want, "|", " ")), " ")+" }" {
		t.Errorf("%s", got)
	}
	for source, want := range map[string]any{
		"v.hits": 1, "v.n": 1, "v.bytes": 6, "v.b": 6, "v.tagBase.bytes": 6, "v.second": 4, "v.first": 3,
		"max(map(all, .hits))": 9, "top(all, 1, .n)[0].key": 1, "path(v.tagBase)": "v.tagBase",
		"map(dir(v), .name)":       []any{"hits", "pin", "card", "motto", "odd", "first", "second", "hidden", "tagBase", "bytes"},
		"fromJSON(toJSON(v)).hits": 1,
	} {
		x, err := answer(t, s, source)
		if err != nil || !reflect.DeepEqual(x, want) {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
	for source, code := range map[string]string{
		`v.gone`: "no_field", `v.pin == "pin!"`: "redacted", `v.card == "card!"`: "redacted", `v.k == "card!"`: "redacted",
		`v.motto == "motto!"`: "redacted", `v.password == "motto!"`: "redacted", `v.x == 5`: "redacted", `v.hidden == 5`: "redacted",
		`w.x == 5`: "redacted", `w.hidden == 5`: "redacted", `v.hitz`: "no_field",
	} {
		if _, err := answer(t, s, source); codeOfError(err) != code {
			t.Errorf("%s: %v, want %s", source, err, code)
		}
	}
	if _, err := answer(t, s, "v.hitz"); err == nil || !strings.Contains(err.Error(), "did you mean hits?") {
		t.Error(err)
	}
	if got := s.Complete("v.hi", 4); len(got) != 2 { // hits, hidden
		t.Error(got)
	}
}
