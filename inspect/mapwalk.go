package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// mapWalk walks a map table by table, some slots at a time. If the map replaces a table of which
// only a part has been handed out, the walk goes through its range of hashes again and skips the
// keys that were.
type mapWalk struct {
	of   Value
	walk *peek.MapWalk
	slot int             // the next slot
	end  uint64          // of the range that seen is about
	seen map[string]bool // keys handed out in this range; nil while its table is the same
	lost bool            // some of these can not be told any more
	buf  []byte

	rehearsal bool // it is one of Rehearse
}

func (w *mapWalk) load(of Value) (bool, error) {
	more, err := w.copy(of, chunk)
	if more && err == nil {
		w.walk.Touch(w.slot)
	}
	return more, err
}

// copy copies the next slots, and reports whether there are any.
func (w *mapWalk) copy(of Value, slots int) (more bool, err error) {
	w.of = of
	if w.walk == nil {
		if w.walk, err = of.slots(); w.walk == nil {
			return false, err
		}
	} else if w.slot >= w.walk.Slots() && !w.advance() {
		return false, nil
	}
	w.walk.Trust(of.how&trusted != 0 && of.how&solid != 0)
	_, end := w.walk.Range()
	if err := w.walk.Load(w.slot, slots); err != nil {
		return false, err
	}
	if w.slot > 0 && !w.walk.Same() {
		if w.rehearsal {
			return false, nil
		}
		if w.seen == nil {
			w.end = end
		}
		w.seen, w.slot = w.handedOut(), 0
	}
	return true, nil
}

// moveTo puts w where to has come to.
func (w *mapWalk) moveTo(to *mapWalk) (ok bool) {
	if to.walk == nil {
		return false
	}
	if w.walk == nil {
		w.walk = new(peek.MapWalk)
	}
	w.walk.MoveTo(to.walk)
	w.slot = to.slot
	return true
}

// slots begins a walk through the slots of v, a map. It returns nil for a nil map.
func (v Value) slots() (*peek.MapWalk, error) {
	head, err := v.pointer()
	if err != nil || head.IsNil() {
		return nil, err
	}
	t, err := v.space().memory.Maps(v.typ)
	if err != nil {
		return nil, err
	}
	return t.Walk(head), nil
}

// advance goes to the next table and reports whether there is one.
func (w *mapWalk) advance() bool {
	w.slot = 0
	if !w.walk.Advance() {
		return false
	}
	if begin, _ := w.walk.Range(); w.end != 0 && begin >= w.end {
		w.seen = nil
	}
	return true
}

// handedOut is the set of keys that were handed out of the replaced table, and before it in the
// same range.
func (w *mapWalk) handedOut() map[string]bool {
	set := make(map[string]bool, w.slot+len(w.seen))
	for key := range w.seen {
		set[key] = true
	}
	for i := range w.slot {
		k, _, tag, torn, used := w.walk.SlotBefore(i)
		if !used {
			continue
		}
		name, ok := w.keyName(w.of.entry(w.of.typ.Key(), k, torn))
		if !ok {
			w.lost = true
			continue
		}
		known, stands := w.stands(name, tag)
		w.lost = w.lost || !stands
		if stands || !known {
			set[name] = true
		}
	}
	return set
}

// stands reports whether name is still that of the key in a slot with that tag, if that is known. If a
// program assigns to an entry by an equal key, the map keeps the new key, and the text of the old one
// may be gone by now.
func (w *mapWalk) stands(name string, tag byte) (known, stands bool) {
	t := w.of.typ.Key()
	if w.of.how&(solid|trusted) == solid|trusted || !holdsText(t) {
		return true, true
	}
	n := len(name) - 8 // see appendKey
	if t.Kind() != reflect.String || n >= maxKey {
		return false, false
	}
	text := name[:n]
	hash, err := w.walk.Hash(reflect.ValueOf(&text))
	return err == nil, err == nil && peek.Tag(hash) == tag
}

