package eval

import (
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestTimesKeepTheirZones: a time that is an answer has its location, whether it was compared in batches or not.
func TestTimesKeepTheirZones(t *testing.T) {
	type event struct{ At time.Time }
	o := &struct{ List []event }{}
	zone := time.FixedZone("here", 3600)
	for i := range 9 {
		o.List = append(o.List, event{time.Unix(int64(i), 0).In(zone)})
	}
	reg := registry.New()
	reg.Expose("o", o, registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, line := range []string{"map(o.List, .At)", "map(filter(o.List, .At < now()), .At)", "max(o.List, .At)", "freq(o.List, .At)"} {
		if r, err := s.Eval(t.Context(), line); err != nil || !strings.Contains(r.Node.Line(0), "01:00:08") {
			t.Errorf("%s: %v, %v", line, r.Node.Line(0), err)
		}
	}
}

// TestHiddenNil: whether something hidden is nil is not told.
func TestHiddenNil(t *testing.T) {
	type node struct{ Next, Hidden *node }
	o := &struct{ List, Other []*node }{}
	for range 9 {
		o.List = append(o.List, &node{Next: new(node)})
		o.Other = append(o.Other, &node{})
	}
	reg := registry.New()
	reg.Expose("o", o, registry.Frozen(), registry.Hide("List.*.Hidden"))
	s := NewSession(reg, Limits{Time: time.Hour})
	for line, want := range map[string]string{
		"count(o.List, .Next == nil)":                      "0",
		"count(o.List, .Next != nil)":                      "9",
		"count(o.Other, .Next == nil)":                     "9",
		"count(o.List, .Hidden == nil)":                    "redacted",
		"map([o.Other, o.List], count(#, .Hidden == nil))": "redacted",
	} {
		r, err := s.Eval(t.Context(), line)
		if err == nil && r.Node.Line(0) != want || err != nil && err.(*Error).Code != want {
			t.Errorf("%s: %v, %v", line, r, err)
		}
	}
}
