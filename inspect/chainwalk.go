package inspect

import "slices"

// maxAhead is how many links are noted ahead at the end of a hold, where these are all that are left: some ten
// microseconds.
const maxAhead = 1024

// chainWalk walks a chain, link by link. Between two holds of its guard links may be put in, taken out and moved.
type chainWalk struct {
	chain
	of    Value
	begun bool
	left  int     // of the chunk
	index int     // of the element that was handed out last
	stop  uintptr // the last link when the walk began: what stands behind it joined later, or has been met

	paused bool
	again  bool    // it has been paused before, and the list may have become longer
	ahead  []Value // links that are still to be handed out, noted at the last pause
	behind trailOfLinks
	front  trailOfLinks
	back   Value // the last link
	len    int   // what the list said, -1 for a ring
	strays bool  // links changed places
}

// trailOfLinks are links in the order in which they stood one after the other.
type trailOfLinks struct {
	links [8]Value
	n     int
}

func (w *chainWalk) load(of Value) (bool, error) {
	trust := of.how&trusted != 0
	w.of = of
	if !w.begun {
		w.begun, w.index = true, -1
		w.begin(of)
		if last := w.outermost("prev"); last.IsValid() {
			w.stop = last.ref.Addr()
		}
	}
	// A guard may be held now that was not before, or the other way round.
	w.link = w.link.Trust(trust)
	if w.paused {
		w.paused, w.again = false, true
		w.resume(trust)
	}
	w.left = chunk
	return w.link.IsValid() || len(w.ahead) > 0, w.err
}

func (w *chainWalk) next() (key, elem Value, ok bool) {
	if w.left == 0 {
		return key, elem, false
	}
	w.left--
	for len(w.ahead) > 0 && !w.in(w.ahead[0]) {
		w.ahead = w.ahead[1:]
	}
	if len(w.ahead) > 0 {
		elem, ok = w.field(w.ahead[0].Trust(w.of.how&trusted != 0), "Value"), w.err == nil
		w.ahead = w.ahead[1:]
	} else {
		at := w.link
		if elem, ok = w.chain.next(); w.ends(at) {
			w.link = Value{}
		}
	}
	if ok {
		w.index++
		if elem.how&(fixed|lent|word) == 0 {
			elem.how |= slot
		}
	}
	return key, elem, ok
}

// ends reports whether the walk ends at a link although another one stands behind it: the last link of the
// beginning does, where others have joined it since. A last link that leads on by itself is the chain's own
// mistake, such as a circle, and goes on, for the error to be met.
func (w *chainWalk) ends(at Value) bool {
	if !w.again || at.ref.Addr() != w.stop {
		return false
	}
	last := w.outermost("prev")
	return !last.IsValid() || last.ref.Addr() != w.stop
}

func (w *chainWalk) retries() int { return 0 }

func (w *chainWalk) at() int { return w.index }

func (w *chainWalk) moved() bool { return w.strays }

// count is the length that a list has written down, -1 for a ring.
func (w *chainWalk) count() int {
	n := w.field(w.of, "len")
	if !n.IsValid() {
		return -1
	}
	u, _, err := n.ref.Uint(n.typ.Size())
	if err != nil {
		return 0
	}
	return int(u)
}

// step is the link before or behind another one; the zero Value at the end, and where it cannot be read.
func (w *chainWalk) step(link Value, way string) Value {
	if !link.IsValid() {
		return Value{}
	}
	p := probe{}
	to := p.at(p.field(link, way))
	if p.err != nil || !to.IsValid() || to.ref.Addr() == w.end {
		return Value{}
	}
	return to
}

// outermost is the first or last link of a list.
func (w *chainWalk) outermost(way string) Value {
	p := probe{}
	if root := p.field(w.of, "root"); !root.IsValid() {
		return Value{}
	}
	return w.step(p.field(w.of, "root"), way)
}

