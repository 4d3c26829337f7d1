package eval

import (
	"cmp"
	"fmt"
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

// maxNames bounds the names in a note, and maxSentences the notes of one kind.
const (
	maxNames     = 4
	maxSentences = 6
)

// notesOf returns what a Visit met that the reader of the answer has to know, and which of it stands.
func notesOf(t access.Tally) (notes, standing, codes []string) {
	notes, standing = slices.Concat(t.Standing, t.Notes), t.Standing
	add := func(code, note string) {
		notes = append(notes, note)
		if code == RacyNote {
			standing = append(standing, note)
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	// named notes what is true of each of the names: with one of them, or with several.
	named := func(code string, names []string, one, several string) {
		if len(names) == 1 {
			add(code, fmt.Sprintf(one, names[0]))
		} else if len(names) > 1 {
			add(code, fmt.Sprintf(several, text.Few(names, maxNames)))
		}
	}
	// lines notes the first of some sentences.
	lines := func(code string, lines []string, further string) {
		for i, line := range lines {
			if n := len(lines) - i; i == maxSentences && n > 1 {
				add(code, fmt.Sprintf(further, text.Thousands(n)))
				break
			}
			add(code, line)
		}
	}
	var racy, inPart []string
	for _, name := range t.Racy {
		if slices.Contains(t.Parted, name) {
			inPart = append(inPart, name)
		} else {
			racy = append(racy, name)
		}
	}
	named(RacyNote, inPart, "a part of %s was read racily: nothing guards it", "parts of %s were read racily: nothing guards those")
	named(RacyNote, racy, "%s was read racily: nothing guards it", "%s were read racily: nothing guards them")
	named(RacyNote, t.Outside, "a part of %s was read racily: its guard does not cover what has a lock of its own, nor what sync, sync/atomic and context hold",
		"parts of %s were read racily: their guards do not cover what has a lock of its own, nor what sync, sync/atomic and context hold")
	named(RacyNote, t.Passing, "a part of %s was read racily: its guard does not cover what waits in a channel, nor what a function has captured",
		"parts of %s were read racily: their guards do not cover what waits in a channel, nor what a function has captured")
	lines(RacyNote, t.Unlocked, "values of %s more types were read racily: their own locks are not taken")
	named(PartedNote, t.Parted, "%s is not of one moment: it was read in parts, and its guard was released in between",
		"%s are not of one moment: they were read in parts, and their guards were released in between")
	lines(PartedNote, t.Large, "values of %s more types are not of one moment either")
	named(RacyNote, t.Returned, "what a method of %s returned was read racily: nothing is known to guard it",
		"what methods of %s returned was read racily: nothing is known to guard it")
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
