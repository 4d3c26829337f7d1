package console

import (
	"slices"

	"github.com/sightglass-go/sightglass/eval"
)

// maxTold bounds the notes that a session remembers. Further ones it tells again and again.
const maxTold = 1000

// told remembers which standing notes the session has told, and with which statement. They would
// stand below each answer about an object that nothing guards, and nobody would read them any more.
type told struct {
	statement int            // counts the statements
	notes     map[string]int // by what they say: the statement that told them first
}

// untold returns the notes on r but those that an earlier statement has told. All samples of a watch
// have the notes of the first.
func (t *told) untold(r eval.Result) []string {
	var notes []string
	for _, note := range r.Notes {
		if slices.Contains(r.Standing, note) {
			if first, known := t.notes[note]; known && first != t.statement {
				continue
			}
			if len(t.notes) < maxTold {
				if t.notes == nil {
					t.notes = map[string]int{}
				}
				t.notes[note] = t.statement
			}
		}
		notes = append(notes, note)
	}
	return notes
}
