package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// listWalk walks a slice or array, up to where it ended when the walk began. Between two holds of
// its guard a slice may shift in its memory (q = q[1:]), move into other memory (append), or have
// its elements moved (copy(q, q[1:])). Then the walk goes on behind the element that it handed out
// last.
type listWalk struct {
	elems
	limit   int // where the walk ends at the latest
	begun   bool
	end     int // where the walk ends in the list as it is now
	retried int

	// The slice header at the last load.
	data uintptr
	n, c int

	trail    trail
	shuffled bool // elements changed places
}

func (w *listWalk) load(of Value) (bool, error) {
	more, err := w.find(of, chunk, chunkBytes)
	if !more || err != nil || w.elem.how&(solid|word) != 0 {
		return more, err
	}
	still, err := w.copy(w.elem.ref)
	if err != nil {
		return false, err
	}
	if !still {
		w.elem.mark |= Torn
		w.retried++
	}
	return true, nil
}

// batchBytes is how many bytes of a list make a batch at most.
const batchBytes = 64 << 10

// loadBatch copies nothing: where an aggregate reads a field of each element, no other is read, and
// no element is handed out.
func (w *listWalk) loadBatch(of Value, want int, b *Batch) (more bool, err error) {
	more, err = w.find(of, want, batchBytes)
	if !more || err != nil || w.elem.how&word != 0 {
		return more, err
	}
	w.pos = w.stop
	b.of, b.lanes, b.first, b.copied = w.elem, listLanes, w.first, Mask{}
	b.elems.Reset(w.elem.ref, w.stop-w.first, w.size, w.elem.how&solid != 0)
	return true, nil
}

func (w *listWalk) back(b *Batch, i int) { w.pos = b.first + i }

// find finds the next elements, so many and so many bytes at most, in their place.
func (w *listWalk) find(of Value, want, bytes int) (more bool, err error) {
	data, n, c, mark := of.ref, 0, 0, Mark(0)
	h := of.how & (solid | fixed | trusted | lent | word)
	t := of.typ.Elem()
	if of.Kind() == reflect.Array {
		n = of.typ.Len()
		if h&(fixed|word|lent) == 0 && !of.space().pinned(t) {
			h |= slot
		}
	} else {
		var err error
		if data, n, c, mark, err = of.header(); err != nil {
			return false, err
		}
		h = of.hop(t, data).how
		if !of.space().pinned(t) {
			h |= slot
		}
	}
	w.size = t.Size()
	if !w.begun {
		w.begun, w.end = true, min(n, w.limit)
	} else {
		w.follow(t, data, n)
	}
	w.data, w.n, w.c = data.Addr(), n, c
	if w.pos >= w.end {
		return false, nil
	}
	w.begin(w.end, want, bytes)
	w.elem = Value{typ: t, ref: data, mark: of.mark | mark, how: h}
	if h&word == 0 {
		w.elem.ref = data.Add(uintptr(w.first) * w.size)
	}
	return true, nil
}

func (w *listWalk) retries() int { return w.retried }

func (w *listWalk) at() int { return w.pos - 1 }

func (w *listWalk) moved() bool { return w.shuffled }

// pause notes the elements that were handed out last.
func (w *listWalk) pause() {
	w.trail.n = 0
	if w.size == 0 || w.elem.typ == nil || w.elem.how&word != 0 {
		return
	}
	m := min(len(w.trail.fingerprints), w.pos-w.first)
	w.trail.take(w.elem.typ, w.elem.ref.Add(uintptr(w.pos-m-w.first)*w.size), m)
}

// follow finds the position of the walk in the list as it is now.
func (w *listWalk) follow(t reflect.Type, data peek.Ref, n int) {
	defer func() { w.trail.n = 0 }()
	if w.size == 0 || n == 0 || w.pos >= w.end {
		w.end = min(w.end, n)
		return
	}
	// Within the same array, towards its end, the list has lost that many elements at its front;
	// the other way it has gained them.
	shift, same := 0, true
	if off := data.Addr() - w.data; off != 0 {
		size := w.size
		switch {
		case off%size == 0 && off/size <= uintptr(w.c):
			shift = int(off / size)
		case -off%size == 0 && -off/size <= uintptr(w.pos+w.n):
			shift = -int(-off / size)
		default:
			same = false
		}
	}
	w.shift(-shift)
	follows := w.trail.follows(t, data, n, w.pos, w.size)
	if !follows && shift != 0 && w.trail.follows(t, data, n, w.pos+shift, w.size) {
		// The list moved to an array that happens to lie beside the old one.
		w.shift(shift)
		shift, same, follows = 0, false, true
	}
	if same && shift >= 0 && n < w.n-shift {
		// The list lost elements elsewhere too, and others may be in their places.
		w.shuffled = true
	}
	if !follows {
		to, found := w.trail.find(t, data, n, w.pos, w.size)
		if found {
			if n < w.n+to-w.pos {
				// As many did not join at the front: elements that the walk had met went to the end,
				// and others that it had still to meet lie at the front.
				w.shuffled = true
			}
			w.shift(to - w.pos)
		}
		w.shuffled = w.shuffled || same || !found
	}
	if w.pos < 0 && n > w.n-shift {
		// Elements that the walk had still to meet have left at the front, and may be among those
		// that joined at the end.
		w.shuffled = true
	}
	w.pos, w.end = max(w.pos, 0), min(w.end, n)
}

