package access

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Meter is told of the work that a Look does, and may end it.
type Meter interface {
	// Read is called for every n entries or hops that are read, n being 0 where none were found; it ticks the budget, sees the
	// cancellation, and yields. It is never called with a guard held.
	Read(n int) error
	// Work is Read of n steps of work that read no entries, of some nanoseconds each.
	Work(n int) error
	// Keep is called before n bytes are copied out of the application to be kept.
	// It may be called with a guard held, so it must not yield.
	Keep(n int) error
}

// Look is one evaluation's access to the live objects of a registry. It is for
// one goroutine, and ends with the evaluation, as do its Views. It holds no guard
// between two calls.
type Look struct {
	objects  *Objects
	patience Patience
	ctx      context.Context
	overseer Overseer
	meter    Meter
	roots    map[string]*View
	held     []held
	pace     pace
	refused  map[refusal]time.Duration // guards that could not be had, and for how long they were tried
	unread   int                       // reads that the meter has not been told of
	untold   int                       // steps of work, likewise
	misses   int                       // searches for the near key of a missing one
	noted    *policy                   // the last that racy saw
	passing  reflect.Type              // the last that passed saw
	found    asFound
	parts    []reflect.Type   // of structs that were not read in one moment
	picks    []*View          // that were followed since they were picked
	again    map[*policy]bool // whose functions have returned the same object as the last times

	lastType reflect.Type // of structOf
	lastInfo *structInfo
	elemType reflect.Type // of tellsOfType
	elemTell telling
	key      []byte // the name of the entry that was settled last

	seen  map[object]seen // through lenses
	blind bool            // no lens is looked through

	tally Tally
}

// Tally is what a Look has met.
type Tally struct {
	Waited  time.Duration // for guards and owners
	Retries int           // parts of maps that were read again because they changed
	Torn    int           // entries that kept changing while they were read
	Racy    []string      // exposed names of which something was read without any guard
	// Outside names objects with a declared guard of which something was read that it does not guard, and nothing else does.
	Outside []string
	// Unlocked says of types with a lock of their own why it was not taken when such an object was read, a line each.
	Unlocked []string
	// Parted says of types that an object was read in parts, of several moments, and why, a line each.
	Parted []string
	// Returned names what methods returned of which something was read without any guard, by the names of their objects.
	Returned []string
	Moved    []string // lists of which elements were seen to change places during a walk, "" where no expression reaches one
	Changed  int      // objects that were not the same any more when they were read as when they were picked from a collection
	Notes    []string // what else is to be known of what was read, a line each
}

// Look starts an evaluation's access. The end of ctx ends waits for guards,
// owners and methods. A nil Meter sets no limits.
func (o *Objects) Look(ctx context.Context, m Meter, p Patience) *Look {
	// Not with a guard in our hands.
	inspect.Prepare()
	return &Look{objects: o, patience: p.filled(), ctx: ctx, meter: m, pace: newPace()}
}

// Tally returns what the Look has met until now. It reads again what was picked from collections and used later, under its guards.
func (l *Look) Tally() Tally {
	changed := l.changed()
	t := l.tally
	t.Changed = changed
	for _, list := range []*[]string{&t.Racy, &t.Outside, &t.Unlocked, &t.Parted, &t.Returned, &t.Moved, &t.Notes} {
		*list = slices.Clone(*list)
	}
	return t
}

// Holding reports whether a guard is held right now, which is when code runs
// in [View.Each], and then it should not yield.
func (l *Look) Holding() bool { return len(l.held) > 0 }

// Get returns the exposed object of that full (dotted) name, or a *NameError.
// Within a Look a name stays what it was when it was first asked for. A registry.Func
// is called the first time, which is refused while a guard is held: ask for
// the names of an expression before walking anything.
func (l *Look) Get(name string) (*View, error) {
	if v := l.roots[name]; v != nil {
		return v, nil
	}
	e := l.objects.get(name)
	if e == nil {
		return nil, &NameError{Name: name, Near: text.Near(name, l.names())}
	}
	v := &View{look: l, policy: &e.policy, step: step{name: e.name}, settled: true, hide: e.policy.hide.first, calls: e.policy.calls.first}
	switch {
	case e.compute != nil && l.blind:
		return nil, &MethodError{Method: e.name, Why: "is computed at each look, and is not called here", Refused: true}
	case e.compute != nil:
		x, err := l.compute(e)
		if err != nil {
			return nil, err
		}
		v.val = inspect.Of(x)
		if e.returned.again(x) {
			if l.again == nil {
				l.again = map[*policy]bool{}
			}
			l.again[&e.policy] = true
		}
	case e.weak != nil:
		v.val = inspect.Of(e.weak())
	default:
		v.val = e.object
	}
	v.val = v.val.Trust(e.policy.frozen)
	v.tells = tellsOf(e.name[strings.LastIndexByte(e.name, '.')+1:])&^tellsAll | tellsOfType(v.val.Type())
	v.judge()
	if l.roots == nil {
		l.roots = make(map[string]*View)
	}
	l.roots[name] = v
	return v, nil
}

