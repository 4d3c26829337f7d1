package client

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/sightglass-go/sightglass/internal/text"
)

const (
	// maxPlaces bounds the places that are told of one target, for people.
	maxPlaces = 20
	// maxShown bounds a value in such a place, in columns.
	maxShown = 60
)

// place is where a value differs from the majority's. A nil text is no value at all.
type place struct {
	Path     string          `json:"path"`
	Value    json.RawMessage `json:"value,omitempty"`
	Majority json.RawMessage `json:"majority,omitempty"`
}

// group is the targets that gave one answer.
type group struct {
	value   any
	members []int // indexes in the answers
}

// diff prints who disagrees with the majority, and where.
func (e *evaluate) diff(w io.Writer, all []answered) error {
	groups, n := grouped(all)
	if n == 0 {
		return nil
	}
	most, reference := groups[0], "the majority"
	if !e.JSON {
		said := fmt.Sprintf("%d of %d agree", len(most.members), n)
		if 2*len(most.members) <= n {
			reference = all[most.members[0]].target
			said = fmt.Sprintf("no majority: %s, at most %d agree; compared with %s",
				text.Count(len(groups), "answer", "different answers"), len(most.members), reference)
		}
		if _, err := fmt.Fprintln(w, said); err != nil {
			return failure{err}
		}
	}
	apart := map[int]*group{}
	for _, g := range groups[1:] {
		for _, i := range g.members {
			apart[i] = g
		}
	}
	for _, i := range slices.Sorted(maps.Keys(apart)) {
		places := differences(nil, "", apart[i].value, most.value)
		if err := e.printPlaces(w, all[i].target, places, reference); err != nil {
			return err
		}
	}
	return nil
}

// grouped returns the answers that differ, the most frequent one first and then the earlier, and how
// many targets answered. An answer that is not whole becomes an error: what was cut might differ.
func grouped(all []answered) (groups []*group, n int) {
	known := map[string]*group{}
	for i, a := range all {
		if a.err != nil {
			continue
		}
		if _, all[i].err = valueOf(a.Value); all[i].err != nil {
			continue
		}
		n++
		value, _ := decode(a.Value) // valueOf has decoded it
		if hidesSome(value) {
			a.Notes = append(a.Notes, "redacted values were not compared: they may differ")
		}
		key := string(encoded(value))
		g := known[key]
		if g == nil {
			g = &group{value: value}
			known[key] = g
			groups = append(groups, g)
		}
		g.members = append(g.members, i)
	}
	slices.SortStableFunc(groups, func(a, b *group) int { return cmp.Compare(len(b.members), len(a.members)) })
	return groups, n
}

// hidesSome reports whether something in a value of the protocol is redacted.
func hidesSome(x any) bool {
	switch x := x.(type) {
	case []any:
		return slices.ContainsFunc(x, hidesSome)
	case map[string]any:
		if mark, ok := x[cutMark].(map[string]any); ok && mark["redacted"] != nil {
			return true
		}
		for _, value := range x {
			if hidesSome(value) {
				return true
			}
		}
	}
	return false
}

// printPlaces prints where a target differs, and calls what it was compared with reference.
func (e *evaluate) printPlaces(w io.Writer, target string, places []place, reference string) error {
	if e.JSON {
		return printLine(w, map[string]any{"target": target, "differs": places})
	}
	if _, err := fmt.Fprintln(w, target); err != nil {
		return failure{err}
	}
	for i, p := range places {
		var err error
		switch path := text.Escape(cmp.Or(p.Path, "value")); {
		case i == maxPlaces:
			_, err = fmt.Fprintf(w, "  … %d more; --json has them all\n", len(places)-i)
			return err
		case p.Value == nil:
			_, err = fmt.Fprintf(w, "  %s: missing; %s has %s\n", path, reference, brief(p.Majority))
		case p.Majority == nil:
			_, err = fmt.Fprintf(w, "  %s: %s; %s has none\n", path, brief(p.Value), reference)
		default:
			_, err = fmt.Fprintf(w, "  %s: %s; %s has %s\n", path, brief(p.Value), reference, brief(p.Majority))
		}
		if err != nil {
			return failure{err}
		}
	}
	return nil
}

// differences appends to places where got differs from want.
func differences(places []place, path string, got, want any) []place {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			keys := map[string]bool{}
			for _, m := range []map[string]any{got, want} {
				for key := range m {
					keys[key] = true
				}
			}
			for _, key := range slices.Sorted(maps.Keys(keys)) {
				g, has := got[key]
				w, had := want[key]
				places = compared(places, path+member(key), g, w, has, had)
			}
			return places
		}
	case []any:
		if got, ok := got.([]any); ok {
			for i := range max(len(got), len(want)) {
				var g, w any
				if i < len(got) {
					g = got[i]
				}
				if i < len(want) {
					w = want[i]
				}
				places = compared(places, fmt.Sprintf("%s[%d]", path, i), g, w, i < len(got), i < len(want))
			}
			return places
		}
	}
	if g, w := encoded(got), encoded(want); string(g) != string(w) {
		places = append(places, place{path, g, w})
	}
	return places
}

func compared(places []place, path string, got, want any, has, had bool) []place {
	switch {
	case !has:
		return append(places, place{Path: path, Majority: encoded(want)})
	case !had:
		return append(places, place{Path: path, Value: encoded(got)})
	}
	return differences(places, path, got, want)
}

// encoded returns x, which was decoded from JSON, as JSON.
func encoded(x any) json.RawMessage {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	if err := to.Encode(x); err != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// brief returns JSON for people, cut.
func brief(value json.RawMessage) string {
	return text.Cut(string(text.EscapeJSON(value)), maxShown)
}
