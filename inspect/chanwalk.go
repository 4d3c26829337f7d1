package inspect

import (
	"bytes"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// chanWalk walks what waits in the buffer of a chan, from the value that is received next to the one
// that was sent last when the walk began. The program sends and receives meanwhile: the walk leaves
// out what was received before it came there, and what is sent after it began.
type chanWalk struct {
	elems    // counted from the first value of the walk
	begun    bool
	slot     int      // of the value that was received next at the last load
	waiting  int      // how many values waited then
	received int      // how many values were received since the walk began
	end      int      // where the walk ends
	slots    peek.Ref // where the chunk was copied from
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
	if still, err = w.copyFrom(of, before); err != nil {
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
	gone := w.size * uintptr(w.pos-w.first)
	copied := w.slab.Bytes(w.size * uintptr(w.stop-w.first))[gone:]
	now := make([]byte, len(copied))
	err = w.slots.Add(gone).Copy(now)
	return bytes.Equal(now, copied), err
}

// follow notes what was received since the last look. That is known but for whole rounds: of these
// only what no longer waits.
func (w *chanWalk) follow(r peek.Ring) {
	if w.begun && r.Size > 0 {
		n := (r.First - w.slot + r.Size) % r.Size
		if n < w.waiting-r.Len {
			n += r.Size
		}
		w.received += n
	}
	w.slot, w.waiting = r.First, r.Len
}

// copyFrom copies a chunk of values. It ends where the ring begins again.
func (w *chanWalk) copyFrom(of Value, r peek.Ring) (still bool, err error) {
	t := of.typ.Elem()
	w.size = t.Size()
	from := r.Slot(w.pos - w.received)
	w.begin(min(w.end, w.pos+r.Size-from), chunk, chunkBytes)
	w.slots = r.Slots.Add(uintptr(from) * w.size)
	w.elem = Value{typ: t, mark: of.mark | Racy}
	return w.copy(w.slots)
}

func (w *chanWalk) retries() int { return w.again }
