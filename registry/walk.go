package registry

import (
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// Each calls f for the entries of a list (key is nil) or map until it returns
// false or an error, and takes the guard for a chunk of them at a time. What is
// in the collection throughout is met exactly once; what comes or goes meanwhile may be met or not. The order of
// a list is its own, that of a map stays the same while the map does.
//
// f runs with the guard held, so it must be short, must not yield, and cannot
// call methods. The Views are lent, good until f returns: Keep makes them last.
func (v *View) Each(f func(key, elem *View) (bool, error)) error {
	return v.walk(false, f)
}

// EachApart is Each with f run while no guard is held: for what calls methods
// or walks something else. f meets the entries as they were when their chunk was read.
func (v *View) EachApart(f func(key, elem *View) (bool, error)) error {
	return v.walk(true, f)
}

const (
	// clockEvery is how many entries are handed out between two looks at the clock, at the most.
	clockEvery = 8
	// batch is how many entries are collected for a walk apart.
	batch = 256
)

// walk is one walk under way.
type walk struct {
	of        *View
	f         func(key, elem *View) (bool, error)
	cursor    *inspect.Cursor // nil for a part of a list, which is walked by index
	len       int             // of that list
	key, elem *View           // lent to f, one entry after the other; key is nil for lists
	lent      loans           // what is reached from them
	pos       int             // of the next entry to read, in the whole
	ended     bool
	collect   bool      // entries are collected under the guard and handed out afterwards
	entries   []entryAt // collected
}

// entryAt is an entry at its position.
type entryAt struct {
	pos       int
	key, elem inspect.Value
}

func (v *View) walk(apart bool, f func(key, elem *View) (bool, error)) error {
	t, err := v.into("elements")
	if err != nil {
		return err
	}
	w := &walk{of: t, f: f, elem: new(View), collect: apart || t.apart() || t.look.reg.hasLenses()}
	switch s := t.Shape(); {
	case s == inspect.Map:
		w.cursor, w.key = t.val.Cursor(), new(View)
	case s != inspect.List:
		return &TypeError{Path: t.Path(), Type: t.val.Type().String(), Why: "is no list or map"}
	case t.window != nil:
		w.pos = t.window.lo
	default:
		w.cursor = t.val.Cursor()
	}
	if w.cursor != nil {
		defer func() {
			t.look.tally.Retries += w.cursor.Retries()
			t.look.tally.Torn += w.cursor.Torn()
		}()
	}
	w.lend()
	for !w.ended {
		if err := w.chunk(); err != nil {
			return err
		}
		if !w.ended && t.look.overdue() {
			return &TypeError{Path: t.Path(), Type: t.val.Type().String(), Why: "is too long to be walked while a guard is held: walk it by itself"}
		}
		// The application's turn: who waits for the guard has it now.
		t.look.Yield()
		if err := t.look.tick(0); err != nil {
			return err
		}
	}
	return nil
}

// apart reports whether the elements of v may have locks of their own that are
// taken, so that none of these is asked for while another guard is held.
func (v *View) apart() bool {
	if v.policy.by != nil {
		return true
	}
	if v.val.Kind() != reflect.Array {
		return false
	}
	e := deref(v.val.Type().Elem())
	return e.Kind() == reflect.Struct && !needsNoLock(e) && len(structOf(e).locks) > 0
}

// chunk reads some entries under the guard, and hands them out there or afterwards.
func (w *walk) chunk() error {
	if err := w.of.textual(w.pos, batch); err != nil {
		return err
	}
	if err := w.of.read(true, w.read); err != nil {
		return err
	}
	for _, e := range w.entries {
		if more, err := w.hand(e); err != nil || !more {
			w.ended = true
			return err
		}
	}
	clear(w.entries)
	w.entries = w.entries[:0]
	return nil
}

// read passes over entries until there are no more, or it is time to give the guard back.
func (w *walk) read(val inspect.Value) error {
	trusted := w.of.policy.frozen || w.of.vouched()
	if w.cursor != nil {
		w.cursor.Trust(trusted)
	}
	start, most := time.Now(), w.of.look.pace.hold()
	late := func() bool { return time.Since(start) > most }
	if err := w.load(val); err != nil {
		return err
	}
	for read, check := 0, 1; ; {
		e, ok, err := w.next(val)
		if err != nil || w.ended {
			return err
		}
		if !ok {
			// What is collected lies in what was loaded.
			if w.collect || late() {
				return nil
			}
			if err := w.load(val); err != nil {
				return err
			}
			continue
		}
		if err := w.pass(e, trusted); err != nil || w.ended || len(w.entries) >= batch {
			return err
		}
		if read++; read < check {
			continue
		}
		worked := max(time.Since(start), 1)
		if worked > most {
			return nil
		}
		// Half of what there is time for, if those to come are like those before.
		check += max(1, min(clockEvery, int((most-worked)*time.Duration(read)/(2*worked))))
	}
}

// pass hands an entry out, or collects it.
func (w *walk) pass(e entryAt, trusted bool) error {
	switch win := w.of.window; {
	case win != nil && e.pos < win.lo:
		return w.of.look.tick(1)
	case w.collect:
		if trusted {
			// These lie in the map itself, and would change once the guard is given back.
			e.key, _ = e.key.Keep()
			e.elem, _ = e.elem.Keep()
		}
		w.entries = append(w.entries, e)
	default:
		more, err := w.hand(e)
		w.ended = err != nil || !more
		return err
	}
	return nil
}

// load makes the next entries ready to be read.
func (w *walk) load(val inspect.Value) (err error) {
	if w.cursor != nil {
		return w.cursor.Load()
	}
	w.len, err = val.Len()
	return err
}

// next is the next entry; ok is false if no more are loaded, or the walk has ended.
func (w *walk) next(val inspect.Value) (e entryAt, ok bool, err error) {
	e.pos = w.pos
	switch win := w.of.window; {
	case win != nil && w.pos >= win.hi:
		w.ended = true
	case w.cursor != nil:
		e.key, e.elem, ok = w.cursor.Next()
		w.ended = !ok && w.cursor.Done()
	case w.pos >= w.len:
		w.ended = true
	default:
		e.elem, err = val.Index(w.pos)
		ok = err == nil
	}
	if ok {
		w.pos++
	}
	return e, ok, err
}

// hand lends an entry to f. The Views that it lends are the same for all entries but for where these lie.
func (w *walk) hand(e entryAt) (more bool, err error) {
	// An entry is counted when it is handed out: where a chunk ends depends on time, and what an expression costs must not.
	if err := w.of.look.tick(1); err != nil {
		return false, err
	}
	w.lent.used = 0
	if w.key == nil {
		w.elem.renew(e.elem)
		w.elem.step.index = e.pos
		return w.f(nil, w.elem)
	}
	w.key.renew(e.key)
	w.elem.renew(e.elem)
	return w.f(w.key, w.elem)
}

// lend makes the Views that are lent.
func (w *walk) lend() {
	if w.key == nil {
		w.of.bear(w.elem, inspect.Value{}, step{kind: stepIndex})
	} else {
		w.of.bear(w.key, inspect.Value{}, step{kind: stepKeyOf})
		w.of.bear(w.elem, inspect.Value{}, step{kind: stepEntry, key: w.key})
		// What lies in a map may move at any time: nothing there can be a receiver.
		w.key.boxed, w.elem.boxed = true, true
		w.key.lent = &w.lent
	}
	w.elem.lent = &w.lent
}

// renew makes c, which lies one step below another View, the View of what lies there now. What has been found out of c is forgotten.
func (c *View) renew(val inspect.Value) {
	c.val = val.Trust(c.policy.frozen)
	c.settled, c.hidden = false, false
	c.guard, c.mutex, c.window = nil, nil, nil
}

// vouched reports whether a guard that the application declared is held.
func (v *View) vouched() bool {
	if o := v.policy.owner; o != nil {
		return v.look.visits(o)
	}
	k := v.lock()
	return k != nil && k.declared && v.look.holds(k)
}
