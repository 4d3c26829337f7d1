package eval

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestJSONAsGo: toJSON writes what encoding/json writes, where that can write it, and keys that are
// all different.
func TestJSONAsGo(t *testing.T) {
	type flags []byte
	when := time.Date(2026, 11, 23, 8, 13, 13, 0, time.UTC)
	world := struct {
		Zip    []byte
		Text   []byte
		Empty  []byte
		Nil    []byte
		Named  flags
		Array  [4]byte
		Raw    json.RawMessage
		NoRaw  json.RawMessage
		Points map[point]string
		Mixed  map[any]int
		Times  map[time.Time]int
		Waits  map[time.Duration]int
		Ptrs   map[*point]int
		Odd    map[string]int
	}{
		[]byte{0x1f, 0x8b}, []byte("hello"), []byte{}, nil, flags{1, 2, 3, 4}, [4]byte{1, 2}, json.RawMessage(`{"a": [1, 2.5, null]}`), json.RawMessage(`{"a`),
		map[point]string{{1, 2}: "x"}, map[any]int{1: 1, "1": 2, int8(1): 3, 1.0: 4, true: 5, "true": 6},
		map[time.Time]int{when: 1}, map[time.Duration]int{time.Second: 1}, map[*point]int{{1, 2}: 1}, map[string]int{"1…2": 1, "…": 2},
	}
	reg := registry.New()
	reg.Expose("w", &world)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, field := range []string{"Zip", "Text", "Empty", "Nil", "Named", "Array", "Raw"} {
		var all map[string]any
		b, _ := json.Marshal(struct {
			Zip, Text, Empty, Nil []byte
			Named                 flags
			Array                 [4]byte
			Raw                   json.RawMessage
		}{world.Zip, world.Text, world.Empty, world.Nil, world.Named, world.Array, world.Raw})
		if err := json.Unmarshal(b, &all); err != nil {
			t.Fatal(err)
		}
		want, _ := json.MarshalIndent(all[field], "", "  ")
		if got, err := answer(t, s, "toJSON(w."+field+")"); got != string(want) {
			t.Errorf("%s: %v, %v, want %s", field, got, err, want)
		}
	}
	for source, want := range map[string]string{
		`toJSON(b"\x1f\x8b")`: `"H4s="`,
		`toJSON(w.Zip)`:       `"H4s="`,
		`toJSON(w.Array[:2])`: `"AQI="`,
		`toJSON(w.NoRaw)`:     `"{\"a"`,
		`toJSON(w.Points)`:    "{\n  \"eval.point{x: 1, y: 2}\": \"x\"\n}",
		`toJSON(w.Ptrs)`:      "{\n  \"*eval.point{x: 1, y: 2}\": 1\n}",
		`toJSON(w.Times)`:     "{\n  \"2026-11-23T08:13:13Z\": 1\n}",
		`toJSON(w.Waits)`:     "{\n  \"1000000000\": 1\n}",
		`toJSON(w.Odd)`:       "{\n  \"1…2\": 1,\n  \"…\": 2\n}",
		`toJSON({a: b"x"})`:   "{\n  \"a\": \"eA==\"\n}",
		`json(w.Points)`:      "{\n  \"eval.point{x: 1, y: 2}\": \"x\"\n}",
		`json(w.Ptrs)`:        "{\n  \"*eval.point{x: 1, y: 2}\": 1\n}",
		`json(w.Zip)`:         "{\n  \"…\": {\n    \"hex\": \"1f8b\"\n  }\n}",
	} {
		if got, err := answer(t, s, source); got != want {
			t.Errorf("%s: %v, %v, want %s", source, got, err, want)
		}
	}
	// Which of the equal texts has which number depends on the order of the walk.
	for _, f := range []string{"toJSON", "json"} {
		got, err := answer(t, s, f+"(w.Mixed)")
		var m map[string]int
		if err != nil || json.Unmarshal([]byte(got.(string)), &m) != nil || len(m) != 6 || strings.Count(got.(string), ":") != 6 {
			t.Errorf("%s: %v, %v", f, got, err)
		}
		for _, key := range []string{"1", "1…2", "1…3", "1…4", "true", "true…2"} {
			if m[key] == 0 {
				t.Errorf("%s: no key %s in %v", f, key, got)
			}
		}
	}
}

