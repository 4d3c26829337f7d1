package inspect

import "slices"

// maxAhead is how many of the last links a pause notes ahead, in some ten microseconds.
const maxAhead = 1024

// chainWalk walks a chain link by link. Between two holds of its guard, links may be inserted,
// removed and moved.
type chainWalk struct {
	chain
	of    Value
	begun bool
	left  int     // entries left of the chunk
	index int     // of the element handed out last
	stop  uintptr // the last link when the walk began; what follows it joined later or was met

	paused   bool
	resumed  bool    // the walk has been paused before, so the list may have grown
	ahead    []Value // links noted at the last pause, still to be handed out
	behind   linkTrail
	front    linkTrail
	back     Value // the last link at the pause
	len      int   // what the list recorded at the pause, -1 for a ring
	shuffled bool  // links changed places
}

// A linkTrail is a run of neighbouring links.
type linkTrail struct {
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
		w.paused, w.resumed = false, true
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
	for len(w.ahead) > 0 && !w.linked(w.ahead[0]) {
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

// ends reports whether the walk ends at a link that has a successor: at the link that was last when
// the walk began, if others joined behind it since. If that link still is the last and leads on all
// the same, the chain is broken, as by a circle, and the walk goes on to meet the error.
func (w *chainWalk) ends(at Value) bool {
	if !w.resumed || at.ref.Addr() != w.stop {
		return false
	}
	last := w.outermost("prev")
	return !last.IsValid() || last.ref.Addr() != w.stop
}

func (w *chainWalk) retries() int { return 0 }

func (w *chainWalk) at() int { return w.index }

func (w *chainWalk) moved() bool { return w.shuffled }

// count is the length that a list records, -1 for a ring.
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

// step returns the link before or behind link; the zero Value at the end, and if it cannot be read.
func (w *chainWalk) step(link Value, direction string) Value {
	if !link.IsValid() {
		return Value{}
	}
	p := probe{}
	to := p.target(p.field(link, direction))
	if p.err != nil || !to.IsValid() || to.ref.Addr() == w.end {
		return Value{}
	}
	return to
}

// outermost returns the first link of a list for "next", the last for "prev".
func (w *chainWalk) outermost(direction string) Value {
	p := probe{}
	if root := p.field(w.of, "root"); !root.IsValid() {
		return Value{}
	}
	return w.step(p.field(w.of, "root"), direction)
}

// linked reports whether a link is still in the list.
func (w *chainWalk) linked(link Value) bool {
	if !link.IsValid() {
		return false
	}
	p := probe{}
	to := p.target(p.field(link, "next"))
	return p.err == nil && to.IsValid()
}

func sameLink(a, b Value) bool { return a.ref.Addr() == b.ref.Addr() }

// pause notes where the walk is: the links behind it, the first links of the list, and all that are
// left if they are few.
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

// resume finds the position of the walk in the list as it is now.
func (w *chainWalk) resume(trust bool) {
	next := w.link
	w.shuffled = w.shuffled || !w.shifted()
	before := w.step(next, "prev")
	switch {
	case !w.linked(next):
		// Removing the next link moves no other.
	case w.behind.n == 0 && !before.IsValid(), w.behind.n > 0 && sameLink(before, w.behind.links[0]):
		return
	case !before.IsValid() && !w.linked(w.behind.links[0]):
		// All links before next were removed.
		return
	}
	// Go on behind the last link handed out that has not moved.
	for i := range w.behind.n {
		at := w.behind.links[i]
		if !w.linked(at) || !w.stays(at, w.behind.links[i+1:w.behind.n]) {
			continue
		}
		if w.linked(next) {
			// next moved away. The walk will not meet it there, so hand it out now.
			w.shuffled = true
			w.ahead = append(w.ahead[:0], next)
		}
		w.link = w.step(at, "next").Trust(trust)
		return
	}
	if w.linked(next) {
		return
	}
	w.link = Value{}
	if !slices.ContainsFunc(w.behind.links[:w.behind.n], w.linked) {
		// All links handed out have left at the front.
		w.link = w.outermost("next").Trust(trust)
		return
	}
	w.shuffled = true
}

// stays reports whether a link handed out has not moved: it still follows the nearest of the links
// before it that is still in the list.
func (w *chainWalk) stays(link Value, before []Value) bool {
	prev := w.step(link, "prev")
	for _, at := range before {
		if w.linked(at) {
			return sameLink(prev, at)
		}
	}
	return !prev.IsValid() || w.behind.n == len(w.behind.links) && len(before) > 0
}

// shifted reports whether, since the pause, the list has only lost links at its front and gained
// links at its end.
func (w *chainWalk) shifted() bool {
	if w.len < 0 {
		return true
	}
	front := w.outermost("next")
	lost := 0
	for lost < w.front.n && !sameLink(w.front.links[lost], front) {
		if w.linked(w.front.links[lost]) {
			return false
		}
		lost++
	}
	if lost == w.front.n && front.IsValid() {
		return false
	}
	won := 0
	if w.linked(w.back) {
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
