package access

import (
	"cmp"
	"reflect"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Awaited is a lock or a channel, with who waits for it.
type Awaited struct {
	Path    string
	State   string // "locked, 2 waiting", "unlocked", "0 of 5"; "" if it is not known
	Chan    bool
	Lock    bool // it is one: somebody may hold it, and not only end the wait
	Free    bool // it is a lock, and nobody holds it
	AtStart bool // the lock lies where the struct around it begins, and has its address
	Waiters []*inspect.Goroutine
	// Likely are those who may hold the lock, or end the wait at a WaitGroup or a Cond: its address, or else that of the struct around it,
	// stands in a frame of theirs. Nobody can tell for certain.
	Likely []Holder

	memory, around inspect.Span
}

// Holder is a goroutine that may hold a lock.
type Holder struct {
	*inspect.Goroutine
	Function string // whose frame has the address
	Around   bool   // of the struct around the lock
	Writer   bool   // it is known: a writer that waits for its turn, for which all who come later wait
	Waits    bool   // it waits for the lock itself, and has the address further out too
	Passed   bool   // it may well have passed the lock on from there to where it waits
	Alone    bool   // it has it where it waits alone, but nobody else has it
}

// Described is the number of h, and what it does.
func (h *Holder) Described() string {
	return strconv.Itoa(h.ID()) + " (" + cmp.Or(h.Wait(), h.State()) + " in " + text.ShortPaths(h.Top()) + ")"
}

// maxAwaited bounds the locks and channels of an object that are looked at.
const maxAwaited = 256

// Waiting returns who waits for the lock or channel v, or for each lock and channel that lies in the
// struct v by value. The error is a *NameError if goroutines are not exposed.
func (v *View) Waiting() ([]*Awaited, error) {
	all, err := v.visit.Goroutines()
	if err != nil {
		return nil, err
	}
	t, err := v.Target()
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, &NilError{Path: v.Path(), Op: "goroutines that wait"}
	}
	if err := t.checkShown(); err != nil {
		return nil, err
	}
	var list []*Awaited
	t.collectAwaited(&list, 0)
	switch {
	case len(list) > 0:
	case t.val.Type().Kind() == reflect.Chan:
		return nil, &NilError{Path: v.Path(), Op: "goroutines that wait"}
	default:
		return nil, t.typeError("is no lock, channel, WaitGroup or Cond, nor a struct with one")
	}
	if err := v.visit.answerWaiting(list, all); err != nil {
		return nil, err
	}
	for _, a := range list {
		if len(a.Waiters) == 0 && saysWho(a.State) {
			v.visit.report.note("who waits for " + cmp.Or(a.Path, "it") + " was read a moment before its state, and has changed in between; ask again")
		}
	}
	return list, nil
}

// saysWho reports whether the state of a lock or of a channel tells that somebody waits there.
func saysWho(state string) bool {
	return strings.Contains(state, " waiting") || strings.Contains(state, " sending") || strings.Contains(state, " receiving")
}

// collectAwaited adds v, or what lies in it.
func (v *View) collectAwaited(list *[]*Awaited, depth int) {
	v.decide()
	if v.hidden || depth > maxOwnedDepth || len(*list) >= maxAwaited || !v.val.IsValid() {
		return
	}
	t := v.val.Type()
	switch {
	case t.Kind() == reflect.Chan:
		at, err := v.val.Word()
		if err != nil || at == 0 {
			return
		}
		state, _ := v.val.Describe()
		*list = append(*list, &Awaited{Path: v.Path(), State: state, Chan: true, memory: inspect.Span{Addr: at, Size: 1}})
	case isWaitedFor(t) && v.val.Addr() != 0:
		a := &Awaited{Path: v.Path(), memory: inspect.Span{Addr: v.val.Addr(), Size: t.Size()}}
		a.State, _ = v.val.Describe()
		a.Lock = t.Name() != "WaitGroup" && t.Name() != "Cond"
		a.Free = strings.HasPrefix(a.State, "unlocked")
		a.around.Addr, a.AtStart = v.aroundLock()
		a.around.Size = 1
		*list = append(*list, a)
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			if k := t.Field(i).Type.Kind(); k != reflect.Struct && k != reflect.Chan && k != reflect.Array {
				continue
			}
			if f := v.fieldAt(i); f != nil {
				f.collectAwaited(list, depth+1)
			}
		}
	case t.Kind() == reflect.Array && leadsOn(t.Elem()):
		for i := range min(t.Len(), maxAwaited) {
			if e, err := v.val.Index(i); err == nil {
				v.newChild(e, place{step: stepIndex, index: i}).collectAwaited(list, depth+1)
			}
		}
	}
}

