package eval

import (
	"cmp"
	"slices"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// The codes of notes that programs may act on. There may be more in the future.
const (
	RacyNote    = "racy"    // something was read without a guard
	TornNote    = "torn"    // something kept changing while it was read
	MovedNote   = "moved"   // elements of a list or entries of a map moved while it was walked: some may have been met twice or not at all
	PartedNote  = "parted"  // a large object was read in parts, at several moments
	ChangedNote = "changed" // an object changed after it was picked from a collection and before it was read again
)

// notesOf returns what a Visit met that the reader of the answer has to know, and which of it stands.
func notesOf(t access.Tally) (notes, standing, codes []string) {
	notes = t.Notes
	add := func(code, note string) {
		notes = append(notes, note)
		if code == RacyNote {
			standing = append(standing, note)
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	for _, name := range t.Racy {
		add(RacyNote, name+" was read racily: nothing guards it")
	}
	for _, name := range t.Outside {
		add(RacyNote, "a part of "+name+" was read racily: its guard does not cover what has a lock of its own, nor what sync, sync/atomic and context hold")
	}
	for _, line := range t.Unlocked {
		add(RacyNote, line)
	}
	for _, line := range t.Parted {
		add(PartedNote, line)
	}
	for _, name := range t.Returned {
		add(RacyNote, "what a method of "+name+" returned was read racily: nothing is known to guard it")
	}
	for _, path := range t.Moved {
		add(MovedNote, cmp.Or(path, "a list")+" changed while it was walked: an element that changed its place may have been met twice or not at all")
	}
	switch n := t.Changed; {
	case n == 1:
		add(ChangedNote, "an object changed after it was picked: what is shown may not be what was looked for")
	case n > 1:
		add(ChangedNote, text.Thousands(n)+" objects changed after they were picked: what is shown may not be what was looked for")
	}
	if t.Torn > 0 {
		add(TornNote, text.Thousands(t.Torn)+" values kept changing while they were read")
	}
	return notes, standing, codes
}

// count returns how many nodes a picture has, and whether anything was cut from it.
func count(n *render.Node) (nodes int, cut bool) {
	if n == nil {
		return 0, false
	}
	nodes, cut = 1, n.Cut != nil
	for _, it := range n.Items {
		for _, below := range []*render.Node{it.Key, it.Node} {
			more, cutBelow := count(below)
			nodes, cut = nodes+more, cut || cutBelow
		}
	}
	return nodes, cut
}