// in reports whether a link is still in the list.
func (w *chainWalk) in(link Value) bool {
	if !link.IsValid() {
		return false
	}
	p := probe{}
	to := p.at(p.field(link, "next"))
	return p.err == nil && to.IsValid()
}

func sameLink(a, b Value) bool { return a.ref.Addr() == b.ref.Addr() }

// pause notes where the walk is: the links behind and the first ones of the list, and all that are left if they are few.
func (w *chainWalk) pause() {
	if !w.link.IsValid() {
		return
	}
	w.paused, w.len = true, w.count()
	w.behind.n = 0
	for at := w.step(w.link, "prev"); at.IsValid() && w.behind.n < len(w.behind.links) && w.behind.n <= w.index; at = w.step(at, "prev") {
		w.behind.links[w.behind.n] = at
		w.behind.n++
	}
	if w.len < 0 {
		return
	}
	w.front.n = 0
	for at := w.outermost("next"); at.IsValid() && w.front.n < len(w.front.links); at = w.step(at, "next") {
		w.front.links[w.front.n] = at
		w.front.n++
	}
	w.back = w.outermost("prev")
	if w.len-w.index-1 > maxAhead {
		return
	}
	ahead, at := w.ahead, w.link
	for ; at.IsValid() && len(ahead) < maxAhead; at = w.step(at, "next") {
		if ahead = append(ahead, at); w.ends(at) {
			at = Value{}
			break
		}
	}
	if !at.IsValid() {
		w.ahead, w.link, w.paused = ahead, Value{}, false
	}
}

// resume finds the walk's place in the list as it is now.
func (w *chainWalk) resume(trust bool) {
	next := w.link
	w.strays = w.strays || !w.shifted()
	before := w.step(next, "prev")
	switch {
	case !w.in(next):
		// It was taken out, which is no move.
	case w.behind.n == 0 && !before.IsValid(), w.behind.n > 0 && sameLink(before, w.behind.links[0]):
		return
	case !before.IsValid() && !w.in(w.behind.links[0]):
		// What was before it has been taken out, up to the beginning.
		return
	}
	// The walk goes on behind the link that was handed out last and has not moved.
	for i := range w.behind.n {
		at := w.behind.links[i]
		if !w.in(at) || !w.stays(at, w.behind.links[i+1:w.behind.n]) {
			continue
		}
		if w.in(next) {
			// It stands elsewhere now, and is not met there.
			w.strays = true
			w.ahead = append(w.ahead[:0], next)
		}
		w.link = w.step(at, "next").Trust(trust)
		return
	}
	if w.in(next) {
		return
	}
	w.link = Value{}
	if !slices.ContainsFunc(w.behind.links[:w.behind.n], w.in) {
		// All of that has left at the front.
		w.link = w.outermost("next").Trust(trust)
		return
	}
	w.strays = true
}

// stays reports whether a link that was handed out has not been moved: it still stands behind the one before it of
// those that have not been taken out.
func (w *chainWalk) stays(link Value, before []Value) bool {
	prev := w.step(link, "prev")
	for _, at := range before {
		if w.in(at) {
			return sameLink(prev, at)
		}
	}
	return !prev.IsValid() || w.behind.n == len(w.behind.links) && len(before) > 0
}

// shifted reports whether the list has only lost links at its front and won some at its end since the pause.
func (w *chainWalk) shifted() bool {
	if w.len < 0 {
		return true
	}
	front := w.outermost("next")
	lost := 0
	for lost < w.front.n && !sameLink(w.front.links[lost], front) {
		if w.in(w.front.links[lost]) {
			return false
		}
		lost++
	}
	if lost == w.front.n && front.IsValid() {
		return false
	}
	won := 0
	if w.in(w.back) {
		for at := w.step(w.back, "next"); at.IsValid(); at = w.step(at, "next") {
			if won++; won > maxAhead {
				return false
			}
		}
	} else if w.back.IsValid() && front.IsValid() {
		return false
	}
	return w.count() == w.len-lost+won
}