// answerWaiting finds who waits for each of list, and who may hold it.
func (vis *Visit) answerWaiting(list []*Awaited, all *inspect.Goroutines) error {
	on := map[*inspect.Goroutine]*Awaited{} // who waits
	for i := range all.All {
		g := &all.All[i]
		if err := vis.meter.work(1 + len(g.Awaits())*len(list)); err != nil {
			return err
		}
		for _, w := range g.Awaits() {
			for _, a := range list {
				inside := w.Addr() >= a.memory.Addr && w.Addr() < a.memory.Addr+a.memory.Size
				if n := len(a.Waiters); inside && (n == 0 || a.Waiters[n-1] != g) { // several cases of a select may have one channel
					a.Waiters = append(a.Waiters, g)
					on[g] = a // of several cases of a select the last, of which none is a lock
				}
			}
		}
	}
	// The spans of the locks, and behind them of the structs around them.
	var spans []inspect.Span
	var of []*Awaited
	for _, a := range list {
		if !a.Chan && !a.Free {
			spans, of = append(spans, a.memory), append(of, a)
		}
	}
	locks := len(of)
	for _, a := range of[:locks] {
		if a.around.Addr != 0 && !a.AtStart {
			spans, of = append(spans, a.around), append(of, a)
		}
	}
	mentions, err := inspect.ReadMentions(spans, vis.keepGoroutine)
	if err != nil {
		return err
	}
	for _, around := range []bool{false, true} {
		for _, m := range mentions.List {
			a, g := of[m.Span], all.ByID(m.Goroutine)
			if g == nil || m.Waits || on[g] == a || releasedIn(g, a.memory) || around != (m.Span >= locks) || around && len(a.Likely) > 0 && !a.Likely[0].Around {
				continue
			}
			a.Likely = append(a.Likely, Holder{Goroutine: g, Function: m.Function, Around: around})
		}
	}
	// Nobody else: one that waits may have locked it before, further out.
	for _, m := range mentions.List {
		a, g := of[m.Span], all.ByID(m.Goroutine)
		if g != nil && m.Outer && m.Span < locks && !a.AtStart && a.around.Addr != 0 && (len(a.Likely) == 0 || a.Likely[0].Waits) {
			a.Likely = append(a.Likely, Holder{Goroutine: g, Function: m.Function, Waits: true})
		}
	}
	return nil
}

// releasedIn reports whether g has given the lock in that memory back, to wait at a Cond.
func releasedIn(g *inspect.Goroutine, lock inspect.Span) bool {
	at := g.Released()
	return at >= lock.Addr && at < lock.Addr+lock.Size
}

// WhoHolds says how many wait for the lock that could not be had, and who may hold it, for people. It
// is "" where goroutines are not exposed, or cannot be read now.
func (vis *Visit) WhoHolds(e *GuardError) string {
	if e.Memory.Base == 0 || e.Memory.Size == 0 || !vis.hasGoroutines() || vis.Holding() {
		return ""
	}
	all, err := vis.Goroutines()
	if err != nil {
		return ""
	}
	a := &Awaited{memory: inspect.Span{Addr: e.Memory.Base, Size: e.Memory.Size}}
	if err := vis.answerWaiting([]*Awaited{a}, all); err != nil {
		return ""
	}
	said := text.Count(len(a.Waiters), "goroutine waits", "goroutines wait") + " for it"
	if len(a.Likely) == 0 {
		return said + ", and who holds it is not known"
	}
	h := a.Likely[0]
	said += ", and the likely holder is goroutine " + strconv.Itoa(h.ID()) + " in " + text.ShortPaths(h.Function)
	if h.Wait() != "" {
		said += " (" + h.Wait() + ")"
	}
	if n := len(a.Likely) - 1; n > 0 {
		said += " or one of " + text.Thousands(n) + " more"
	}
	return said
}
