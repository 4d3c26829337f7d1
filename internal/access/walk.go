package access

import (
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
)

// Each calls f for the entries of a list (key is nil) or map until f returns false or an error. It
// takes the guard for a chunk of them at a time. f meets what is in a map throughout exactly once,
// and may or may not meet what comes or goes meanwhile. The same holds for a list whose elements
// keep their order, however it shifts, grows or shrinks; if elements were seen to change places,
// the [Tally] names the list in Moved. A list is walked in its own order, a map in one that stays
// the same as long as the map does.
//
// f runs while the guard is held: it must be short, must not yield, and cannot call methods. Its
// Views are lent, and valid until f returns: Keep makes them last, as copies.
func (v *View) Each(f func(key, elem *View) (bool, error)) error {
	return v.walk(false, false, f)
}

// EachUnlocked is Each, but no guard is held while f runs, so that f may call methods or walk
// something else. f meets the entries as they were when their chunk was read.
func (v *View) EachUnlocked(f func(key, elem *View) (bool, error)) error {
	return v.walk(true, false, f)
}

// EachItem calls f for what waits in a chan, as EachUnlocked does for the elements of a list. The
// first is received next. No guard is taken at all.
func (v *View) EachItem(f func(item *View) (bool, error)) error {
	t, err := v.targetFor("items")
	if err != nil {
		return err
	}
	if t.Shape() != inspect.Chan {
		return t.typeError("is no channel")
	}
	w := &walk{of: t, f: func(_, item *View) (bool, error) { return f(item) }, want: batch, collect: true, record: true, items: true}
	w.cursor, w.hold, w.elem = t.val.Items(), w.readChunk, &w.elemView
	t.markUsed()
	return w.run()
}

// EachPicked is Each or, if unlocked is set, EachUnlocked for n entries of a map that are chosen at
// random, in time that does not depend on how many there are; see [inspect.Cursor.Pick]. It picks
// fewer of a map that has become smaller. ok is false if v is something else or cannot be picked from,
// and f was not called.
func (v *View) EachPicked(n int, random func() uint64, unlocked bool, f func(key, elem *View) (bool, error)) (ok bool, err error) {
	w, err := v.newWalk(unlocked, false, f)
	if err != nil || w.of.window != nil || !w.cursor.Pick(n, random) {
		return false, err
	}
	w.picks = n
	return true, w.run()
}

const (
	// clockEvery bounds the entries between two looks at the clock.
	clockEvery = 8
	// batch bounds the entries that are collected before f runs unlocked.
	batch = 256
	// maxIdle bounds the walks that are kept for reuse, with what they have allocated.
	maxIdle = 16
)

// walk is a walk under way.
type walk struct {
	of      *View // the list or map
	f       func(key, elem *View) (bool, error)
	cursor  *inspect.Cursor
	key     *View // lent to f for each entry; nil for lists
	elem    *View // likewise
	lent    loans // of what is reached from them
	pos     int   // of the next entry, in the whole list or map
	handed  int   // how many entries were handed out
	inRange bool  // the cursor yields only entries of the window
	ended   bool
	record  bool                      // elements are recorded as picked
	items   bool                      // it is a walk of EachItem
	collect bool                      // entries are collected under the guard, and handed out after it was released
	apart   bool                      // no entry may be used under the guard
	entries []entryAt                 // the collected ones
	want    int                       // how many entries are collected at a time
	hold    func(inspect.Value) error // reads the entries of a chunk; made once

	elemView, keyView View // elem and key point at them

	picks int // how many entries are picked at random; 0 for all

	*batches      // of a walk in batches, nil for any other
	owed     owed // for lanes taken behind the last of entries
}

// entryAt is an entry at its position.
type entryAt struct {
	pos       int
	key, elem inspect.Value
	sum       uint64 // of what elem leads to when it was read; valid if known
	known     bool

	// Of a walk in batches.
	owed  owed // for lanes taken before it
	met   int  // its position among all entries that the walk meets
	found bool // it was taken as a lane, and is handed to found
}

// walk calls f for each entry, with no guard held if unlocked is set. shown says that f shows
// entries at once, so that they are not recorded as picked.
func (v *View) walk(unlocked, shown bool, f func(key, elem *View) (bool, error)) error {
	w, err := v.newWalk(unlocked, shown, f)
	if err != nil {
		return err
	}
	return w.run()
}

func (v *View) newWalk(unlocked, shown bool, f func(key, elem *View) (bool, error)) (*walk, error) {
	w := &walk{}
	return w, w.begin(v, unlocked, shown, f)
}