// shift moves the walk by that many elements.
func (w *listWalk) shift(by int) { w.pos, w.end = w.pos+by, w.end+by }

// A trail tells the elements of a list that were handed out last from others.
type trail struct {
	fingerprints [4]fingerprint // of the last n elements handed out, in their order
	n            int
	lead         uintptr // where the second word of each lies in its element
	// Which words of the fingerprints are all different.
	byHead, byLead bool
}

// A fingerprint is two words of an element: its first, and its first pointer. If an element changes
// in place, as a counter does, one of them mostly stays.
type fingerprint struct{ head, lead uintptr }

// take notes n elements of type t, the first of which lies at r.
func (m *trail) take(t reflect.Type, r peek.Ref, n int) {
	m.lead = spaceOf(r).leadOf(t)
	for i := range n {
		f, ok := fingerprintAt(t, r.Add(uintptr(i)*t.Size()), m.lead)
		if !ok {
			return
		}
		m.fingerprints[i] = f
	}
	m.n, m.byHead, m.byLead = n, true, true
	for i, a := range m.fingerprints[:n] {
		for _, b := range m.fingerprints[:i] {
			m.byHead = m.byHead && a.head != b.head
			m.byLead = m.byLead && a.lead != b.lead
		}
	}
}

// matches reports whether b is the fingerprint of the element whose fingerprint was a.
func (m *trail) matches(a, b fingerprint) bool {
	return a == b || m.byHead && a.head == b.head || m.byLead && a.lead == b.lead
}

// fingerprintAt returns the fingerprint of the element at r; ok is false if it cannot be read.
func fingerprintAt(t reflect.Type, r peek.Ref, lead uintptr) (m fingerprint, ok bool) {
	size := t.Size()
	if size < peek.WordSize {
		b, err := r.Byte()
		if size > 1 && err == nil {
			last, err2 := r.Add(size - 1).Byte()
			return fingerprint{uintptr(b), uintptr(last)}, err2 == nil
		}
		return fingerprint{uintptr(b), 0}, err == nil
	}
	if t.Align() < peek.WordSize {
		u, _, err := r.Uint(uintptr(t.Align()))
		v, _, err2 := r.Add(lead).Uint(uintptr(t.Align()))
		return fingerprint{uintptr(u), uintptr(v)}, err == nil && err2 == nil
	}
	head, err := r.Uintptr()
	last, err2 := r.Add(lead).Uintptr()
	return fingerprint{head, last}, err == nil && err2 == nil
}

// leadOf returns where the first pointer lies in a value of type t, or else its last word.
func (s *space) leadOf(t reflect.Type) uintptr {
	if off, ok := s.firstPointer(t); ok {
		return off
	}
	return t.Size() - min(t.Size(), max(uintptr(t.Align()), 1))
}

// firstPointer returns where the first word lies in a value of type t that points at what the value
// holds.
func (s *space) firstPointer(t reflect.Type) (off uintptr, ok bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.UnsafePointer, reflect.Chan, reflect.Map, reflect.Func, reflect.String, reflect.Slice:
		return 0, true
	case reflect.Interface:
		return peek.WordSize, true
	case reflect.Array:
		if t.Len() > 0 {
			return s.firstPointer(t.Elem())
		}
	case reflect.Struct:
		for _, f := range s.fields(t) {
			if off, ok := s.firstPointer(f.Type); ok {
				return f.offset + off, true
			}
		}
	}
	return 0, false
}

// follows reports whether the element at pos of the list at data follows those of the trail. Those
// that have left at the front need not be there.
func (m *trail) follows(t reflect.Type, data peek.Ref, n, pos int, size uintptr) bool {
	for i := range m.n {
		at := pos - m.n + i
		if at < 0 {
			continue
		}
		if at >= n {
			return false
		}
		f, ok := fingerprintAt(t, data.Add(uintptr(at)*size), m.lead)
		if !ok || !m.matches(m.fingerprints[i], f) {
			return false
		}
	}
	return true
}

// maxSought is how far the position of a walk is searched for in both directions, in about a hundred
// microseconds.
const maxSought = 512

// find searches the list at data for the end of the trail, nearest to pos first.
func (m *trail) find(t reflect.Type, data peek.Ref, n, pos int, size uintptr) (to int, found bool) {
	for d := 1; d <= maxSought; d++ {
		for _, to := range [2]int{pos - d, pos + d} {
			if to > 0 && to <= n && m.follows(t, data, n, to, size) {
				return to, true
			}
		}
	}
	return 0, false
}
