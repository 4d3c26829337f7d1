package access

import (
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
)

// Each calls f for the entries of a list (key is nil) or map until it returns false or an error,
// and takes the guard for a chunk of them at a time. What is in a map throughout is met exactly
// once; what comes or goes meanwhile may be met or not. So it is with a list whose elements stay in
// their order, however it shifts, grows or shrinks meanwhile; where some were seen to change places
// the [Tally] names the list in Moved. The order of a list is its own, that of a map stays the same
// while the map does.
//
// f runs with the guard held, so it must be short, must not yield, and cannot call methods. The
// Views are lent, good until f returns: Keep makes them last, as copies.
func (v *View) Each(f func(key, elem *View) (bool, error)) error {
	return v.walk(false, false, f)
}

// EachUnlocked is Each with f run while no guard is held: for what calls methods or walks something
// else. f meets the entries as they were when their chunk was read.
func (v *View) EachUnlocked(f func(key, elem *View) (bool, error)) error {
	return v.walk(true, false, f)
}

const (
	// clockEvery is how many entries are handed out between two looks at the clock, at the most.
	clockEvery = 8
	// batch is how many entries are collected before f runs unlocked.
	batch = 256
)

// walk is one walk under way.
type walk struct {
	of        *View
	f         func(key, elem *View) (bool, error)
	cursor    *inspect.Cursor
	key, elem *View // lent to f, one entry after the other; key is nil for lists
	lent      loans // what is reached from them
	pos       int   // of the next entry to read, in the whole
	sought    bool  // the cursor has gone to where the window begins
	ended     bool
	sum       bool      // what is kept of them is to be told from what it will be later
	collect   bool      // entries are collected under the guard and handed out afterwards
	entries   []entryAt // collected
}

// entryAt is an entry at its position.
type entryAt struct {
	pos       int
	key, elem inspect.Value
}

// walk walks with no guard held while f runs if unlocked. What is met is shown at once if shown,
// and not picked.
func (v *View) walk(unlocked, shown bool, f func(key, elem *View) (bool, error)) error {
	t, err := v.into("elements")
	if err != nil {
		return err
	}
	w := &walk{of: t, f: f, elem: new(View), collect: unlocked || t.lockedElements() || t.visit.objects.hasLenses()}
	w.sum = w.collect && !shown
	t.pursue()
	switch s := t.Shape(); {
	case s == inspect.Map:
		w.key = new(View)
	case s != inspect.List:
		return &TypeError{Path: t.Path(), Type: t.val.Type().String(), Why: "is no list or map"}
	}
	w.cursor = t.val.Cursor()
	if win := t.window; win != nil {
		if w.sought = w.cursor.Within(win.lo, win.hi); w.sought {
			w.pos = win.lo
		}
	}
	defer func() {
		t.visit.tally.Retries += w.cursor.Retries()
		t.visit.tally.Torn += w.cursor.Torn()
		if w.cursor.Moved() {
			t.visit.moved(t)
		}
	}()
	w.lend()
	for !w.ended {
		if err := w.chunk(); err != nil {
			return err
		}
		if !w.ended && t.visit.guards.Overdue() {
			return &TypeError{Path: t.Path(), Type: t.val.Type().String(), Why: "is too long to be walked while a guard is held: walk it by itself"}
		}
		// The application's turn: who waits for the guard has it now.
		t.visit.Yield()
		if err := t.visit.tick(0); err != nil {
			return err
		}
	}
	return nil
}

// lockedElements reports whether the elements of v may have locks of their own that are taken, so
// that none of these is asked for while another guard is held.
func (v *View) lockedElements() bool {
	if v.policy.Names != nil {
		return true
	}
	if v.val.Kind() != reflect.Array {
		return false
	}
	e := kind.Deref(v.val.Type().Elem())
	return e.Kind() == reflect.Struct && !kind.IsSync(e) && len(structOf(e).Locks) > 0
}