// begin makes w, which is new or was used before, the walk of v.
func (w *walk) begin(v *View, unlocked, shown bool, f func(key, elem *View) (bool, error)) error {
	t, err := v.resolveFor("elements")
	if err != nil {
		return err
	}
	w.apart = t.hasLockedElements() || t.visit.objects.hasLenses()
	w.collect = unlocked || w.apart
	w.of, w.f, w.want, w.record = t, f, batch, w.collect && !shown
	w.elem, w.key = &w.elemView, nil
	if w.hold == nil {
		w.hold = w.readChunk
	}
	t.markUsed()
	switch s := t.Shape(); {
	case s == inspect.Map:
		w.key = &w.keyView
	case s != inspect.List:
		return t.typeError("is no list or map")
	}
	w.cursor = t.val.Cursor()
	if win := t.window; win != nil {
		if w.inRange = w.cursor.Within(win.lo, win.hi); w.inRange {
			w.pos = win.lo
		}
	}
	return nil
}

// eachShown is walk for f that shows entries at once, with no guard held, and wants about the first
// want of them. A snapshot has hundreds of such walks, of an entry or two each: what one has
// allocated serves the next.
func (v *View) eachShown(want int, f func(key, elem *View) (bool, error)) error {
	vis := v.visit
	w := &walk{}
	if n := len(vis.idle); n > 0 {
		w, vis.idle = vis.idle[n-1], vis.idle[:n-1]
	}
	if err := w.begin(v, true, true, f); err != nil {
		return err
	}
	w.want = max(1, min(want, batch))
	err := w.run()
	if len(vis.idle) < maxIdle {
		clear(w.entries)
		*w = walk{hold: w.hold, lent: w.lent, entries: w.entries[:0]}
		vis.idle = append(vis.idle, w)
	}
	return err
}

// run walks to the end.
func (w *walk) run() (err error) {
	t := w.of
	if t.visit.report.walking == nil {
		t.visit.report.walking = w
	}
	defer func() {
		if t.visit.report.walking == w {
			t.visit.report.walking = nil
		}
		t.visit.report.walked(t, w.cursor)
		if err != nil {
			t.visit.report.reached = w.reached() // that of the outermost walk is the last
		}
	}()
	w.lend()
	for !w.ended {
		if err := w.chunk(); err != nil {
			return err
		}
		if !w.ended && t.visit.guards.Overdue() {
			return t.typeError("is too long to be walked while a guard is held: walk it by itself")
		}
		// The application's turn: whoever waits for the guard gets it now.
		if !w.ended {
			if err := w.rest(); err != nil {
				return err
			}
		}
		t.visit.Yield()
		if err := t.visit.meter.work(1); err != nil {
			return err
		}
		if err := t.visit.meter.read(0); err != nil {
			return err
		}
	}
	return nil
}

// hasLockedElements reports whether the elements of v may have locks of their own that are taken.
// None of these is tried while another guard is held.
func (v *View) hasLockedElements() bool {
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
	if err := (textView{w.of}).checkAt(w.pos, batch); err != nil {
		return err
	}
	w.rehearse()
	err := w.of.read(w.readsMemory(), w.hold)
	if err != nil {
		return err
	}
	for i := range w.entries {
		e := &w.entries[i]
		more, err := true, w.settle(e.owed)
		if err == nil && e.found {
			more, err = w.found(e)
		} else if err == nil {
			more, err = w.hand(*e)
		}
		if err != nil || !more {
			w.ended = true
			return err
		}
	}
	clear(w.entries)
	w.entries = w.entries[:0]
	w.owed, err = owed{}, w.settle(w.owed)
	return err
}

// readChunk reads some entries while the guard is held.
func (w *walk) readChunk(inspect.Value) error {
	read := w.readEntries
	if w.batches != nil {
		read = w.readBatches
	}
	if err := read(); err != nil || w.ended {
		return err
	}
	w.cursor.Pause()
	return nil
}

// readsMemory reports whether a chunk reads more than where its entries lie. The elements of an
// array without a guard are handed out unread, unless they are copied.
func (w *walk) readsMemory() bool {
	v := w.of
	if w.items {
		return false
	}
	if v.val.Kind() != reflect.Array || v.hasGuard() || v.val.Type().Len() == 0 {
		return true
	}
	first, err := v.val.Index(0)
	return err != nil || w.collect && first.InPlace()
}

// readEntries takes entries until there are no more, or it is time to release the guard.
func (w *walk) readEntries() error {
	w.cursor.Trust(w.of.policy.Frozen || w.of.isTrusted())
	start, limit := time.Now(), w.of.visit.pace.Hold()
	late := func() bool { return time.Since(start) > limit }
	if err := w.cursor.Load(); err != nil {
		return err
	}
	for read, check := 0, 1; ; {
		e, ok := w.next()
		if w.ended {
			return nil
		}
		if !ok {
			// Collected entries lie in what was loaded: the next load would overwrite them.
			if w.collect || late() {
				return nil
			}
			if err := w.cursor.Load(); err != nil {
				return err
			}
			continue
		}
		if err := w.take(e); err != nil || w.ended || len(w.entries) >= w.want {
			return err
		}
		if read++; read < check {
			continue
		}
		worked := max(time.Since(start), 1)
		if worked > limit {
			return nil
		}
		// Look at the clock again after half of the entries for which there is time, if they take
		// as long as those before.
		check += max(1, min(clockEvery, int((limit-worked)*time.Duration(read)/(2*worked))))
	}
}