// holdsText reports whether values of type t have texts, by the type alone or in interfaces.
func holdsText(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Interface:
		return true
	case reflect.Array:
		return holdsText(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsText(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

func (w *mapWalk) moved() bool { return w.lost }

// keyName returns bytes that tell a key from others.
func (w *mapWalk) keyName(key Value) (string, bool) {
	var same bool
	var err error
	w.buf, same, err = key.appendKey(w.buf[:0], 0)
	return string(w.buf), same && err == nil
}

func (w *mapWalk) next() (key, elem Value, ok bool) {
	for w.slot < w.walk.Loaded() {
		k, e, _, torn, used := w.walk.Slot(w.slot)
		w.slot++
		if !used {
			continue
		}
		key = w.of.entry(w.of.typ.Key(), k, torn)
		if w.seen != nil {
			if name, ok := w.keyName(key); ok && w.seen[name] {
				continue
			}
		}
		return key, w.of.entry(w.of.typ.Elem(), e, torn), true
	}
	return key, elem, false
}

func (w *mapWalk) loadBatch(of Value, want int, b *Batch) (more bool, err error) {
	if more, err = w.copy(of, want); !more || err != nil {
		return more, err
	}
	begin, end := w.slot, min(w.slot+want, w.walk.Loaded())
	w.slot = end
	w.walk.ElemLanes(&b.elems, begin, end)
	b.of, b.lanes, b.first, b.torn, b.again = of, mapLanes, begin, w.walk.TornLanes(begin, end), Mask{}
	b.slots, b.end, b.keyed = w.walk, end, false
	if w.seen != nil {
		var again Mask
		for i := range b.Len() {
			key, _ := b.Entry(i)
			if name, ok := w.keyName(key); ok && w.seen[name] {
				again.Set(i)
			}
		}
		b.drop(&again)
	}
	return true, nil
}

// back finds the slot of lane i again: that of as many used ones behind the first.
func (w *mapWalk) back(b *Batch, i int) {
	w.slot = b.first
	for used := 0; ; w.slot++ {
		if !w.walk.SlotUsed(w.slot) {
			continue
		}
		if !b.again.Has(used) {
			if i == 0 {
				return
			}
			i--
		}
		used++
	}
}

func (w *mapWalk) retries() int {
	if w.walk == nil {
		return 0
	}
	return w.walk.Retries
}

// runtimeWalk walks a map as a program does, by the runtime's own iteration. It is for a Go version
// whose maps this package cannot read, and only while nobody changes the map: the runtime ends a
// program that reads and changes a map at once. Between two chunks the map may change, as a range
// statement allows.
type runtimeWalk struct {
	iter  *reflect.MapIter
	of    Value
	left  int
	ended bool
	err   error
}

func (w *runtimeWalk) load(of Value) (bool, error) {
	if of.how&trusted == 0 {
		return false, of.space().memory.MapsUnknown()
	}
	if w.iter == nil {
		x, ok := of.Interface()
		if !ok {
			return false, of.space().memory.MapsUnknown()
		}
		w.iter = reflect.ValueOf(x).MapRange()
	}
	w.of, w.left = of, chunk
	return !w.ended, w.err
}

func (w *runtimeWalk) next() (key, elem Value, ok bool) {
	if w.left == 0 || w.ended {
		return key, elem, false
	}
	w.left--
	// Each entry has a place of its own: those before it are good until the next load.
	k, e := reflect.New(w.of.typ.Key()), reflect.New(w.of.typ.Elem())
	w.err = peek.Try(func() {
		if w.ended = !w.iter.Next(); !w.ended {
			k.Elem().SetIterKey(w.iter)
			e.Elem().SetIterValue(w.iter)
		}
	})
	if w.ended || w.err != nil {
		return key, elem, false
	}
	return w.of.copied(k), w.of.copied(e), true
}

func (w *runtimeWalk) retries() int { return 0 }

// copied returns the view of the copy that p points at, which is part of v.
func (v Value) copied(p reflect.Value) Value {
	return Value{typ: p.Type().Elem(), ref: peek.Of(p).In(v.ref.Space()), mark: v.mark | Copied, how: v.how&trusted | solid | lent}
}
