package access

import (
	"reflect"
	"slices"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// What is read under one hold, so that it takes no longer than a chunk: a text is searched for
// secrets before it is shown, which takes from 1 to 50 ns a byte, and any other part takes a
// microsecond or less. The bound is on work and not on time, since what an answer says must not
// depend on how busy the machine is.
const (
	longPart     = 1 << 10 // bytes of a text that is read by itself
	maxPartsText = 4 << 10 // bytes of all texts
	maxParts     = 128     // parts
)

// consistent runs f once while the guard of what lies in v is held, so that what f reads of v is of
// one moment. Before it reads a part, f asks now: false says to read that after consistent has
// returned, because it is a text of more than 1 KiB, or f has read as much as is read under one
// hold: 4 KiB of texts, or 128 parts. The Visit then notes that v is not of one moment. If the
// guard cannot be had, f is run without it, and the error says so: only values of one word may be
// believed then, others that f asks for are errors.
func (v *View) consistent(f func(now func(part *View) bool)) error {
	anytime := func(*View) bool { return true }
	run := false
	by := v.pickedBy()
	hold := func() error {
		run = true
		parts, text, parted := 0, 0, false
		f(func(part *View) bool {
			n := part.textLen()
			if n > longPart || text+n > maxPartsText || parts == maxParts {
				parted = true
				return false
			}
			text += n
			parts++
			return true
		})
		if by != nil && by.pick.known {
			by.compare()
		}
		if parted {
			v.visit.parted(v.val.Type())
		}
		return nil
	}
	err := v.shown()
	switch k := v.inner(); {
	case err != nil:
	case v.below().Frozen, v.policy.ofResults && v.ours():
		f(anytime)
		return nil
	case v.below().Owner != nil:
		err = v.visit.guards.OnOwner(v.below().Owner, hold)
	case k == nil:
		f(anytime)
		return nil
	default:
		v.noteState(k)
		err = v.visit.guards.Hold(k, hold)
	}
	if !run {
		f(anytime)
	}
	return err
}

var timeType = reflect.TypeFor[time.Time]()

// textLen is the length of v, or of what an interface holds, if that is a text.
func (v *View) textLen() int {
	val := v.val
	for range maxHops {
		if val.Kind() != reflect.Interface {
			break
		}
		content, err := val.Elem()
		if err != nil {
			return 0
		}
		val = content
	}
	switch k := val.Kind(); {
	case !val.IsValid():
		return 0
	case (k == reflect.Struct || k == reflect.Pointer) && val.Shape() == inspect.Scalar && val.Type() != timeType:
		return longPart // a text that is worked out, of a few words most often, but it may be a large number
	case !kind.IsText(val.Type()):
		return 0
	}
	n, err := val.Len()
	if err != nil {
		return 0
	}
	return n
}

// parted notes that a struct of type t was not read in one moment.
func (vis *Visit) parted(t reflect.Type) {
	if !slices.Contains(vis.parts, t) {
		vis.parts = append(vis.parts, t)
		once(&vis.tally.Parted, "a "+t.String()+" is not of one moment: it is large, and a part of it was read after its guard was given back")
	}
}

// asFound is how a lock was just before we took it.
type asFound struct {
	addr  uintptr
	state string
}

// noteState remembers how the lock k is found, if it is one of v's own, so that a description of it
// that is made while we hold it does not tell of ourselves.
func (v *View) noteState(k *guard.Lock) {
	if v.Shape() != inspect.Struct || v.visit.guards.Holds(k) {
		return
	}
	if _, m, ok := k.FieldOf(v.val); ok {
		v.visit.found.addr = m.Addr()
		v.visit.found.state, _ = m.Describe()
	}
}

// Describe is a line for what has no other rendering; see [inspect.Value.Describe].
func (v *View) Describe() (string, error) {
	if err := v.shown(); err != nil {
		return "", err
	}
	t := v.val.Type()
	if guard.IsMutex(t) {
		if f := v.visit.found; f.addr == v.val.Addr() && v.visit.guards.HoldsAt(f.addr) {
			return f.state, nil
		}
	}
	var text string
	err := v.read(!v.val.IsValid() || !kind.IsWord(t), func(val inspect.Value) (err error) {
		text, err = val.Describe()
		return err
	})
	if err == nil && secret.In(text) {
		return "", &RedactedError{Path: v.Path()}
	}
	return text, err
}
