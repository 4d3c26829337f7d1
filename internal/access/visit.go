package access

import (
	"context"
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

// Visit is one evaluation's access to the live objects of a registry. It belongs to one goroutine
// and ends with the evaluation, as do its Views. It holds no guard between two calls.
type Visit struct {
	objects *Objects
	ctx     context.Context // ends all waits
	meter   metering
	pace    pace.Pace
	guards  guard.Holder // yields and sleeps through pace
	hurried bool         // Yield gives way to nobody

	// Calls into the application.
	overseer       Overseer
	callTime       time.Duration // bounds each call
	callsForbidden bool          // no lens shows anything, and no Func is called

	// What has been met.
	roots       map[string]*View      // by name: a name stays what it was when it was first asked for
	repeated    map[*policy]bool      // whose functions return the same object each time
	lensResults map[object]lensResult // of up to maxLensResults objects
	picks       []*View               // that were picked, and followed since
	foundLock   lockState             // of the lock that consistent took last
	misses      int                   // searches for a near key, up to maxMisses
	missed      struct {              // the last field that was missing, and the name that is near
		missedField
		near string
	}
	report report // what an answer must tell

	lanes   int // of a batch; 0 for as many as time allows
	batches int // under one hold of a guard, likewise
	types   typeCache
	key     []byte  // reused for the key of each entry of a walk
	idle    []*walk // reused for the lists and maps of a snapshot
	text    Text    // reused for texts that are read in one go

	around []byte // reused for what lies around a part of a text

	untold map[untoldKey]*inspect.Untold // what Keep was told

	goroutines   *inspect.Goroutines // once they were read
	stacksSpared bool                // they are read without their stacks
	owned        map[uintptr]owned   // what they wait for, by address, where an exposed object has it
}

// Patience bounds how long a Visit waits for the application.
type Patience struct {
	Guard time.Duration // for a lock or an owner; 0 means 100 ms
	Call  time.Duration // for a method, a lens or a Func; 0 means 1 s
}

func (p Patience) withDefaults() Patience {
	if p.Guard <= 0 {
		p.Guard = 100 * time.Millisecond
	}
	if p.Call <= 0 {
		p.Call = time.Second
	}
	return p
}

// Visit begins a Visit. The end of ctx ends its waits for guards, owners and methods. A nil Meter
// sets no limits.
func (o *Objects) Visit(ctx context.Context, m Meter, p Patience) *Visit {
	// Before any guard is held.
	inspect.Prepare()
	p = p.withDefaults()
	vis := &Visit{objects: o, ctx: ctx, callTime: p.Call, pace: pace.New()}
	vis.guards = guard.NewHolder(ctx, p.Guard, &vis.pace)
	vis.meter = metering{meter: m, guards: &vis.guards}
	return vis
}

// Tally returns what the Visit has met so far. It takes the guards of what was picked from
// collections and used later, to see whether it has changed since.
func (vis *Visit) Tally() Tally {
	changed := vis.changed()
	t := vis.report.tally()
	t.Changed, t.Waited, t.Gave = changed, vis.guards.Waited(), vis.pace.Gave()
	return t
}

// Holding reports whether a guard is held, as it is while code runs in [View.Each]. That code
// should not yield.
func (vis *Visit) Holding() bool { return vis.guards.Holding() }

// DefaultShare is the part of all processors that Visits together have while others wait for one all
// the time.
const DefaultShare = pace.DefaultShare

// Share sets the part of all processors, from 0.001 to 1, that the Visit has, together with others
// that run at the same time, while goroutines of the application wait for one all the time. The
// default is [DefaultShare]; with 1 the Visit never sleeps.
func (vis *Visit) Share(part float64) { vis.pace.SetShare(part) }

// Owed is how many reads the Meter has not been told of yet, as a guard is held.
func (vis *Visit) Owed() int { return vis.meter.reads }

// Lanes sets how many places a [Batch] has, where there are as many, and bounds the batches under one
// hold of a guard; 0 means as many as time allows. It is for tests.
func (vis *Visit) Lanes(most, batches int) { vis.lanes, vis.batches = most, batches }

// Yield gives the processor to others, unless a guard is held or the last Yield was a moment ago.
// It returns the time to work before the next call: 50 µs while a processor is idle, and 20 µs
// otherwise. While others wait for a processor all the time, it is 40 µs, and Yield first sleeps for
// long enough to leave them all but the share. The walks of a View yield by themselves; any other loop must call Yield.
func (vis *Visit) Yield() (slice time.Duration) {
	if vis.hurried {
		return hurriedSlice
	}
	return vis.pace.Yield(vis.ctx, vis.guards.Holding())
}

// hurriedSlice is how long a Visit works between two looks at its budget while it gives way to nobody.
const hurriedSlice = 50 * time.Microsecond

// Rested says that the time since the last Yield was a wait and no work, which is owed nothing.
func (vis *Visit) Rested() { vis.pace.Restart() }

// Get returns the exposed object of that full (dotted) name, or a *NameError or *UnreadError. Within a
// Visit a name stays what it was when it was first asked for. The first time, a registry.Func is called,
// which is refused while a guard is held: get the names of an expression before walking anything.
func (vis *Visit) Get(name string) (*View, error) {
	if v := vis.roots[name]; v != nil {
		return v, nil
	}
	e := vis.entry(name)
	if vis.meter.failed != nil {
		return nil, vis.meter.failed
	}
	if e == nil {
		return nil, &NameError{Name: name, Near: text.Near(name, vis.names())}
	}
	if e.why != nil {
		return nil, e.why
	}
	v := &View{
		visit: vis, policy: &e.policy, place: place{name: e.name},
		verdict: verdict{decided: true, hide: e.policy.hide.Start(), calls: e.policy.calls.Start()},
	}
	switch {
	case e.list != nil:
		x, err := e.list(vis)
		if err != nil {
			return nil, err
		}
		v.val = inspect.Of(x)
	case e.compute != nil && vis.callsForbidden:
		return nil, &MethodError{Method: e.name, Why: "is computed at each look, and is not called here", Refused: true}
	case e.compute != nil:
		x, err := vis.compute(e)
		if err != nil {
			return nil, err
		}
		v.val = inspect.Of(x)
		if e.returned.repeats(x) {
			if vis.repeated == nil {
				vis.repeated = make(map[*policy]bool)
			}
			vis.repeated[&e.policy] = true
		}
	case e.weak != nil:
		v.val = inspect.Of(e.weak())
	default:
		v.val = e.object
	}
	v.val = v.val.Trust(e.policy.Frozen)
	v.secrets = secret.ByName(e.name[strings.LastIndexByte(e.name, '.')+1:])&^secret.All | redact.ByType(v.val.Type())
	v.judge()
	if vis.roots == nil {
		vis.roots = make(map[string]*View)
	}
	vis.roots[name] = v
	return v, nil
}

// Names returns the exposed names, sorted. The result must not be changed.
func (vis *Visit) Names() []string { return vis.objects.sortedNames(vis.rlock) }

// Lasts reports whether the name stands for an object, rather than for what is made at each look.
func (vis *Visit) Lasts(name string) bool {
	e := vis.entry(name)
	return e != nil && e.compute == nil && e.list == nil
}

// Version returns a number that is another one, and greater, after each Expose and Withdraw.
func (vis *Visit) Version() uint64 { return vis.objects.version.Load() }

// names returns the exposed names, and the namespaces of those that have one.
func (vis *Visit) names() []string {
	var names []string
	for _, name := range vis.Names() {
		names = append(names, name)
		if i := strings.LastIndexByte(name, '.'); i > 0 {
			names = append(names, name[:i])
		}
	}
	return names
}

// compute calls the function of the entry e.
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

// Origin is an exposed name, with what was hidden below it when a [Visit] met it. It keeps no
// object alive.
type Origin struct {
	Name string
	hide string // the patterns of Hide, sorted, a line each
}

// Origins returns the exposed names of which the Visit has read something, sorted.
func (vis *Visit) Origins() []Origin {
	var list []Origin
	for name, v := range vis.roots {
		list = append(list, Origin{name, strings.Join(v.policy.hide.List(), "\n")})
	}
	slices.SortFunc(list, func(a, b Origin) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Permits reports whether what was read of o may still be shown: the name is exposed, and nothing
// is hidden below it that was not hidden then. Once the Visit has Failed it is true: nothing is known.
func (vis *Visit) Permits(o Origin) bool {
	e := vis.entry(o.Name)
	if vis.meter.failed != nil {
		return true
	}
	if e == nil {
		return false
	}
	hidden := strings.Split(o.hide, "\n")
	for _, pattern := range e.policy.hide.List() {
		if !slices.Contains(hidden, pattern) {
			return false
		}
	}
	return true
}
