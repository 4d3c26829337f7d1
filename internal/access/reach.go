package access

import (
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// A Reach walks all that Views lead to with raw loads, as [inspect.Reach] does, and follows what the
// policy shows. Where it cannot, because the way there matters or somebody else guards it, it says so.
type Reach struct {
	visit *Visit
	raw   *inspect.Reach
	to    ReachSink
	under *policy // of where the walk began
	asked []bool  // whether unlocked was told of a type, by its id
}

// ReachSink is told what a Reach finds.
type ReachSink interface {
	inspect.ReachSink
	// At is told, with no guard held, the View of a piece that Met asked for, of the type with that id.
	At(id int, v *View)
	// Other is called for what the caller has to walk itself, with no guard held.
	Other(v *View) error
	// GoOn reports whether to go on.
	GoOn() bool
}

// NewReach returns a Reach of the Visit.
func (vis *Visit) NewReach(to ReachSink) *Reach {
	r := &Reach{visit: vis, to: to}
	r.raw = inspect.NewReach(reachRules{vis}, reachSink{to, r})
	return r
}

// Type returns the type with that id.
func (r *Reach) Type(id int) reflect.Type { return r.raw.Type(id) }

// Changed is how many values kept changing while they were read.
func (r *Reach) Changed() int { return r.raw.Changed() }

// Reach has r walk what lies in v and all that it leads to. ok is false, and nothing was done, if it has to
// be walked step by step: a pattern may hide something below it, its guards lie in what it leads to,
// or it has no place in memory.
func (v *View) Reach(r *Reach) (ok bool, err error) {
	v.decide()
	if v.hidden || v.hide != 0 || v.window != nil || v.policy.Names != nil {
		return false, nil
	}
	depth := r.raw.Depth()
	if !r.raw.Begin(v.val, uint32(v.secrets)) {
		return false, nil
	}
	defer r.raw.Abandon(depth)
	defer func(p *policy) { r.under = p }(r.under)
	r.under = v.policy
	for done := false; !done && r.to.GoOn(); {
		if done, err = r.slice(v, depth); err != nil {
			return true, err
		}
	}
	return true, nil
}

// reachSink reports on its way to a ReachSink what is read without a lock of its own.
type reachSink struct {
	ReachSink
	r *Reach
}

func (s reachSink) Met(id, n int) (find bool) {
	s.r.met(id)
	return s.ReachSink.Met(id, n)
}

// met reports, the first time, that structs in memory of the type with that id have locks. Raw loads
// take none, and no guard says anything about what looks after itself.
func (r *Reach) met(id int) {
	for len(r.asked) <= id {
		r.asked = append(r.asked, false)
	}
	if r.asked[id] {
		return
	}
	r.asked[id] = true
	switch t := r.Type(id); t.Kind() {
	case reflect.Slice:
		r.visit.unlocked(t.Elem(), r.under)
	case reflect.Map:
		r.visit.unlocked(t.Key(), r.under)
		r.visit.unlocked(t.Elem(), r.under)
	default:
		r.visit.unlocked(t, r.under)
	}
}

// unlocked reports the structs with locks that lie in values of type t, which p leads to, if something is
// read in them.
func (vis *Visit) unlocked(t reflect.Type, p *policy) {
	switch shape := inspect.ShapeOf(t); {
	case !inspect.Leads(t):
	case t.Kind() == reflect.Array:
		vis.unlocked(t.Elem(), p)
	case t.Kind() != reflect.Struct || shape != inspect.Struct && shape != inspect.List:
	case len(guard.StructOf(t).Locks) > 0:
		vis.report.notTaken(t, p.independent)
	default:
		for _, f := range vis.types.structOf(t).fields {
			if !f.Absent && !f.Secret {
				vis.unlocked(f.Type, p)
			}
		}
	}
}

// slice walks for a moment, under the guard of what lies in v if there is one.
func (r *Reach) slice(v *View, depth int) (done bool, err error) {
	var found []inspect.Found
	h := v.rawHold()
	reads, err := h.work(func() (n int, stop bool, err error) {
		n, found, done, err = r.raw.Step(depth, h.held())
		return n, done || len(found) > 0, err
	})
	if err != nil {
		return false, err
	}
	for i := range found {
		if err := r.see(v, &found[i]); err != nil {
			return false, err
		}
	}
	return done, h.rest(done, reads)
}

// rawHold is what guards the words that lie in a View, and in what it leads to.
type rawHold struct {
	of     *View
	policy *policy
	lock   *guard.Lock
}

func (v *View) rawHold() rawHold { return rawHold{v, v.childPolicy(), v.innerLock()} }

// held reports whether work runs under a guard.
func (h rawHold) held() bool {
	return !h.policy.Frozen && (h.policy.Owner != nil || h.lock != nil)
}

// work calls step for a moment, under the guard if there is one, until it says to stop. It returns how
// many values step has read.
func (h rawHold) work(step func() (reads int, stop bool, err error)) (reads int, err error) {
	vis, p := h.of.visit, h.policy
	work := func() error {
		start, limit := time.Now(), vis.pace.Hold()
		for {
			n, stop, err := step()
			reads += n
			if err != nil || stop || time.Since(start) > limit {
				return err
			}
		}
	}
	switch {
	case p.Frozen:
		err = work()
	case p.Owner != nil:
		err = vis.guards.OnOwner(p.Owner, work)
	case h.lock != nil:
		err = vis.guards.Hold(h.lock, work)
	default:
		if h.of.own == guard.NotTaken {
			vis.report.lockNotTaken(h.of)
		} else if !h.of.isFresh() {
			h.of.reportRacy()
		}
		err = work()
	}
	return reads, err
}

// rest gives way to others between two calls of work, and counts what the last has read. done says that
// there is no other call.
func (h rawHold) rest(done bool, reads int) error {
	vis := h.of.visit
	if h.held() && !done {
		vis.report.overHolds(h.of.policy)
		if h.policy.Owner == nil {
			if _, err := vis.guards.Rest(h.lock); err != nil {
				return err
			}
		}
	}
	vis.Yield()
	return vis.meter.read(reads)
}

// see hands out what was found below v.
func (r *Reach) see(v *View, f *inspect.Found) error {
	at := v
	if f.Lost.IsValid() {
		at = v.lost(f)
	}
	if at = at.retrace(f.Steps); at == nil || f.ID < 0 && !at.val.IsValid() {
		r.to.Left(inspect.LeftUnread)
		return nil
	}
	if f.ID >= 0 {
		r.to.At(f.ID, at)
		return nil
	}
	return r.to.Other(at)
}

// lost returns the View of a place below v to which the way is lost. It is read as what lies in v is.
func (v *View) lost(f *inspect.Found) *View {
	return &View{visit: v.visit, policy: v.childPolicy(), val: f.Lost, place: place{step: stepCut},
		verdict: verdict{decided: true, secrets: secret.Kinds(f.State)}, locks: locks{guard: v.childLock()}}
}

// retrace returns the View at the end of a way from v; nil if there is none.
func (v *View) retrace(steps []inspect.ReachStep) *View {
	for _, s := range steps {
		up := v
		switch s.Kind {
		case inspect.FieldStep:
			if up.val.Kind() != reflect.Struct {
				return nil
			}
			if v = up.fieldAt(s.Index); v == nil {
				return nil
			}
		case inspect.IndexStep:
			v = up.newChild(s.Value, place{step: stepIndex, index: s.Index})
		case inspect.KeyStep:
			v = up.newChild(s.Value, place{step: stepKeyOf, index: s.Index + 1})
			v.boxed = true
		case inspect.EntryStep:
			if !s.Key.IsValid() {
				return nil
			}
			key := up.newChild(s.Key, place{step: stepKeyOf})
			v = up.newChild(s.Value, place{step: stepEntry, key: key})
			key.boxed, v.boxed = true, true
		default:
			v = up.newChild(s.Value, place{step: stepElem})
			v.boxed = up.Shape() == inspect.Interface
		}
	}
	return v
}

// reachRules are verdicts without Views. A state is the kinds that are secret by the way; no pattern
// of registry.Hide is under way.
type reachRules struct{ visit *Visit }

var _ inspect.ReachRules = reachRules{}

func shownAs(kinds secret.Kinds, t reflect.Type) (uint32, bool) {
	return uint32(kinds), !redact.Hides(kinds, t)
}

func (reachRules) Elem(state uint32, t reflect.Type) (uint32, bool) {
	return shownAs(secret.Kinds(state)|redact.ByType(t), t)
}

func (rules reachRules) Field(state uint32, t reflect.Type, i int) (uint32, bool) {
	f := &rules.visit.types.structOf(t).fields[i]
	if f.Absent || f.Secret {
		return 0, false
	}
	kinds := f.Kinds
	if f.Inherits {
		kinds |= secret.Kinds(state)
	}
	if f.Contained {
		kinds |= secret.Kinds(state).OfElements()
	}
	return shownAs(kinds, f.Type)
}

func (reachRules) Index(state uint32, t reflect.Type) (uint32, bool) {
	return shownAs(secret.Kinds(state).OfElements()|redact.ByType(t), t)
}

func (reachRules) Key(state uint32, t reflect.Type) (uint32, bool) {
	return shownAs(secret.Kinds(state).OfKeys()|redact.ByType(t), t)
}

func (reachRules) Entry(state uint32, t reflect.Type, key []byte) (uint32, bool) {
	kinds := secret.Kinds(state).OfElements() | redact.ByType(t)
	if key != nil {
		kinds |= secret.ByName(string(key)) &^ secret.All
	}
	return shownAs(kinds, t)
}

func (reachRules) SuspectKey(key []byte) bool { return secret.Suspect(key) }

func (reachRules) SecretText(text []byte) bool {
	return (len(text) > maxChecked || secret.MayHold(text)) && secret.In(string(text))
}

func (reachRules) Apart(t reflect.Type) bool { return len(guard.StructOf(t).Locks) > 0 }