// TestJSONByPieces: what is cut names the expression for all the rest, so that following it tells
// everything once.
func TestJSONByPieces(t *testing.T) {
	type item struct {
		Name string
		N    int
	}
	m, list := map[string]*item{}, make([]item, 6_000)
	for i := range 5_000 {
		m[fmt.Sprint("k", i)] = &item{fmt.Sprint("k", i), i}
	}
	for i := range list {
		list[i] = item{fmt.Sprint(i), i}
	}
	reg := registry.New()
	reg.Expose("m", &m)
	reg.Expose("list", &list)
	reg.Expose("text", &[]string{strings.Repeat("é", 5000)})
	s := NewSession(reg, Limits{Time: time.Hour})
	// follow evaluates line and what its answers name, and calls each with all answers but the notes.
	follow := func(line, wrap string, each func(part json.RawMessage, note *pieceNote)) (rounds int) {
		for line != "" {
			r, err := s.Eval(t.Context(), fmt.Sprintf(wrap, line))
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			if rounds++; rounds > 1000 {
				t.Fatalf("%s: no end", line)
			}
			var note pieceNote
			each(r.Value().JSON(), &note)
			line = note.Path
		}
		return rounds
	}
	for _, wrap := range []string{"%s", "json(%s)"} {
		seen := map[string]item{}
		rounds := follow("m", wrap, func(part json.RawMessage, note *pieceNote) {
			var all map[string]json.RawMessage
			if err := json.Unmarshal(part, &all); err != nil {
				t.Fatal(err)
			}
			for key, raw := range all {
				if key == "…" {
					json.Unmarshal(raw, note)
					continue
				}
				if _, ok := seen[key]; ok {
					t.Fatalf("%s came twice", key)
				}
				// The one at which the answer has enough may be cut itself, and names the expression for the whole.
				var cut map[string]pieceNote
				if json.Unmarshal(raw, &cut); cut["…"].Path != "" {
					r, err := s.Eval(t.Context(), fmt.Sprintf(wrap, cut["…"].Path))
					if err != nil {
						t.Fatal(err)
					}
					raw = r.Value().JSON()
				}
				var it item
				if json.Unmarshal(raw, &it); it != *m[key] {
					t.Fatalf("%s is %s", key, raw)
				}
				seen[key] = it
			}
			if len(seen)+note.More != len(m) {
				t.Fatalf("%d seen and %d more are not %d", len(seen), note.More, len(m))
			}
		})
		if len(seen) != len(m) {
			t.Errorf(wrap+": %d of %d in %d rounds", "m", len(seen), len(m), rounds)
		}
		n := 0
		rounds = follow("list[1000:5500]", wrap, func(part json.RawMessage, note *pieceNote) {
			var all []json.RawMessage
			if err := json.Unmarshal(part, &all); err != nil {
				t.Fatal(err)
			}
			for _, raw := range all {
				var it struct{ N *int }
				var aside map[string]pieceNote
				json.Unmarshal(raw, &it)
				switch {
				case it.N == nil && json.Unmarshal(raw, &aside) == nil:
					*note = aside["…"]
				case *it.N != 1000+n:
					t.Fatalf("%d follows %d", *it.N, 999+n)
				default:
					n++
				}
			}
			if n+note.More != 4_500 {
				t.Fatalf("%d seen and %d more are not 4500", n, note.More)
			}
		})
		if n != 4_500 {
			t.Errorf(wrap+": %d in %d rounds", "list", n, rounds)
		}
	}
	text := ""
	follow("text[0]", "%s", func(part json.RawMessage, note *pieceNote) {
		var whole string
		var piece map[string]struct {
			Text string
			pieceNote
		}
		if json.Unmarshal(part, &whole) != nil {
			json.Unmarshal(part, &piece)
			whole, *note = piece["…"].Text, piece["…"].pieceNote
		}
		text += whole
	})
	if text != strings.Repeat("é", 5000) {
		t.Errorf("%d bytes of text", len(text))
	}
	for source, want := range map[string]string{
		`json(list)`:             "the JSON was cut: json(list[3333:6000]) is the rest",
		`json(map(1..20000, #))`: "the JSON was cut: json(x[9999:]) is the rest of x",
		`json({a: list})`:        `the JSON was cut: what is missing stands where it was cut, behind "path"`,
		`json(list[0:3])`:        "",
	} {
		r, err := s.Eval(t.Context(), source)
		got := ""
		for _, note := range r.Notes {
			if strings.HasPrefix(note, "the JSON") {
				got = note
			}
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", source, r.Notes, err, want)
		}
	}
}

type pieceNote struct {
	More int
	Path string
}

// TestJSONInJSON: to a program json(x) is the JSON itself, and within an expression a text.
func TestJSONInJSON(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	for source, want := range map[string]string{
		`json(cache.items.ax.tags)`:        `["new"]`,
		`x = json({a: 1})`:                 `{"a":1}`,
		`len(json({a: 1}))`:                `12`,
		`json([1]) + "."`:                  `"[\n  1\n]."`,
		`print(json([1]))`:                 `"[\n  1\n]"`,
		`[json(1)]`:                        `["1"]`,
		`json(1) == "1" ? "one" : json(2)`: `"one"`,
		`json("")`:                         `""`,
	} {
		r, err := s.Eval(t.Context(), source)
		if err != nil || string(r.Value().JSON()) != want {
			t.Errorf("%s: %s, %v, want %s", source, r.Value().JSON(), err, want)
		}
	}
}