// chunk reads some entries under the guard, and hands them out there or afterwards.
func (w *walk) chunk() error {
	if err := w.of.textual(w.pos, batch); err != nil {
		return err
	}
	err := w.of.read(w.reads(), func(val inspect.Value) error {
		if err := w.read(val); err != nil || w.ended {
			return err
		}
		w.cursor.Pause()
		return nil
	})
	if err != nil {
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

// reads reports whether a chunk is more than where its entries lie: those of an array that nothing guards are handed out without
// being read, unless they are copied.
func (w *walk) reads() bool {
	v := w.of
	if v.val.Kind() != reflect.Array || v.guarded() || v.val.Type().Len() == 0 {
		return true
	}
	first, err := v.val.Index(0)
	return err != nil || w.collect && first.InPlace()
}

// read passes over entries until there are no more, or it is time to give the guard back.
func (w *walk) read(inspect.Value) error {
	trusted := w.of.policy.Frozen || w.of.vouched()
	w.cursor.Trust(trusted)
	start, most := time.Now(), w.of.visit.pace.Hold()
	late := func() bool { return time.Since(start) > most }
	if err := w.cursor.Load(); err != nil {
		return err
	}
	for read, check := 0, 1; ; {
		e, ok := w.next()
		if w.ended {
			return nil
		}
		if !ok {
			// What is collected lies in what was loaded.
			if w.collect || late() {
				return nil
			}
			if err := w.cursor.Load(); err != nil {
				return err
			}
			continue
		}
		if err := w.pass(e); err != nil || w.ended || len(w.entries) >= batch {
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
func (w *walk) pass(e entryAt) error {
	switch win := w.of.window; {
	case win != nil && !w.sought && e.pos < win.lo:
		return w.of.visit.tick(1)
	case w.collect:
		e.key, e.elem = w.of.leaving(e.key), w.of.leaving(e.elem)
		w.entries = append(w.entries, e)
	default:
		more, err := w.hand(e)
		w.ended = err != nil || !more
		return err
	}
	return nil
}

// next is the next entry; ok is false if no more are loaded, or the walk has ended.
func (w *walk) next() (e entryAt, ok bool) {
	if win := w.of.window; win != nil && !w.sought && w.pos >= win.hi {
		w.ended = true
		return e, false
	}
	e.key, e.elem, ok = w.cursor.Next()
	w.ended = !ok && w.cursor.Done()
	if !ok {
		return e, false
	}
	if e.pos = w.pos; w.key == nil {
		e.pos = w.cursor.Index()
	}
	w.pos++
	return e, true
}

// leaving is val, an element of v or part of one, as it is to be when the guard is given back: a
// copy, if it lies in the application's memory where another element may lie later.
func (v *View) leaving(val inspect.Value) inspect.Value {
	if v.policy.Frozen {
		return val
	}
	// What a Cursor lent is a copy already, but for its texts: those of a map under a guard that was
	// only found may be freed when it is given back.
	if val.InPlace() || val.Lent() && v.guarded() && !v.vouched() {
		v.visit.staying(val)
		val, _ = val.Keep()
	}
	return val
}

// out is leaving for what is handed on by itself, and says how many bytes were copied. Where
// nothing guards v there is no moment that a copy would be of.
func (v *View) out(val inspect.Value) (inspect.Value, int) {
	if !val.InPlace() || v.policy.Frozen || !v.guarded() {
		return val, 0
	}
	return val.Keep()
}

// guarded reports whether something guards v.
func (v *View) guarded() bool { return v.policy.Owner != nil || v.lock() != nil }

// hand lends an entry to f. The Views that it lends are the same for all entries but for where
// these lie.
func (w *walk) hand(e entryAt) (more bool, err error) {
	// An entry is counted when it is handed out: where a chunk ends depends on time, and what an
	// expression costs must not.
	if err := w.of.visit.tick(1); err != nil {
		return false, err
	}
	w.lent.used = 0
	w.elem.renew(e.elem)
	if w.sum {
		w.elem.pick.note(w.elem)
	}
	if w.key == nil {
		w.elem.step.index = e.pos
		return w.f(nil, w.elem)
	}
	w.key.renew(e.key)
	return w.f(w.key, w.elem)
}

// lend makes the Views that are lent.
func (w *walk) lend() {
	if w.key == nil {
		w.of.initChild(w.elem, inspect.Value{}, step{kind: stepIndex})
	} else {
		w.of.initChild(w.key, inspect.Value{}, step{kind: stepKeyOf})
		w.of.initChild(w.elem, inspect.Value{}, step{kind: stepEntry, key: w.key})
		// What lies in a map may move at any time: nothing there can be a receiver.
		w.key.boxed, w.elem.boxed = true, true
		w.key.lent = &w.lent
	}
	w.elem.lent = &w.lent
}

// renew makes c, which lies one step below another View, the View of what lies there now. What has
// been found out of c is forgotten.
func (c *View) renew(val inspect.Value) {
	c.val = val.Trust(c.policy.Frozen)
	c.decided, c.hidden = false, false
	c.guard, c.mutex, c.window = nil, nil, nil
	c.pick = pick{}
}

// vouched reports whether a guard that the application declared is held.
func (v *View) vouched() bool {
	if v.policy.ofResults {
		return false
	}
	if o := v.policy.Owner; o != nil {
		return v.visit.guards.IsOn(o)
	}
	k := v.lock()
	return k != nil && k.Declared && v.visit.guards.Holds(k)
}
