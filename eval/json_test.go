package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestJSONOfMaps: toJSON writes the entries of a live map in the order in which they are shown.
func TestJSONOfMaps(t *testing.T) {
	reg := registry.New()
	words, ints, mixed := map[string]map[string]int{}, map[int]int{}, map[any]bool{2: true, "a": true, 10: true, true: true}
	for i := range 100 {
		words[fmt.Sprint("w", i)] = map[string]int{"z": i, "a": i}
		ints[i*7%100-50] = i
	}
	reg.Expose("words", &words)
	reg.Expose("ints", &ints)
	reg.Expose("mixed", &mixed)
	s := NewSession(reg, Limits{Time: time.Hour})
	keys := regexp.MustCompile(`(?m)^  "(.*)": `)
	for _, name := range []string{"words", "ints", "mixed"} {
		text, err := answer(t, s, "toJSON("+name+")")
		if err != nil {
			t.Fatal(err)
		}
		shown, err := s.Eval(t.Context(), "snap("+name+")")
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, m := range keys.FindAllStringSubmatch(text.(string), -1) {
			got = append(got, m[1])
		}
		for _, item := range shown.Node.Items {
			want = append(want, item.Key.Text)
		}
		if want = want[:min(len(want), 64)]; len(got) < 4 || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if !json.Valid([]byte(text.(string))) {
			t.Errorf("%s: %s", name, text)
		}
	}
	if text, err := answer(t, s, "toJSON(words.w3)"); text != "{\n  \"a\": 3,\n  \"z\": 3\n}" {
		t.Errorf("%v, %v", text, err)
	}
}

// TestJSONOfKeys: JSON does not say how a key was read.
func TestJSONOfKeys(t *testing.T) {
	var box struct {
		mu sync.Mutex //lint:ignore U1000 it is found
		at map[[2]int]string
	}
	box.at = map[[2]int]string{{1, 2}: "x"}
	reg := registry.New()
	reg.Expose("box", &box)
	s := NewSession(reg, Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), "box.at")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(r.Node.JSON()), `{"[2]int{1, 2}":"x"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, source := range []string{"toJSON(box.at)", "json(box.at)", "tree(box.at)", "box.at"} {
		if got := shown(t, s, source); strings.Contains(got, "copy") {
			t.Errorf("%s: %s", source, got)
		}
	}
}

// TestJSON: json is the JSON of an answer, whatever that is.
func TestJSON(t *testing.T) {
	reg := manualRegistry()
	type ring struct {
		name string
		next *ring
	}
	loop := &ring{name: "a"}
	loop.next = &ring{"b", loop}
	reg.Expose("loop", loop)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, x := range []string{"cache", "cache.items", `duration("2m13s")`, "nums", `float("NaN")`, "nil", `"a\nb"`, "loop", "{a: [], b: {}}", `date("2026-01-02")`, "tree(cache, 2)"} {
		r, err := s.Eval(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		text, err := answer(t, s, "json("+x+")")
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := json.Compact(&got, []byte(text.(string))); err != nil || got.String() != string(r.Node.JSON()) {
			t.Errorf("json(%s): %s, %v, want %s", x, &got, err, r.Node.JSON())
		}
	}
	r, err := s.Eval(t.Context(), `json(map(1..20000, #))`)
	if err != nil || !slices.ContainsFunc(r.Notes, func(note string) bool { return strings.Contains(note, "was cut") }) {
		t.Errorf("%v, %v", r.Notes, err)
	}
}
