package access

import (
	"reflect"
	"slices"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// Tally is what a Visit has met that an answer must tell. Names are exposed names; sentences are
// lines of their own.
type Tally struct {
	Walked  int           // elements of lists and entries of maps that were handed out
	Waited  time.Duration // for guards and owners
	Gave    time.Duration // to the application, while others waited for a processor
	Retries int           // parts of maps that were read again because they changed
	Torn    int           // entries that kept changing while they were read
	Changed int           // objects that changed between being picked from a collection and being read

	Racy     []string // names of which something was read without any guard
	Outside  []string // names with a declared guard, of which something was read that nothing guards
	Passing  []string // names with a guard, of which something was read that waits in a channel or that a function has captured
	Returned []string // names of whose methods' results something was read without any guard
	Unlocked []string // sentences: of which type the own lock was not taken, and why
	Parted   []string // names of which something was read in parts, with the guard released in between
	Large    []string // sentences: of which type a value was read in parts, at several moments, and why
	Moved    []string // paths of lists and maps whose elements changed places during a walk; "" for one without a path
	Notes    []string // other sentences about what was read
	Standing []string // such sentences that are true of each look at the same
}

// report collects a Tally.
type report struct {
	Tally
	lastRacy     *policy      // the last that racy was told of
	lastUnlocked reflect.Type // the last that lockNotTaken was told of
	lastHolds    *policy      // the last that overHolds was told of
	parted       []reflect.Type
	walking      *walk   // the outermost walk that runs, nil for none
	reached      Reached // where the last walk ended that an error ended
}

// tally returns a copy of the Tally.
func (r *report) tally() Tally {
	t := r.Tally
	for _, list := range []*[]string{&t.Racy, &t.Outside, &t.Passing, &t.Unlocked, &t.Parted, &t.Large, &t.Returned, &t.Moved, &t.Notes, &t.Standing} {
		*list = slices.Clone(*list)
	}
	return t
}

// appendOnce appends line to list, unless list has it.
func appendOnce(list *[]string, line string) {
	if !slices.Contains(*list, line) {
		*list = append(*list, line)
	}
}

// note adds a sentence to the Notes.
func (r *report) note(line string) { appendOnce(&r.Notes, line) }

// stands adds a sentence to those that are Standing.
func (r *report) stands(line string) { appendOnce(&r.Standing, line) }

// racy reports that something that p covers was read without a guard.
func (r *report) racy(p *policy) {
	r.lastRacy = p
	list := &r.Racy
	switch {
	case p.ofResults:
		list = &r.Returned
	case p.uncovered:
		list = &r.Outside
	}
	appendOnce(list, p.name)
}

// passing reports that something was read that passes by the guard of p.
func (r *report) passing(p *policy) { appendOnce(&r.Passing, p.name) }

// lockNotTaken reports that the struct v was read without its lock, which is not taken.
func (r *report) lockNotTaken(v *View) { r.notTaken(v.val.Type(), v.policy) }

// notTaken reports that a struct of type t that p covers was read without its lock.
func (r *report) notTaken(t reflect.Type, p *policy) {
	if t == r.lastUnlocked {
		return
	}
	r.lastUnlocked = t
	appendOnce(&r.Unlocked, "a "+inspect.TypeName(t)+" was read racily: "+p.whyNotTaken(t))
}

// overHolds reports that what p covers was read while its guard was held several times.
func (r *report) overHolds(p *policy) {
	if p == r.lastHolds {
		return
	}
	r.lastHolds = p
	appendOnce(&r.Parted, p.name)
}

// inParts reports that a struct of type t was read at several moments.
func (r *report) inParts(t reflect.Type) {
	if !slices.Contains(r.parted, t) {
		r.parted = append(r.parted, t)
		appendOnce(&r.Large, "a "+inspect.TypeName(t)+" is not of one moment: it is large, so a part of it was read after its guard was released")
	}
}

// notCopied reports that val, an element that is picked, is too large to be copied, if it is.
func (r *report) notCopied(val inspect.Value) {
	if val.Stays() {
		appendOnce(&r.Large, "a "+inspect.TypeName(val.Type())+" is not of one moment: it is too large to be copied, so it was read in place after its guard was released")
	}
}

// maxMoved bounds the lists that a Tally names as moved.
const maxMoved = 8

// walked reports what the cursor met on a walk of v.
func (r *report) walked(v *View, cursor *inspect.Cursor) {
	r.Retries += cursor.Retries()
	r.Torn += cursor.Torn()
	if !cursor.Moved() {
		return
	}
	for v.step == stepWindow {
		v = v.up
	}
	if path := v.Path(); len(r.Moved) < maxMoved {
		appendOnce(&r.Moved, path)
	}
}
