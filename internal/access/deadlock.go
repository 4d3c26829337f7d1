package access

import (
	"cmp"
	"slices"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// Deadlocks is what was found among the goroutines that wait for locks.
type Deadlocks struct {
	Rings   []*Ring
	Locks   []*HeldUp // all that goroutines wait for, most waited for first
	Looked  int       // at so many goroutines
	Waiting int       // of which so many wait for a lock
	Unknown int       // of which so many have no stack, or one that was not read whole
}

// Ring is goroutines each of which waits for a lock that the next one likely holds, and the last for
// one of the first.
type Ring struct {
	Steps  []Step
	Behind int    // others that wait for one of these locks, or for one of those that wait so
	Doubt  string // what else may be, for people; "" if nothing is known that may
}

// Step is a goroutine of a Ring.
type Step struct {
	*inspect.Goroutine
	On     *HeldUp
	Holder Holder // who likely holds that
}

// HeldUp is a lock that goroutines wait for.
type HeldUp struct {
	inspect.Lock
	Path    string // the exposed object that owns it; "" if none is known to
	Address string // of what is waited for, in hexadecimal
	AtStart bool   // it has the address of the struct around it, or may have: no such struct is known
	Waiters []*inspect.Goroutine
	Likely  []Holder // who may hold it

	around uintptr
	inRing bool
	next   []link // to what those who may hold it wait for themselves
	into   []*HeldUp
	left   int // of next, while what leads nowhere is taken away
	gone   bool
}

// link says that who may hold a lock waits for another.
type link struct {
	to     *HeldUp
	holder Holder
}

// lockKey tells the readers whom a writer waits for from the lock that they have in common.
type lockKey struct {
	addr    uintptr
	readers bool
}

const (
	// maxRings bounds the rings that are told.
	maxRings = 50
	// settle is between the two looks at those who seem to wait for each other. Locks are held for
	// much shorter, so that what was only a crowd has moved on.
	settle = 20 * time.Millisecond
)

// Deadlocks looks for goroutines that wait for each other's locks. Who waits is known, who holds a lock
// is likely alone: see Holder. What is found is looked at again a little later, and told if all of it
// still waits. Of channels, WaitGroups and Conds nobody can know who would wake who waits there. No
// guard may be held. The error is a *NameError if goroutines are not exposed.
func (vis *Visit) Deadlocks() (*Deadlocks, error) {
	all, err := vis.Goroutines()
	if err != nil {
		return nil, err
	}
	s := deadlockSearch{vis: vis, all: all, on: map[int]*HeldUp{}, locks: map[lockKey]*HeldUp{}}
	s.Looked = len(all.All)
	for i := range all.All {
		if err := vis.meter.work(1); err != nil {
			return nil, err
		}
		if l, ok := all.All[i].Lock(); ok {
			if err := s.wait(&all.All[i], l); err != nil {
				return nil, err
			}
		}
	}
	if s.Waiting == 0 {
		return &s.Deadlocks, nil
	}
	if err := s.holders(); err != nil {
		return nil, err
	}
	s.link()
	if err := s.trim(); err != nil {
		return nil, err
	}
	if err := s.rings(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(s.Locks, func(a, b *HeldUp) int { return cmp.Compare(len(b.Waiters), len(a.Waiters)) })
	return &s.Deadlocks, s.lookAgain()
}

// deadlockSearch collects Deadlocks.
type deadlockSearch struct {
	Deadlocks
	vis   *Visit
	all   *inspect.Goroutines
	on    map[int]*HeldUp // what a goroutine waits for
	locks map[lockKey]*HeldUp
}

// wait notes that g waits for l.
func (s *deadlockSearch) wait(g *inspect.Goroutine, l inspect.Lock) error {
	key := lockKey{l.Addr, l.Readers}
	h := s.locks[key]
	if h == nil {
		if err := s.vis.meter.keep(256); err != nil {
			return err
		}
		a := g.Awaits()[0]
		h = &HeldUp{Lock: l, Path: a.Path(), Address: a.Address(), AtStart: true}
		if o := s.vis.owned[a.Addr()]; o.path != "" {
			h.around, h.AtStart = o.around, o.atStart || o.around == 0
		}
		s.locks[key] = h
		s.Locks = append(s.Locks, h)
	}
	if l.RW {
		h.Lock = l
	}
	h.Waiters = append(h.Waiters, g)
	s.on[g.ID()] = h
	s.Waiting++
	return s.vis.meter.keep(16)
}

// holders finds who may hold each lock.
func (s *deadlockSearch) holders() error {
	var spans []inspect.Span
	var of []*HeldUp
	for _, h := range s.Locks {
		spans, of = append(spans, h.Span), append(of, h)
	}
	for _, h := range s.Locks {
		if h.around != 0 && !h.AtStart {
			spans, of = append(spans, inspect.Span{Addr: h.around, Size: 1}), append(of, h)
		}
	}
	if err := s.vis.meter.keep(40 * len(spans)); err != nil {
		return err
	}
	found, err := inspect.ReadMentions(spans, s.vis.keepGoroutine)
	if err != nil {
		return err
	}
	s.Unknown = found.Unknown
	itself := map[*HeldUp][]inspect.Mention{} // who waits and mentions it
	for _, around := range []bool{false, true} {
		for _, m := range found.List {
			h, g := of[m.Span], s.all.ByID(m.Goroutine)
			if g == nil || releasedIn(g, h.Span) || around != (m.Span >= len(s.Locks)) || around && len(h.Likely) > 0 && !h.Likely[0].Around {
				continue
			}
			// Who reads and waits to read again mentions the lock that the writer before it waits for.
			waits := m.Waits || s.on[g.ID()] != nil && s.on[g.ID()].Addr == h.Addr
			switch {
			case waits && !around:
				itself[h] = append(itself[h], m)
			case !waits:
				h.Likely = append(h.Likely, Holder{Goroutine: g, Function: m.Function, Around: around})
			}
		}
	}
	for _, h := range s.Locks {
		s.itself(h, itself[h])
	}
	return nil
}

// itself adds to those who may hold h one that waits for it too. Its address in two functions of one
// stack says that the outer one has taken it, or has only passed it on: a lock is seldom passed on,
// but the struct that begins with it often is. So that counts if nobody else has the address.
func (s *deadlockSearch) itself(h *HeldUp, mentions []inspect.Mention) {
	// For a writer that waits for readers all others wait: that is known.
	if writers := s.locks[lockKey{h.Addr, true}]; !h.Readers && writers != nil {
		h.Likely = []Holder{{Goroutine: writers.Waiters[0], Writer: true}}
		return
	}
	if h.Free() && !h.Readers {
		h.Likely = nil
		return
	}
	var outer []inspect.Mention
	for _, m := range mentions {
		if m.Outer {
			outer = append(outer, m)
		}
	}
	add := func(m inspect.Mention, as Holder) {
		as.Goroutine, as.Function = s.all.ByID(m.Goroutine), m.Function
		h.Likely = append(h.Likely, as)
	}
	known := s.Unknown <= 1 // who asks runs, and all others have a stack
	switch {
	case len(h.Likely) > 0 && !h.Likely[0].Around: // another has the address, and does not wait
	case !h.AtStart && len(outer) > 0:
		h.Likely = nil
		for _, m := range outer {
			add(m, Holder{Waits: true, Passed: !known})
		}
	case len(h.Likely) > 0 || !known:
	case len(outer) == 1:
		add(outer[0], Holder{Waits: true, Passed: true})
	case len(mentions) == 1 && len(h.Waiters) == 1:
		add(mentions[0], Holder{Waits: true, Alone: true})
	}
}

// link links each lock to those that who may hold it waits for.
func (s *deadlockSearch) link() {
	for _, h := range s.Locks {
		for _, who := range h.Likely {
			if to := s.on[who.ID()]; to != nil {
				h.next = append(h.next, link{to, who})
				to.into = append(to.into, h)
			}
		}
		h.left = len(h.next)
	}
}

// trim takes away the locks that lead to no ring.
func (s *deadlockSearch) trim() error {
	var ends []*HeldUp
	for _, h := range s.Locks {
		if h.left == 0 {
			ends = append(ends, h)
		}
	}
	for len(ends) > 0 {
		h := ends[len(ends)-1]
		ends = ends[:len(ends)-1]
		h.gone = true
		if err := s.vis.meter.work(1 + len(h.into)); err != nil {
			return err
		}
		for _, from := range h.into {
			if from.left--; from.left == 0 {
				ends = append(ends, from)
			}
		}
	}
	return nil
}

// rings finds the shortest ring through each lock that has none yet.
func (s *deadlockSearch) rings() error {
	for _, h := range s.Locks {
		if h.gone || h.inRing {
			continue
		}
		if len(s.Rings) == maxRings {
			break
		}
		steps, err := s.ring(h)
		if err != nil {
			return err
		}
		if len(steps) == 0 {
			continue
		}
		r := &Ring{Steps: steps}
		for _, st := range steps {
			st.On.inRing = true
		}
		if r.Behind, err = s.behind(r); err != nil {
			return err
		}
		r.Doubt = r.doubt()
		s.Rings = append(s.Rings, r)
	}
	slices.SortStableFunc(s.Rings, func(a, b *Ring) int {
		return cmp.Or(cmp.Compare(min(len(a.Doubt), 1), min(len(b.Doubt), 1)), cmp.Compare(b.Behind, a.Behind))
	})
	return nil
}

// ring is the shortest ring through h, if there is any.
func (s *deadlockSearch) ring(h *HeldUp) (steps []Step, err error) {
	type reached struct {
		from *HeldUp
		by   link
	}
	met := map[*HeldUp]reached{}
	queue := []*HeldUp{h}
	for len(queue) > 0 && met[h].from == nil {
		from := queue[0]
		queue = queue[1:]
		if err := s.vis.meter.work(1 + len(from.next)); err != nil {
			return nil, err
		}
		for _, l := range from.next {
			if met[l.to].from != nil || l.to.gone {
				continue
			}
			met[l.to] = reached{from, l}
			queue = append(queue, l.to)
		}
	}
	if met[h].from == nil {
		return nil, nil
	}
	// Backwards: who waits for at is who may hold the lock before.
	at, holder := h, met[h]
	for {
		step := Step{Goroutine: holder.by.holder.Goroutine, On: at}
		steps = append(steps, step)
		if at = holder.from; at == h {
			break
		}
		holder = met[at]
	}
	slices.Reverse(steps)
	first := 0 // who began first stands first
	for i, st := range steps {
		if st.ID() < steps[first].ID() {
			first = i
		}
	}
	steps = slices.Concat(steps[first:], steps[:first])
	// The steps stand in the order of the links now: the first waits for what the second may hold.
	for i := range steps {
		next := steps[(i+1)%len(steps)]
		for _, l := range steps[i].On.next {
			if l.holder.Goroutine == next.Goroutine {
				steps[i].Holder = l.holder
				break
			}
		}
	}
	return steps, nil
}

// behind counts those who wait for a lock of r, or for who waits so, beside those of r.
func (s *deadlockSearch) behind(r *Ring) (n int, err error) {
	var queue []*HeldUp
	for _, st := range r.Steps {
		queue = append(queue, st.On)
	}
	met := map[*HeldUp]bool{}
	for len(queue) > 0 {
		h := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if met[h] {
			continue
		}
		met[h] = true
		n += len(h.Waiters)
		if err := s.vis.meter.work(1 + len(h.into)); err != nil {
			return 0, err
		}
		queue = append(queue, h.into...)
	}
	return n - len(r.Steps), nil
}

// doubt says what else may be: who may hold a lock of r instead, and is not stuck itself.
func (r *Ring) doubt() string {
	for _, st := range r.Steps {
		switch {
		case st.Holder.Passed:
			return "its function may have passed the lock on to where it waits, without taking it"
		case st.Holder.Alone:
			return "its function has the address to wait there, and no other stack has it"
		}
		if st.On.Readers && len(st.On.Likely) <= st.On.Departing() {
			continue // all of them read, and one that is stuck is enough
		}
		for _, who := range st.On.Likely {
			if who.Goroutine != st.Holder.Goroutine && !slices.ContainsFunc(st.On.next, func(l link) bool { return l.holder.Goroutine == who.Goroutine && !l.to.gone }) {
				return "goroutine " + who.Described() + " may hold " + st.On.Name() + " instead"
			}
		}
	}
	return ""
}

// lookAgain forgets the rings of which somebody does not wait any more.
func (s *deadlockSearch) lookAgain() error {
	if len(s.Rings) == 0 {
		return nil
	}
	if err := s.vis.pace.Sleep(s.vis.ctx, settle); err != nil {
		return err
	}
	still := map[int]uintptr{}
	err := inspect.ReadWaits(s.vis.keepGoroutine, func(id int, addrs []uintptr) {
		if s.on[id] != nil && len(addrs) == 1 {
			still[id] = addrs[0]
		}
	})
	moved := func(st Step) bool {
		return still[st.ID()] != st.Awaits()[0].Addr() || !st.On.Readers && st.On.Free()
	}
	s.Rings = slices.DeleteFunc(s.Rings, func(r *Ring) bool { return slices.ContainsFunc(r.Steps, moved) })
	for _, h := range s.Locks {
		h.inRing = false
	}
	for _, r := range s.Rings {
		for _, st := range r.Steps {
			st.On.inRing = true
		}
	}
	return err
}

// InRing reports whether a Ring has it.
func (h *HeldUp) InRing() bool { return h.inRing }

// Name is the path of a lock, or where it lies.
func (h *HeldUp) Name() string { return cmp.Or(h.Path, "a lock at "+h.Address) }