func (l *Look) names() []string {
	var names []string
	for _, e := range l.objects.list() {
		names = append(names, e.name)
		if i := strings.LastIndexByte(e.name, '.'); i > 0 {
			names = append(names, e.name[:i])
		}
	}
	return names
}

// compute calls the function of e.
func (l *Look) compute(e *entry) (any, error) {
	why := e.stuck.full()
	if l.Holding() {
		why = "cannot be called while a guard is held"
	}
	if why != "" {
		return nil, &MethodError{Method: e.name, Why: why, Refused: true}
	}
	end, err := l.begin(&Call{Name: e.name, look: l})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(l.ctx, l.patience.Call)
	defer cancel()
	var x any
	err = e.stuck.start(func() { x = e.compute(ctx) }).wait(ctx)
	end(err)
	if err != nil {
		if err == errStill && l.ctx.Err() != nil {
			return nil, context.Cause(l.ctx)
		}
		return nil, &MethodError{Method: e.name, Why: err.Error()}
	}
	return x, nil
}

// Namespace reports whether names of the form prefix.… are exposed.
func (l *Look) Namespace(prefix string) bool {
	return slices.ContainsFunc(l.objects.list(), func(e *entry) bool {
		return strings.HasPrefix(e.name, prefix) && strings.HasPrefix(e.name[len(prefix):], ".")
	})
}

// structOf is structOf of the package, with the last answer at hand.
func (l *Look) structOf(t reflect.Type) *structInfo {
	if t != l.lastType {
		l.lastType, l.lastInfo = t, structOf(t)
	}
	return l.lastInfo
}

// tellsOfType is tellsOfType of the package, with the last answer at hand: the elements of a walk are of one type.
func (l *Look) tellsOfType(t reflect.Type) telling {
	if t != l.elemType || t == nil {
		l.elemType, l.elemTell = t, tellsOfType(t)
	}
	return l.elemTell
}

// tick tells the meter of n reads, now or when no guard is held any more.
func (l *Look) tick(n int) error {
	l.unread += n
	if len(l.held) > 0 || l.meter == nil {
		return nil
	}
	n, l.unread = l.unread, 0
	return l.meter.Read(n)
}

// work tells the meter of n steps of work, likewise.
func (l *Look) work(n int) error {
	l.untold += n
	if len(l.held) > 0 || l.meter == nil {
		return nil
	}
	n, l.untold = l.untold, 0
	return l.meter.Work(n)
}

// keep asks the meter for n bytes.
func (l *Look) keep(n int) error {
	if l.meter == nil {
		return nil
	}
	return l.meter.Keep(n)
}

// racy notes that something of the object that p covers was read without a guard.
func (l *Look) racy(p *policy) {
	if p == l.noted {
		return
	}
	l.noted = p
	list := &l.tally.Racy
	switch {
	case p.foreign:
		list = &l.tally.Returned
	case p.outside:
		list = &l.tally.Outside
	}
	once(list, p.name)
}

// passed notes that the struct v, whose lock is not taken, was read without it.
func (l *Look) passed(v *View) {
	t := v.val.Type()
	if t == l.passing {
		return
	}
	l.passing = t
	once(&l.tally.Unlocked, "a "+t.String()+" was read racily: "+v.policy.why(t))
}

// note adds a line to the Notes, once.
func (l *Look) note(line string) { once(&l.tally.Notes, line) }

// once adds a line to a list that does not have it yet.
func once(list *[]string, line string) {
	if !slices.Contains(*list, line) {
		*list = append(*list, line)
	}
}

// maxMoved is how many lists a Tally names as moved.
const maxMoved = 8

// moved notes that elements of v, a list, changed places while it was walked.
func (l *Look) moved(v *View) {
	for v.step.kind == stepWindow {
		v = v.up
	}
	if path := v.Path(); len(l.tally.Moved) < maxMoved && !slices.Contains(l.tally.Moved, path) {
		l.tally.Moved = append(l.tally.Moved, path)
	}
}
