package inspect

import (
	"bytes"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// chanWalk walks what waits in the buffer of a chan, from the value that is received next to the one
// that was sent last when the walk began. The program sends and receives meanwhile: the walk leaves
// out what was received before it came there, and what is sent after it began.
type chanWalk struct {
	begun    bool
	first    int      // the slot of the value that was received next at the last load
	waiting  int      // how many values waited then
	received int      // how many values were received since the walk began
	pos      int      // the next value, counted from the first one of the walk
	end      int      // where the walk ends
	stop     int      // the end of the chunk
	at       int      // the first value of the chunk
	slots    peek.Ref // where the chunk was copied from
	elem     Value
	slab     peek.Slab
	size     uintptr
	again    int
}

// Items returns a Cursor over what waits in the buffer of a chan: a list whose first element is
// received next. It takes nothing out. Nothing guards a buffer but a lock of the runtime, so what it
// yields is a racy copy. For other kinds Load fails.
func (v Value) Items() *Cursor {
	c := &Cursor{of: v, walker: noWalk{}, items: true}
	if v.Shape() == Chan {
		c.walker = &chanWalk{}
	}
	return c
}

// chanTries bounds how often a chunk is copied until it holds still.
const chanTries = 8

func (w *chanWalk) load(of Value) (bool, error) {
	p, err := of.pointer()
	if err != nil || p.IsNil() {
		return false, err
	}
	for tries := 1; ; tries++ {
		still, err := w.try(of, p)
		if err != nil || w.begun && w.pos >= w.end {
			return false, err
		}
		if still {
			return true, nil
		}
		if tries == chanTries {
			w.elem.mark |= Torn
			return true, nil
		}
		w.again++
	}
}

// try copies the next chunk once. still says that it was there all the time. What a torn ring says
// is not used: a walk that believed it would leave out values that wait. While one goroutine is
// stopped in the middle of a send or a receive there is no chunk, and the next load tries again.
func (w *chanWalk) try(of Value, p peek.Ref) (still bool, err error) {
	before, err := peek.RingOf(p, of.typ)
	if err != nil || before.Torn {
		return false, err
	}
	w.follow(before)
	if !w.begun {
		w.begun, w.end = true, before.Len
	}
	w.end = min(w.end, w.received+before.Len)
	if w.pos = max(w.pos, w.received); w.pos >= w.end {
		return false, nil
	}
	if still, err = w.copy(of, before); err != nil {
		return false, err
	}
	after, err := peek.RingOf(p, of.typ)
	if err != nil || after.Torn {
		return false, err
	}
	if w.follow(after); w.received > w.pos {
		// The slots of those that were received may hold others by now, or nothing. The slots of
		// the others were not touched.
		w.pos = min(w.received, w.stop)
		w.again++
	} else if !still {
		return false, nil
	}
	// Whole rounds of values may have gone by meanwhile, and a slot was empty when it was copied.
	gone := w.size * uintptr(w.pos-w.at)
	copied := w.slab.Bytes(w.size * uintptr(w.stop-w.at))[gone:]
	now := make([]byte, len(copied))
	err = w.slots.Add(gone).Copy(now)
	return bytes.Equal(now, copied), err
}

// follow notes what was received since the last look. That is known but for whole rounds: of these
// only what no longer waits.
func (w *chanWalk) follow(r peek.Ring) {
	if w.begun && r.Size > 0 {
		n := (r.First - w.first + r.Size) % r.Size
		if n < w.waiting-r.Len {
			n += r.Size
		}
		w.received += n
	}
	w.first, w.waiting = r.First, r.Len
}

// copy copies a chunk of values. It ends where the ring begins again.
func (w *chanWalk) copy(of Value, r peek.Ring) (still bool, err error) {
	t := of.typ.Elem()
	w.size = t.Size()
	from := r.Slot(w.pos - w.received)
	w.at = w.pos
	w.stop = min(w.end, w.pos+chunk, w.pos+max(1, int(chunkBytes/max(1, w.size))), w.pos+r.Size-from)
	size := uintptr(w.stop-w.pos) * w.size
	if uintptr(len(w.slab))*8 < size || len(w.slab) == 0 {
		w.slab = peek.NewSlab(max(size, 1))
	}
	w.slots = r.Slots.Add(uintptr(from) * w.size)
	still, err = w.slots.Settled(w.slab.Bytes(size))
	w.elem = Value{typ: t, mark: of.mark | Racy, how: lent, ref: w.slab.Ref(w.slots)}
	return still, err
}

func (w *chanWalk) next() (key, elem Value, ok bool) {
	if w.pos >= w.stop {
		return key, elem, false
	}
	elem = w.elem.part(w.elem.typ, uintptr(w.pos-w.at)*w.size)
	w.pos++
	return key, elem, true
}

func (w *chanWalk) retries() int { return w.again }
