package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// source is a View as snapshots read it: one hop at a time.
type source struct{ *View }

var (
	_ render.Named  = source{}
	_ render.Lensed = source{}
)

// Source returns v as a [render.Source], under the same policy and guards.
func (v *View) Source() render.Source { return source{v} }

// Snap takes a bounded snapshot. It reads each list, map and struct under its guard by itself, so
// that a large snapshot holds no guard for long.
func (v *View) Snap(limit render.Limit) *render.Node { return render.Snap(v.Source(), limit) }

// Value is [View.Value]. A struct with a secret in its text comes without its lens.
func (s source) Value() inspect.Value {
	if s.decide(); !s.hidden {
		s.bareSecretText()
	}
	return s.View.Value()
}

// Scalar is [inspect.Value.Scalar] under policy. A string of more than [MaxText] bytes is an error.
func (s source) Scalar() (any, error) {
	d, x, err := s.scalar()
	if d.Kind != inspect.NoDatum && err == nil {
		x = d.Plain()
	}
	return x, err
}

// Elem returns the target of a pointer or the content of an interface; nil for nil.
func (s source) Elem() (render.Source, error) {
	c, err := s.deref()
	if c == nil {
		return nil, err
	}
	return source{c}, err
}

// Field returns direct field i of a struct; false if it is tagged `inspect:"-"`. It reads no
// memory.
func (s source) Field(i int) (render.Source, bool) {
	c := s.fieldAt(i)
	if c == nil {
		return nil, false
	}
	return source{c}, true
}

// Each walks a list or map. No guard is held while f runs.
func (s source) Each(want int, f func(key, elem render.Source) (bool, error)) error {
	return s.eachShown(want, func(key, elem *View) (bool, error) {
		if key == nil {
			return f(nil, source{elem})
		}
		return f(source{key}, source{elem})
	})
}

// Lens returns what the application's lens shows; nil if there is none.
func (s source) Lens() (render.Source, error) {
	shown, err := s.reading()
	if shown == nil {
		return nil, err
	}
	return source{shown}, err
}

// Consistent runs f so that the parts of a struct that f reads are of one moment.
func (s source) Consistent(f func(now func(render.Source) bool)) error {
	return s.View.consistent(func(now func(*View) bool) {
		f(func(part render.Source) bool { return now(part.(source).View) })
	})
}

// These bound what is read under one hold of a guard to what a chunk of work may take. A text is
// searched for secrets before it is shown, which takes 1 to 50 ns a byte; any other part takes a
// microsecond or less. The bound is on work and not on time: an answer must not depend on how busy
// the machine is.
const (
	longPart     = 1 << 10 // bytes of a text that is read by itself
	maxPartsText = 4 << 10 // bytes of all texts
	maxParts     = 128     // parts
)

// consistent runs f once while the guard of what lies in v is held, so that what f reads of v is of
// one moment. f asks now before it reads a part. If now returns false, f must leave that part until
// consistent has returned: it is a text of more than 1 KiB, or f has read as much as one hold
// allows, 4 KiB of texts or 128 parts. The Visit then reports that v is not of one moment.
//
// If the guard cannot be had, f runs without it, and consistent returns the error. Then f can read
// only values of one word; others are errors.
func (v *View) consistent(f func(now func(part *View) bool)) error {
	anytime := func(*View) bool { return true }
	run := false
	picked := v.pickedFrom()
	held := func() error {
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
		if picked != nil && picked.pick.known {
			picked.compare()
		}
		if parted {
			v.visit.report.inParts(v.val.Type())
		}
		return nil
	}
	err := v.checkShown()
	switch k := v.innerLock(); {
	case err != nil:
	case v.childPolicy().Frozen, v.policy.ofResults && v.isCopy():
		f(anytime)
		return nil
	case v.childPolicy().Owner != nil:
		err = v.visit.guards.OnOwner(v.childPolicy().Owner, held)
	case k == nil:
		f(anytime)
		return nil
	default:
		v.rememberLock(k)
		err = v.visit.guards.Hold(k, held)
	}
	if !run {
		f(anytime)
	}
	return err
}

// textLen returns the length of v, or of what an interface holds, if that is a text, and 0
// otherwise. It is 0 for a text that must not be told: that something is read in parts is told.
func (v *View) textLen() int {
	if v.decide(); v.hidden {
		return 0
	}
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
	case (k == reflect.Struct || k == reflect.Pointer) && val.Shape() == inspect.Scalar && !kind.IsTime(val.Type()):
		return longPart // its text is made when it is read: of a few words mostly, but it may be a large number
	case !kind.IsText(val.Type()):
		return 0
	}
	n, err := val.Len()
	if err != nil {
		return 0
	}
	if n > longPart {
		if b, _, err := val.Bytes(0, longPart); err == nil && secret.In(string(b)) {
			return 0
		}
	}
	return n
}

// lockState is the description of a lock just before we took it.
type lockState struct {
	addr  uintptr
	state string
}

// rememberLock remembers the state of the lock k, if it is one of v's own. While we hold it, a
// description of it would describe ourselves.
func (v *View) rememberLock(k *guard.Lock) {
	if v.Shape() != inspect.Struct || v.visit.guards.Holds(k) {
		return
	}
	if _, m, ok := k.FieldOf(v.val); ok {
		v.visit.foundLock.addr = m.Addr()
		v.visit.foundLock.state, _ = m.Describe()
	}
}

// Constants is [View.Constants] of v itself.
func (s source) Constants() *inspect.Constants {
	if !s.visit.HasConstants() {
		return nil
	}
	return s.constantsOf(s.val.Type())
}
