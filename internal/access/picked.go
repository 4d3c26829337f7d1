package access

import "github.com/sightglass-go/sightglass/inspect"

// pick is what a View knows of having been picked from a collection.
type pick struct {
	sum       uint64 // of the object that it leads to, as it was then
	uncharged uint32 // bytes that were copied to reach it, of which the Meter is told when it is kept
	picked    bool   // a walk lent it, and it was kept
	known     bool   // the sum is known
	used      bool   // the object was looked at since
	changed   bool   // it was seen to be another by then
}

// note remembers what v leads to now. It is called while v is lent.
func (p *pick) note(v *View) {
	if !p.known && !v.policy.Frozen {
		p.sum, p.known = v.val.Sum()
	}
}

// pursue notes that what v leads to is going to be read, at a later moment than it was picked at.
func (v *View) pursue() {
	if v.pick.known && v.pick.picked && !v.pick.used {
		v.pick.used = true
		v.visit.picks = append(v.visit.picks, v)
	}
}

// staying notes that val, an element that is picked, is too large to be copied.
func (vis *Visit) staying(val inspect.Value) {
	if val.Stays() {
		once(&vis.tally.Parted, "a "+val.Type().String()+" is not of one moment: it is too large to be copied, and was read in its place after its guard was given back")
	}
}

// compare sees whether what v leads to is still what was picked.
func (v *View) compare() {
	if !v.pick.changed {
		sum, ok := v.val.Sum()
		v.pick.changed = !ok || sum != v.pick.sum
	}
}

// pickedBy is the View that was picked and leads to the object v, nil if there is none.
func (v *View) pickedBy() *View {
	at := v
	for range 2 {
		if at.step.kind != stepElem || at.up == nil {
			return nil
		}
		if at = at.up; at.pick.picked {
			return at
		}
	}
	return nil
}

// changed is how many of the objects that were picked in this Visit, and read later, are not as
// they were. It takes the guard of each.
func (vis *Visit) changed() (n int) {
	for _, v := range vis.picks {
		if vis.work(1) != nil {
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
