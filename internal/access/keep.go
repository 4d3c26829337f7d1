package access

import "github.com/sightglass-go/sightglass/inspect"

// loans is the memory of the Views that are reached from one element of a walk. The next element
// reuses it. A nil *loans is that of Views that last.
type loans struct {
	views []*View
	used  int     // of views, by this element
	kept  []*View // that Keep made of this element itself
}

// maxLoans bounds the Views that are kept for reuse. Further ones are new for each element.
const maxLoans = 64

// view returns memory for a View.
func (l *loans) view() *View {
	if l == nil || l.used == maxLoans {
		return new(View)
	}
	if l.used == len(l.views) {
		l.views = append(l.views, new(View))
	}
	l.used++
	return l.views[l.used-1]
}

// viewBytes is about what one View takes.
const viewBytes = 192

// Keep makes a View that a walk lent last as long as the Visit, and tells the Meter what that
// costs. What lies in the list or map itself is copied as it is now: call Keep while the walk lends
// it. Keep returns any other View as it is, once it has told the Meter what was copied to reach it.
func (v *View) Keep() (*View, error) {
	if v.lent != nil {
		return v.keep(true)
	}
	n := int(v.pick.uncharged)
	v.pick.uncharged = 0
	if n == 0 {
		return v, nil
	}
	return v, v.visit.meter.keep(n)
}

// keep is Keep for a lent View. Of what lies above a View that is kept only the place is needed,
// not the content.
func (v *View) keep(content bool) (*View, error) {
	v.decide()
	kept, n := v.val, 0
	if v.val.Lent() || content && !v.policy.Frozen {
		v.visit.report.notCopied(v.val)
		kept, n = v.val.Keep(v.untold())
	}
	if err := v.visit.meter.keep(viewBytes + n + int(v.pick.uncharged)); err != nil {
		return nil, err
	}
	k := *v
	k.val, k.pick.uncharged, k.pick.picked, k.pick.used = kept, 0, true, false
	if content {
		k.pick.record(&k)
		if v.pick.known {
			v.lent.kept = append(v.lent.kept, &k)
		}
	}
	if k.up != nil && k.up.lent != nil {
		up, err := k.up.keep(false)
		if err != nil {
			return nil, err
		}
		k.up, k.guard = up, nil
	}
	k.own = nil
	if key := v.key; key != nil {
		kept := *key
		kept.up, kept.lent = k.up, nil
		kept.val, _ = key.val.Keep(nil) // what that takes is not told
		k.key = &kept
	}
	k.lent = nil
	return &k, nil
}

// pick is what a View knows of having been picked from a collection. Where its element leads may
// change before it is followed: the Visit compares, and tells.
type pick struct {
	sum       uint64 // a checksum of the object that the View led to when it was picked; valid if known
	uncharged uint32 // bytes copied to reach it; the Meter is told when it is kept
	picked    bool   // a walk lent it, and it was kept
	known     bool
	used      bool // the object has been read since
	changed   bool // it was another by then
}

// record remembers what v leads to now. v must be lent.
func (p *pick) record(v *View) {
	if !p.known && !v.policy.Frozen {
		p.sum, p.known = v.val.Sum()
	}
}

// markUsed notes that what v leads to is about to be read, later than it was picked.
func (v *View) markUsed() {
	if !v.pick.known || v.pick.used {
		return
	}
	if v.pick.used = true; v.pick.picked {
		v.visit.picks = append(v.visit.picks, v)
	}
}

// tellChanged tells that the object to which v, which is lent, leads has changed since it was collected. An
// element that was kept is told once.
func (v *View) tellChanged() {
	if len(v.lent.kept) == 0 {
		v.visit.report.Changed++
	}
	for _, k := range v.lent.kept {
		if k.pick.changed = true; !k.pick.used {
			k.markUsed()
		}
	}
}

// compare notes whether what v leads to is still what it was when it was picked.
func (v *View) compare() {
	if !v.pick.changed {
		sum, ok := v.val.Sum()
		v.pick.changed = !ok || sum != v.pick.sum
	}
}

// pickedFrom returns the View that was picked and leads to the object v; nil if there is none.
func (v *View) pickedFrom() *View {
	at := v
	for range 2 {
		if at.step != stepElem || at.up == nil {
			return nil
		}
		if at = at.up; at.pick.picked {
			return at
		}
	}
	return nil
}

// changed returns how many of the objects that this Visit picked, and read later, have changed
// since. It takes the guard of each.
func (vis *Visit) changed() (n int) {
	n = vis.report.Changed
	for _, v := range vis.picks {
		if vis.meter.work(1) != nil {
			break
		}
		if !v.pick.changed {
			_ = v.read(true, func(inspect.Value) error { v.compare(); return nil })
		}
		if v.pick.changed {
			n++
		}
	}
	return n
}

// Link has the next Keep of v tell the Meter what it takes to remember the way to v, for callers
// that go from object to object on their own: the Views of the way would count as nothing.
func (v *View) Link() { v.pick.uncharged = linkBytes }

// linkBytes is about what the Views between two objects of a linked list take: a field and what it
// points at.
const linkBytes = 2 * viewBytes
