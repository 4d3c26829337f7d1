package access

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/pace"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Meter is told of the work that a Visit does, and may end it.
type Meter interface {
	// Read is called for every n entries or hops that were read; n is 0 where none were found. It
	// charges the budget, sees the cancellation, and yields. No guard is held during the call.
	Read(n int) error
	// Work is Read for n steps that read no entries, of some nanoseconds each.
	Work(n int) error
	// Keep is called before n bytes are copied out of the application to be kept. A guard may be
	// held during the call, so it must not yield.
	Keep(n int) error
}

// Visit is one evaluation's access to the live objects of a registry. It belongs to one goroutine
// and ends with the evaluation, as do its Views. It holds no guard between two calls.
type Visit struct {
	objects  *Objects
	callTime time.Duration // bounds each call into the application
	ctx      context.Context
	overseer Overseer
	meter    Meter // nil: no limits
	pace     pace.Pace
	guards   guard.Holder
	// callsForbidden: no lens shows anything, and no Func is called.
	callsForbidden bool

	roots map[string]*View // by name: a name stays what it was when it was first asked for
	seen  map[object]seen  // what lenses showed, of up to maxSeen objects
	picks []*View          // that were followed since they were picked

	unread int // reads under a guard that the meter has not been told of
	untold int // steps of work, likewise
	misses int // searches for the near key of a missing one, up to maxMisses

	// What the answer must say.
	tally   Tally
	noted   *policy      // the last that racy saw
	passing reflect.Type // the last that passed saw
	found   asFound
	parts   []reflect.Type   // of structs that were not read in one moment
	again   map[*policy]bool // whose functions have returned the same object as the last times

	// The last answers of structOf and tellsOfType: the elements of a walk are of one type.
	lastType reflect.Type
	lastInfo *structInfo
	elemType reflect.Type
	elemTell secret.Kinds
	key      []byte // reused for the name of each entry that is decided
}

// Tally is what a Visit has met.
type Tally struct {
	Waited  time.Duration // for guards and owners
	Retries int           // parts of maps that were read again because they changed
	Torn    int           // entries that kept changing while they were read
	Racy    []string      // exposed names of which something was read without any guard
	// Outside names objects with a declared guard of which something was read that it does not
	// guard, and nothing else does.
	Outside []string
	// Unlocked says of types with a lock of their own why it was not taken when such an object was
	// read, a line each.
	Unlocked []string
	// Parted says of types that an object was read in parts, of several moments, and why, a line
	// each.
	Parted []string
	// Returned names what methods returned of which something was read without any guard, by the
	// names of their objects.
	Returned []string
	Moved    []string // lists of which elements were seen to change places during a walk, "" where no expression reaches one
	Changed  int      // objects that were not the same any more when they were read as when they were picked from a collection
	Notes    []string // what else is to be known of what was read, a line each
}

// Visit starts an evaluation's access. The end of ctx ends waits for guards, owners and methods. A
// nil Meter sets no limits.
func (o *Objects) Visit(ctx context.Context, m Meter, p Patience) *Visit {
	// Not with a guard in our hands.
	inspect.Prepare()
	p = p.filled()
	vis := &Visit{objects: o, callTime: p.Call, ctx: ctx, meter: m, pace: pace.New()}
	vis.guards = guard.NewHolder(ctx, p.Guard, &vis.pace)
	return vis
}

// Tally returns what the Visit has met until now. It reads again what was picked from collections
// and used later, under its guards.
func (vis *Visit) Tally() Tally {
	changed := vis.changed()
	t := vis.tally
	t.Changed, t.Waited = changed, vis.guards.Waited()
	for _, list := range []*[]string{&t.Racy, &t.Outside, &t.Unlocked, &t.Parted, &t.Returned, &t.Moved, &t.Notes} {
		*list = slices.Clone(*list)
	}
	return t
}

// Holding reports whether a guard is held right now, which is when code runs in [View.Each], and
// then it should not yield.
func (vis *Visit) Holding() bool { return vis.guards.Holding() }

// Share sets the part of one processor, from 0.001 to 1, that the Visit uses while others wait for
// one. The default is [DefaultShare]; with 1 the Visit never sleeps.
func (vis *Visit) Share(part float64) { vis.pace.SetShare(part) }

// Yield gives the processor to others, unless a guard is held or the last Yield was a moment ago. It
// returns the time to work before the next call: 50 µs while there is a processor for everybody. While
// others wait for one it is 10 µs and the credit of the last sleep, and Yield sleeps first, long enough
// to leave them nearly all of the time. The walks of a View yield by themselves; any other loop calls
// Yield.
func (vis *Visit) Yield() (slice time.Duration) { return vis.pace.Yield(vis.ctx, vis.guards.Holding()) }

// DefaultShare is the part of one processor that a Visit has while others wait for one.
const DefaultShare = pace.DefaultShare

