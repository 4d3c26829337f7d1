package inspect

import (
	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// covering covers a large piece of memory, a part at a time.
type covering struct {
	id           int
	o            *leadOp
	step         *frame // the step there, nil if that is o alone
	addr, n      uintptr
	beyond, done uintptr
	fresh        int
	next         frame // walks what lies there; nothing does if it has no values
}

// object walks the object at addr, to which the step f leads.
func (r *Reach) object(addr uintptr, f frame, o *leadOp) {
	r.make(f.p)
	_ = peek.Word(addr &^ (peek.WordSize - 1)) // it has to be there
	f.addr, f.n = addr, 1
	if f.p.size > maxReachBlock {
		step := f
		r.stack = append(r.stack, frame{over: &covering{id: f.p.id, o: o, step: &step, addr: addr, n: f.p.size, next: f}})
		return
	}
	fresh, err := r.to.Cover(addr, f.p.size)
	if r.err = err; fresh == 0 || err != nil {
		return
	}
	if r.to.Met(f.p.id, fresh) {
		r.stack = append(r.stack, f)
		r.ask(f.p.id, nil)
		r.pop()
	}
	if len(f.p.ops) > 0 {
		r.push(f)
	}
}

// block covers a piece of n bytes, and walks what lies there, as next says, unless all of it is
// covered already. There are more bytes beyond its end.
func (r *Reach) block(o *leadOp, n, beyond uintptr, next frame) {
	if n > maxReachBlock {
		r.stack = append(r.stack, frame{over: &covering{id: o.id, o: o, addr: next.addr, n: n, beyond: beyond, next: next}})
		return
	}
	fresh, err := r.to.Cover(next.addr, n)
	if err == nil && beyond > 0 {
		err = r.to.Beyond(next.addr+n, beyond)
	}
	if r.err = err; fresh == 0 || err != nil {
		return
	}
	if id := o.id; r.to.Met(id, fresh) {
		r.ask(id, o)
	}
	if next.n > 0 && len(next.p.ops) > 0 {
		r.push(next)
	}
}

// cover covers the next part of a large piece, which lies on top of the stack.
func (r *Reach) cover(c *covering) {
	n := min(c.n-c.done, maxReachBlock)
	_ = peek.Word((c.addr + c.done + n - 1) &^ (peek.WordSize - 1)) // it has to be there
	fresh, err := r.to.Cover(c.addr+c.done, n)
	c.done += n
	if c.fresh, r.err = c.fresh+fresh, err; err == nil && c.done == c.n {
		r.pop()
		r.covered(c)
	}
}

// covered goes on to what lies in a piece that is covered.
func (r *Reach) covered(c *covering) {
	if c.beyond > 0 {
		r.err = r.to.Beyond(c.addr+c.n, c.beyond)
	}
	if c.fresh == 0 || r.err != nil {
		return
	}
	r.met(c.id, c.fresh, c.o, c.step)
	if c.next.n > 0 && len(c.next.p.ops) > 0 {
		r.push(c.next)
	}
}

// secret reports whether the n bytes at addr are a text that must not be told.
func (r *Reach) secret(addr, n uintptr) bool {
	r.text = grown(r.text, int(min(n, searchedText)))
	r.work += len(r.text) / maxReachText
	peek.CopyBytes(r.text, addr)
	return r.rules.SecretText(r.text)
}

// isCovered reports whether all of that memory was met before.
func (r *Reach) isCovered(addr, n uintptr) bool {
	if !r.to.Covered(addr, n) {
		return false
	}
	r.work += int(n / maxReachBlock)
	return true
}
