package access

import (
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// Batch is entries of a list or map that a walk has loaded together, under policy. An entry's number
// is its lane. The lanes are taken in their order, each either with others at once, by [Batch.Take],
// or step by step, by [Batch.Step]. A Batch is lent, as are the Views of its entries: they are good
// until the function that got it returns.
type Batch struct {
	walk  *walk
	from  *inspect.Batch
	taken int
	steps int // of those taken, step by step
	late  bool

	// What every ordinary lane is like, and every key: Views with the verdict that they all have.
	like, likeKey View
	liked         [2]bool // which of both are those of this batch
	// odd has the lanes that may be hidden by their keys; see hiddenByKey. Each is found when it is
	// first asked for.
	odd   [2]inspect.Mask
	found [2]bool
	names inspect.Column // keys of a map
}

// Lanes is what a walk in batches does with its entries. No guard is held while Each or Found runs if
// the walk is unlocked, and the guard is held otherwise, as it is while Take runs. pos is the position
// of an entry among all that the walk meets. Each function returns false to end the walk.
type Lanes struct {
	// Take takes lanes from the first on. If it leaves some, as it has to once [Batch.Done] says so,
	// these come again in the next batch.
	Take func(b *Batch) (bool, error)
	// Each is called for lanes that are taken step by step.
	Each func(pos int, key, elem *View) (bool, error)
	// Found is called for lanes that [Batch.Find] names.
	Found func(pos int, key, elem *View) (bool, error)
	// Kept is called for lanes that keep something while they are evaluated, as they are counted.
	Kept func(bytes int) error
}

// EachBatch is [View.Each], or EachUnlocked if unlocked is set, for callers that ask the same of many
// entries. v must be one of which StepByStep answers "".
func (v *View) EachBatch(unlocked bool, lanes Lanes) error {
	w, err := v.newWalk(unlocked, false, nil)
	if err != nil {
		return err
	}
	w.batches = &batches{do: lanes}
	// hand has counted the entry.
	w.f = func(key, elem *View) (bool, error) { return lanes.Each(w.handed-1, key, elem) }
	return w.run()
}

// batches is the part of a walk that is for batches.
type batches struct {
	do      Lanes
	batch   Batch
	until   time.Time     // when the guard is to be released
	patient bool          // every batch is taken to its end
	met     int           // how many entries were taken
	slot    time.Duration // what one of the entries asked for takes; 0 while that is not known
	toKey   *inspect.FieldPath

	rehearsal *rehearsal // nil as long as nobody wants the guard
}

// owed is what the Meter is told once the entries that were collected before are handed out.
type owed struct {
	lanes, reads int
	kept         int // bytes, of a lane
}

// settle counts lanes as handed out.
func (w *walk) settle(o owed) error {
	if o == (owed{}) {
		return nil
	}
	if o.kept > 0 {
		if err := w.do.Kept(o.kept); err != nil {
			return err
		}
	}
	if err := w.of.visit.meter.read(o.lanes + o.reads); err != nil {
		return err
	}
	w.of.visit.report.Walked += o.lanes
	w.handed += o.lanes
	return nil
}

// found hands out an entry that was taken as a lane.
func (w *walk) found(e *entryAt) (bool, error) {
	return w.lendTo(func(key, elem *View) (bool, error) { return w.do.Found(e.met, key, elem) }, e)
}

// StepByStep says why the entries of v, a list or map, can only be walked one by one, "" if they can
// be walked by EachBatch.
func (v *View) StepByStep() (why string) {
	t := v.val.Type()
	if t == nil {
		return "it is nil"
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
	case reflect.Map:
		switch {
		case t.Key().Kind() == reflect.Interface:
			return "its keys are interfaces, each of which may hold another type"
		case v.window != nil:
			return "it is a part of a map"
		}
	default:
		if s := v.Shape(); s != inspect.List && s != inspect.Map || v.isLensed() {
			return "it is a " + inspect.TypeName(t) + ", which is read through a lens"
		}
		if v.window != nil {
			return "it is a part of a " + inspect.TypeName(t)
		}
	}
	if kind.IsText(t) {
		return "it is a text, which is searched for secrets part by part"
	}
	v.decide()
	if _, ok := v.policy.hide.StepAny(v.hide); !ok || v.calls != 0 && t.Kind() == reflect.Map && !kind.IsString(t.Key()) && !kind.IsWord(t.Key()) || v.calls != 0 && t.Kind() == reflect.Struct {
		return "a pattern names some of its elements"
	}
	return ""
}

// ScalarElements reports whether the elements of v, a list or map, are plain scalars by their type, or
// interfaces, which may hold some. With keys set it reports that of the keys of a map.
func (v *View) ScalarElements(keys bool) bool {
	t := v.val.Type()
	if t.Kind() == reflect.Struct {
		return true // whatever a sync.Map or a container/list holds
	}
	of := t.Elem
	if keys {
		of = t.Key
	}
	switch of().Kind() {
	case reflect.Bool, reflect.String, reflect.Interface,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return true
	}
	return false
}

// Sizes of batches.
const (
	// maxBatchText bounds the bytes of a text that is read with others at once: so many of them take
	// the time of a hold.
	maxBatchText = 1 << 10
	// firstLanes is how many lanes the first batch under a hold of the guard has: what a lane takes is
	// not known yet.
	firstLanes = 64
	// maxUnseen bounds the batches between two looks at the clock.
	maxUnseen = 4
)

// readBatches takes batches until there are no more entries, or it is time to release the guard.
func (w *walk) readBatches() error {
	w.cursor.Trust(w.of.policy.Frozen || w.of.isTrusted())
	start, limit := time.Now(), w.of.visit.pace.Hold()
	w.until = start.Add(limit)
	rehearsed := w.rehearsal.begin(w.met)
	most := w.most()
	want := min(firstLanes, most)
	if w.of.visit.lanes > 0 {
		want = most
	}
	switch {
	case w.met == 0:
		// The first goes step by step, and others follow it.
		want = 1
	case w.slot > 0 && (rehearsed || !w.of.hasGuard()):
		want = w.fitting(limit, most)
	}
	began, taken, unseen := start, 0, 0 // the last look at the clock, and lanes and batches since
	for n := 1; ; n++ {
		b, err := w.cursor.LoadBatch(want)
		if err != nil {
			return err
		}
		if b == nil {
			w.ended = true
			return nil
		}
		if err := w.takeBatch(b); err != nil || w.ended {
			return err
		}
		// A writer that inserts faster than the walk reads must not keep it going for ever.
		if err := w.of.visit.meter.work(1 + b.Len()/16); err != nil {
			return err
		}
		if w.batch.late || len(w.entries) > 0 || n == w.of.visit.batches {
			return nil
		}
		// A look at the clock takes as long as a hundred quick entries.
		taken += w.batch.taken
		if unseen++; w.slot > 0 && time.Duration(taken+want)*w.slot < limit/16 && unseen < maxUnseen {
			continue
		}
		now := time.Now()
		left := w.until.Sub(now)
		if left < limit/4 {
			return nil
		}
		if taken > 0 {
			w.slot = max(now.Sub(began)/time.Duration(taken), 1)
			want = w.fitting(left, most)
		}
		began, taken, unseen = now, 0, 0
	}
}

// fitting returns how many entries to ask for, at most, if they are to take no more than half of
// the time that is left.
func (w *walk) fitting(left time.Duration, most int) int {
	if w.of.visit.lanes > 0 {
		return most
	}
	return max(1, int(min(left/(2*w.slot), time.Duration(most))))
}

// most returns how many lanes a batch has at most.
func (w *walk) most() int {
	if n := w.of.visit.lanes; n > 0 {
		return n
	}
	return inspect.BatchSize
}

// takeBatch has the lanes of a batch taken.
func (w *walk) takeBatch(from *inspect.Batch) error {
	b := &w.batch
	b.walk, b.from, b.taken, b.steps, b.late, b.found, b.liked = w, from, 0, 0, false, [2]bool{}, [2]bool{}
	if from.Len() == 0 {
		return nil
	}
	for {
		more, err := w.do.Take(b)
		if err != nil || !more {
			w.ended = true
			return err
		}
		if b.taken == from.Len() {
			return nil
		}
		if w.cursor.Return(b.taken) {
			return nil
		}
		// This collection is walked in one direction only.
		w.patient, b.late = true, false
	}
}

// Len returns how many lanes b has.
func (b *Batch) Len() int { return b.from.Len() }

// Keyed reports whether the entries are those of a map, and have keys.
func (b *Batch) Keyed() bool { return b.walk.key != nil }

// Taken returns how many lanes were taken, which is the next lane.
func (b *Batch) Taken() int { return b.taken }

// Stepped returns how many of them were taken step by step.
func (b *Batch) Stepped() int { return b.steps }

// Pos returns the position of the next lane among all entries that the walk meets.
func (b *Batch) Pos() int { return b.walk.met }

// Done reports whether it is time to release the guard, so that no more lanes are to be taken.
func (b *Batch) Done() bool { return b.late }

// Ordered reports whether what is done with the next lane now comes behind all that was done before
// it. It does not once entries wait to be handed out without the guard.
func (b *Batch) Ordered() bool { return len(b.walk.entries) == 0 }

// Collects reports whether lanes that are done step by step wait until the guard is released.
func (b *Batch) Collects() bool { return b.walk.collect }

// Patient reports whether lanes that are left come again at once.
func (b *Batch) Patient() bool { return b.walk.patient }

// Take takes the next n lanes, for which columns made so many reads, and which each kept up to so
// many bytes while they were evaluated.
func (b *Batch) Take(n, reads, kept int) error {
	w := b.walk
	b.taken += n
	w.met += n
	if len(w.entries) > 0 {
		w.owed.lanes += n
		w.owed.reads += reads
		w.owed.kept = max(w.owed.kept, kept)
		return nil
	}
	return w.settle(owed{n, reads, kept})
}

// Waits returns how many entries wait to be handed out without the guard, and how many reads of lanes
// that were taken behind these wait with them to be told to the Meter.
func (b *Batch) Waits() (entries, reads int) {
	w := b.walk
	for i := range w.entries {
		reads += w.entries[i].owed.lanes + w.entries[i].owed.reads
	}
	return len(w.entries), reads + w.owed.lanes + w.owed.reads
}

// Find hands the lane that was taken last to Found.
func (b *Batch) Find() (more bool, err error) {
	e := b.entry(b.taken - 1)
	e.found, e.met = true, b.walk.met-1
	if b.walk.collect {
		b.collect(e)
		return true, nil
	}
	return b.walk.found(&e)
}

// Step takes up to n lanes step by step, fewer if it is time to release the guard.
func (b *Batch) Step(n int) (more bool, err error) {
	w := b.walk
	for i := range n {
		if i > 0 && i%clockEvery == 0 && b.Late() || b.late {
			return true, nil
		}
		e := b.entry(b.taken)
		b.taken++
		b.steps++
		w.met++
		if w.collect {
			b.collect(e)
		} else if more, err = w.hand(e); err != nil || !more {
			return false, err
		}
	}
	b.Late()
	return true, nil
}

// entry returns the entry of a lane.
func (b *Batch) entry(lane int) entryAt {
	e := entryAt{pos: b.from.Index(lane)}
	e.key, e.elem = b.from.Entry(lane)
	return e
}

// collect collects an entry, to be handed out without the guard.
func (b *Batch) collect(e entryAt) {
	w := b.walk
	w.detach(&e)
	e.owed, w.owed = w.owed, owed{}
	w.entries = append(w.entries, e)
	b.late = b.late || len(w.entries) >= batch
}

// Late is Done, once it has looked at the clock.
func (b *Batch) Late() bool {
	b.late = b.late || !b.walk.patient && time.Now().After(b.walk.until)
	return b.late
}

// Lends reports whether entries may be lent while the guard is held: to hold one takes no other lock
// and calls no lens of the application.
func (b *Batch) Lends() bool { return !b.walk.apart }

// Lend returns the entry of a lane, key nil for a list, as it is lent step by step. Both Views are good
// until the next call of Lend, Find or Step. The guard is held. Lends must be true.
func (b *Batch) Lend(lane int) (key, elem *View) {
	e := b.entry(lane)
	if b.walk.collect {
		b.walk.detach(&e)
	}
	return b.walk.show(e)
}

// Read reads what c has learned from the elements of the lanes in in, or from their keys, as
// [FieldCache.Read] does, but tells the Meter nothing: Take does. Lanes that have to be asked step
// by step are bad in to.
func (b *Batch) Read(c *FieldCache, key bool, in *inspect.Mask, to *inspect.Column) {
	v := b.ordinary(key)
	if v.hidden || c.path == nil || !c.matches(v) || c.wide && !c.readable(v) {
		to.Kind, to.Bits, to.Bad = inspect.NoDatum, nil, *in
		c.lanes.reads = c.lanes.reads[:0]
		return
	}
	lanes := *in
	var odd inspect.Mask
	if !key && b.walk.key != nil {
		odd = *b.hiddenByKey(c.named)
	}
	if b.untyped() {
		// The way is that of the first lane's type.
		alike, others := b.from.Alike(key), *in
		others.AndNot(&alike)
		odd.Or(&others)
	}
	odd.And(in)
	lanes.AndNot(&odd)
	b.walk.rehearsal.reads(c.path, key)
	if c.opens {
		b.readOpened(c, v, key, &lanes, to)
	} else {
		b.from.Read(c.path, key, &lanes, maxBatchText, to)
	}
	if to.Kind == inspect.TextDatum {
		hideSecrets(to, &lanes)
	}
	to.Bad.Or(&odd)
}

// Learn has c learn to read the elements, or the keys, of the Batch as they are.
func (b *Batch) Learn(c *FieldCache, key bool) {
	v := b.ordinary(key)
	switch {
	case !v.val.IsValid():
		return
	case v.val.Kind() == reflect.Interface:
		c.learnSelf(v)
		return
	}
	c.Learn(v, v)
}

// ordinary returns a View with the verdict that all elements have which their keys do not hide, or
// all keys.
func (b *Batch) ordinary(key bool) *View {
	v, step, liked := &b.like, stepIndex, &b.liked[0]
	if key {
		v, step, liked = &b.likeKey, stepKeyOf, &b.liked[1]
	}
	if *liked {
		return v
	}
	*liked = true
	val := b.from.First(key)
	if v.visit == nil {
		b.walk.of.initChild(v, inspect.Value{}, place{step: step})
		v.boxed = b.walk.key != nil
	}
	if !v.decided || v.val.Type() != val.Type() {
		v.reset(val)
		v.decide()
	}
	// Where it lies decides whether it is a copy. It is shown field by field if the first was.
	v.val = val.Trust(v.policy.Frozen)
	v.judge()
	return v
}

// hiddenByKey returns the lanes that may be hidden by their keys: those with a key that is too long,
// and if named is set, those with a key that may be the name of a secret. See [View.decideEntry].
func (b *Batch) hiddenByKey(named bool) *inspect.Mask {
	n := 0
	if named {
		n = 1
	}
	odd := &b.odd[n]
	if b.found[n] {
		return odd
	}
	b.found[n] = true
	if b.untyped() {
		*odd = b.oddKeys(named)
		return odd
	}
	key := b.walk.of.val.Type().Key()
	if key.Kind() != reflect.String {
		*odd = inspect.Mask{}
		return odd
	}
	if !named {
		*odd = b.from.LongKeys(inspect.MaxKey)
		return odd
	}
	path := b.walk.keyPath(b.from.First(true))
	b.walk.rehearsal.reads(path, true)
	b.from.Read(path, true, nil, maxBatchText, &b.names)
	*odd = b.names.Bad
	texts := &b.names.Text
	for i := range texts.Len() {
		if secret.Suspect(texts.At(i)) {
			for lane, ref := range texts.Ref[:b.Len()] {
				if int(ref) == i {
					odd.Set(lane)
				}
			}
		}
	}
	return odd
}

// untyped reports whether the entries are those of a lens, such as a sync.Map, in which each may have a key
// and an element of another type.
func (b *Batch) untyped() bool { return b.walk.of.val.Kind() == reflect.Struct }

// oddKeys is hiddenByKey where each key may have another type.
func (b *Batch) oddKeys(named bool) inspect.Mask {
	odd, vis := b.from.LongKeys(inspect.MaxKey), b.walk.of.visit
	for lane := range b.Len() {
		switch key, _ := b.from.Entry(lane); {
		case key.Kind() == reflect.String:
			if !named || odd.Has(lane) {
				continue
			}
			text, n, err := key.AppendBytes(vis.key[:0], 0, inspect.MaxKey)
			if vis.key = text; err != nil || n > len(text) || secret.Suspect(text) {
				odd.Set(lane)
			}
		case b.walk.of.hide != 0 && !(key.IsValid() && kind.IsWord(key.Type())):
			odd.Set(lane) // it is hidden if its name cannot be read
		}
	}
	return odd
}

// keyPath returns the path to a key of the map itself.
func (w *walk) keyPath(key inspect.Value) *inspect.FieldPath {
	if w.toKey == nil {
		w.toKey = key.FieldPath()
	}
	return w.toKey
}

// hideSecrets makes the lanes of c bad whose text looks like a secret.
func hideSecrets(c *inspect.Column, lanes *inspect.Mask) {
	texts := &c.Text
	for i := range texts.Len() {
		if b := texts.At(i); !secret.MayHold(b) || !secret.In(string(b)) {
			continue
		}
		for lane := lanes.Next(0); lane < inspect.BatchSize; lane = lanes.Next(lane + 1) {
			if int(texts.Ref[lane]) == i {
				c.Bad.Set(lane)
			}
		}
	}
}