// Get returns the exposed object of that full (dotted) name, or a *NameError. Within a Visit a name
// stays what it was when it was first asked for. A registry.Func is called the first time, which is
// refused while a guard is held: ask for the names of an expression before walking anything.
func (vis *Visit) Get(name string) (*View, error) {
	if v := vis.roots[name]; v != nil {
		return v, nil
	}
	e := vis.objects.get(name)
	if e == nil {
		return nil, &NameError{Name: name, Near: text.Near(name, vis.names())}
	}
	v := &View{visit: vis, policy: &e.policy, step: step{name: e.name}, decided: true, hide: e.policy.hide.Start(), calls: e.policy.calls.Start()}
	switch {
	case e.compute != nil && vis.callsForbidden:
		return nil, &MethodError{Method: e.name, Why: "is computed at each look, and is not called here", Refused: true}
	case e.compute != nil:
		x, err := vis.compute(e)
		if err != nil {
			return nil, err
		}
		v.val = inspect.Of(x)
		if e.returned.again(x) {
			if vis.again == nil {
				vis.again = map[*policy]bool{}
			}
			vis.again[&e.policy] = true
		}
	case e.weak != nil:
		v.val = inspect.Of(e.weak())
	default:
		v.val = e.object
	}
	v.val = v.val.Trust(e.policy.Frozen)
	v.tells = secret.ByName(e.name[strings.LastIndexByte(e.name, '.')+1:])&^secret.All | redact.ByType(v.val.Type())
	v.judge()
	if vis.roots == nil {
		vis.roots = make(map[string]*View)
	}
	vis.roots[name] = v
	return v, nil
}

func (vis *Visit) names() []string {
	var names []string
	for _, e := range vis.objects.list() {
		names = append(names, e.name)
		if i := strings.LastIndexByte(e.name, '.'); i > 0 {
			names = append(names, e.name[:i])
		}
	}
	return names
}

// compute calls the function of e.
func (vis *Visit) compute(e *entry) (any, error) {
	why := e.callee.Refusal()
	if vis.Holding() {
		why = "cannot be called while a guard is held"
	}
	if why != "" {
		return nil, &MethodError{Method: e.name, Why: why, Refused: true}
	}
	end, err := vis.begin(&Call{Name: e.name, visit: vis})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(vis.ctx, vis.callTime)
	defer cancel()
	var x any
	err = e.callee.Go(func() { x = e.compute(ctx) }).Wait(ctx)
	end(err)
	if err != nil {
		if err == usercode.ErrRunning && vis.ctx.Err() != nil {
			return nil, context.Cause(vis.ctx)
		}
		return nil, &MethodError{Method: e.name, Why: err.Error()}
	}
	return x, nil
}

// structOf is structOf of the package, with the last answer at hand.
func (vis *Visit) structOf(t reflect.Type) *structInfo {
	if t != vis.lastType {
		vis.lastType, vis.lastInfo = t, structOf(t)
	}
	return vis.lastInfo
}

// tellsOfType is tellsOfType of the package, with the last answer at hand: the elements of a walk
// are of one type.
func (vis *Visit) tellsOfType(t reflect.Type) secret.Kinds {
	if t != vis.elemType || t == nil {
		vis.elemType, vis.elemTell = t, redact.ByType(t)
	}
	return vis.elemTell
}

// tick tells the meter of n reads, now or when no guard is held any more.
func (vis *Visit) tick(n int) error {
	vis.unread += n
	if vis.guards.Holding() || vis.meter == nil {
		return nil
	}
	n, vis.unread = vis.unread, 0
	return vis.meter.Read(n)
}

// work tells the meter of n steps of work, likewise.
func (vis *Visit) work(n int) error {
	vis.untold += n
	if vis.guards.Holding() || vis.meter == nil {
		return nil
	}
	n, vis.untold = vis.untold, 0
	return vis.meter.Work(n)
}

// keep asks the meter for n bytes.
func (vis *Visit) keep(n int) error {
	if vis.meter == nil {
		return nil
	}
	return vis.meter.Keep(n)
}

// racy notes that something of the object that p covers was read without a guard.
func (vis *Visit) racy(p *policy) {
	if p == vis.noted {
		return
	}
	vis.noted = p
	list := &vis.tally.Racy
	switch {
	case p.ofResults:
		list = &vis.tally.Returned
	case p.uncovered:
		list = &vis.tally.Outside
	}
	once(list, p.name)
}

// passed notes that the struct v, whose lock is not taken, was read without it.
func (vis *Visit) passed(v *View) {
	t := v.val.Type()
	if t == vis.passing {
		return
	}
	vis.passing = t
	once(&vis.tally.Unlocked, "a "+t.String()+" was read racily: "+v.policy.why(t))
}

// note adds a line to the Notes, once.
func (vis *Visit) note(line string) { once(&vis.tally.Notes, line) }

// once adds a line to a list that does not have it yet.
func once(list *[]string, line string) {
	if !slices.Contains(*list, line) {
		*list = append(*list, line)
	}
}

// maxMoved is how many lists a Tally names as moved.
const maxMoved = 8

// moved notes that elements of v, a list, changed places while it was walked.
func (vis *Visit) moved(v *View) {
	for v.step.kind == stepWindow {
		v = v.up
	}
	if path := v.Path(); len(vis.tally.Moved) < maxMoved && !slices.Contains(vis.tally.Moved, path) {
		vis.tally.Moved = append(vis.tally.Moved, path)
	}
}