// next returns the next loaded entry; ok is false if there is none, or the walk has ended.
func (w *walk) next() (e entryAt, ok bool) {
	if win := w.of.window; win != nil && !w.inRange && w.pos >= win.hi {
		w.ended = true
		return e, false
	}
	e.key, e.elem, ok = w.cursor.Next()
	w.ended = !ok && w.cursor.Done()
	if !ok {
		return e, false
	}
	if e.pos = w.pos; w.key == nil && !w.items {
		e.pos = w.cursor.Index()
	}
	w.pos++
	return e, true
}

// take hands an entry out, or collects it.
func (w *walk) take(e entryAt) error {
	switch win := w.of.window; {
	case win != nil && !w.inRange && e.pos < win.lo:
		return w.of.visit.meter.read(1)
	case w.collect:
		w.detach(&e)
		w.entries = append(w.entries, e)
	default:
		more, err := w.hand(e)
		w.ended = err != nil || !more
		return err
	}
	return nil
}

// detach makes e an entry that can be handed out after the guard was released, which is held.
func (w *walk) detach(e *entryAt) {
	e.key, e.elem = w.of.detach(e.key), w.of.detach(e.elem)
	if w.record && !w.of.policy.Frozen {
		e.sum, e.known = e.elem.Sum()
	}
}

// detach returns val, an element of v or a part of one, so that it can be read after the guard was
// released: as a copy if it lies in the application's memory, where another element may lie by
// then.
func (v *View) detach(val inspect.Value) inspect.Value {
	if v.policy.Frozen {
		return val
	}
	// What a Cursor lent is a copy already, but for its texts: under a guard that was only found,
	// those of a map may be freed once it is released.
	if val.InPlace() || val.Lent() && v.hasGuard() && !v.isTrusted() {
		v.visit.report.notCopied(val)
		val, _ = val.Keep(nil) // what that takes is not told
	}
	return val
}

// detachOne is detach for a single element of v, at that place, and returns how many bytes it copied.
// Without a guard it copies nothing: there is no moment that the copy would be of.
func (v *View) detachOne(val inspect.Value, p place) (inspect.Value, int) {
	if !val.InPlace() || v.policy.Frozen || !v.hasGuard() {
		return val, 0
	}
	var elem View
	v.initChild(&elem, val, p)
	return val.Keep(elem.untold())
}

// hand lends an entry to f, in the same Views for each entry.
func (w *walk) hand(e entryAt) (more bool, err error) {
	// Entries count when they are handed out. Where a chunk ends depends on time; what an
	// expression costs must not.
	if err := w.of.visit.meter.read(1); err != nil {
		return false, err
	}
	w.of.visit.report.Walked++
	w.handed++
	return w.lendTo(w.f, &e)
}

// lendTo has f see an entry. If f follows an element that was collected, what it has read of the object
// there may be of two moments: the object is compared with what it was under the guard.
func (w *walk) lendTo(f func(key, elem *View) (bool, error), e *entryAt) (more bool, err error) {
	more, err = f(w.show(*e))
	if p := &w.elem.pick; p.known && p.used && w.of.hasGuard() {
		if w.elem.compare(); p.changed {
			w.elem.tellChanged()
		}
	}
	return more, err
}

// show has the lent Views show an entry.
func (w *walk) show(e entryAt) (key, elem *View) {
	w.lent.used, w.lent.kept = 0, w.lent.kept[:0]
	w.elem.reset(e.elem)
	w.elem.pick.sum, w.elem.pick.known = e.sum, e.known
	if w.key == nil {
		w.elem.index = e.pos
		return nil, w.elem
	}
	w.key.reset(e.key)
	return w.key, w.elem
}

// lend makes the Views that are lent.
func (w *walk) lend() {
	if w.key == nil {
		w.of.initChild(w.elem, inspect.Value{}, place{step: stepIndex})
	} else {
		w.of.initChild(w.key, inspect.Value{}, place{step: stepKeyOf})
		w.of.initChild(w.elem, inspect.Value{}, place{step: stepEntry, key: w.key})
		// What lies in a map may move at any time: it cannot be a receiver.
		w.key.boxed, w.elem.boxed = true, true
		w.key.lent = &w.lent
	}
	w.elem.lent = &w.lent
}

// reset makes c, a child, the View of another value at its place, and forgets what was found out
// about the old one.
func (c *View) reset(val inspect.Value) {
	c.val = val.Trust(c.policy.Frozen)
	c.decided, c.hidden = false, false
	c.guard, c.own, c.window = nil, nil, nil
	c.name, c.typed = "", false
	c.pick = pick{}
}
