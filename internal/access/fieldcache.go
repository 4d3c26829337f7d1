package access

import (
	"reflect"
	"slices"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/pattern"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// FieldCache reads a scalar that lies some fields and pointers below a View, for callers that ask
// the same of many Views, as for .order.total of the elements of a list. It is an inline cache and
// decides nothing: it remembers how [View.Member] got from one View to another and what policy said
// on the way, and goes the same way from other Views for which nothing can differ. These have the
// same type, the same policy, the same secrets, and the patterns of Hide are at the same step.
// Everything else is left to Member.
//
// The zero FieldCache has learned nothing. It is for one goroutine, and remembers one way at a
// time.
type FieldCache struct {
	// The View that it learned from had these.
	policy  *policy
	from    reflect.Type
	hide    pattern.Trail
	secrets secret.Kinds

	path  *inspect.FieldPath // nil if types alone do not lead to a scalar
	reads int                // what Member and Load tell the Meter
	hops  bool               // the path leads through a pointer, out of the View's own memory
	kind  inspect.DatumKind  // what lies at its end
	wide  bool               // that is more than a word
	named bool               // whether it is shown may depend on the key of the View's entry
	// apart is what no guard covers on the way; nil if there is nothing, or if what lies at the end is
	// read by the word.
	apart *apart

	constants *inspect.Constants // the names of what lies at its end

	// Of a way that leads through an interface, where path ends.
	opens   bool
	onlyNil bool     // path reads no more than whether the interface is nil
	self    bool     // to what the View itself holds
	tries   int      // how often nothing was learned because the interface held nothing
	opened  []opened // the ways on, one for each type of content that was met
	unknown bool     // a batch has met a type of which no way is known
	lanes   contents
}

// Constants returns the names that the integers have which c reads, nil if they have none or c reads
// none.
func (c *FieldCache) Constants() *inspect.Constants { return c.constants }

// matches reports whether v is like the View that c learned from.
func (c *FieldCache) matches(v *View) bool {
	return v.val.Type() == c.from && v.policy == c.policy && v.hide == c.hide && v.secrets == c.secrets
}

// Learn remembers how to was reached from v. Both may be any Views.
func (c *FieldCache) Learn(v, to *View) {
	if !c.forget(v, to) {
		if c.learnsMore(to) && c.matches(v) && !to.hidden {
			c.learnOpened(v, to)
		}
		return
	}
	if c.learnOpened(v, to) || to.Shape() != inspect.Scalar {
		return
	}
	way, ok := v.fixedWay(to)
	if !ok {
		return
	}
	path, locked := c.follow(v, way)
	end, datum := path.End()
	if c.kind = datum; datum == inspect.NoDatum || end != to.val.Type() {
		return
	}
	if locked && severalWords(datum) {
		if c.apart = apartOn(way); c.apart == nil {
			return // its lock may be one to take
		}
	}
	c.path = path
	c.constants = v.visit.objects.constants.get(end)
	c.wide, c.named = !kind.IsWord(end), v.namedBy(way)
}

// learnsMore reports whether there may be something to learn of a way that leads to to, or through it: what
// an interface holds, of another type than before, or for the first time.
func (c *FieldCache) learnsMore(to *View) bool {
	if c.opens {
		return c.unknown
	}
	if c.path != nil || to.val.Kind() != reflect.Interface || c.tries == maxTries {
		return false
	}
	c.tries++
	return true
}

// maxTries bounds how often an interface is opened to learn from what it holds.
const maxTries = 64

// forget makes c ready to learn how to was reached from v. It reports false if it must not learn that,
// or has learned it from a View like v.
func (c *FieldCache) forget(v, to *View) bool {
	v.decide()
	to.decide()
	if v.hidden || to.hidden || c.matches(v) {
		return false
	}
	*c = FieldCache{policy: v.policy, from: v.val.Type(), hide: v.hide, secrets: v.secrets}
	return true
}

// LearnNil remembers how to was reached from v, for columns that are 0 where what lies there is nil,
// which is all that they tell. It reports whether it has forgotten another way.
func (c *FieldCache) LearnNil(v, to *View) (other bool) {
	if !c.forget(v, to) {
		return false
	}
	way, ok := v.fixedWay(to)
	if !ok || to.isLensed() {
		return true
	}
	path, locked := c.follow(v, way)
	if c.onlyNil = !locked && path.Open(); c.onlyNil {
		c.wide = true // it takes two words, as far as guards are concerned
	} else if !path.Word() {
		return true
	}
	c.path, c.kind, c.named = path, inspect.UintDatum, v.namedBy(way)
	return true
}

// LearnLength remembers how to, a slice, a map or a channel, was reached from v, for columns that have its
// length.
func (c *FieldCache) LearnLength(v, to *View) {
	if !c.forget(v, to) || to.window != nil || to.isLensed() {
		return
	}
	if way, ok := v.fixedWay(to); ok {
		if path, _ := c.follow(v, way); path.Length() {
			c.path, c.kind, c.named = path, inspect.IntDatum, v.namedBy(way)
		}
	}
}

// Leads reports whether c has learned a way.
func (c *FieldCache) Leads() bool { return c.path != nil }

// OnlyNil reports whether c, which has learned by LearnNil, reads interfaces: what one holds that is not
// nil has to be asked step by step, since it may be hidden, and costs what its type costs.
func (c *FieldCache) OnlyNil() bool { return c.onlyNil }

// isLensed reports whether the application has a lens for v, or for what the pointer v leads to.
func (v *View) isLensed() bool {
	t := v.val.Type()
	_, lensed := v.visit.objects.lensOf(t)
	if t.Kind() == reflect.Pointer && !lensed {
		_, lensed = v.visit.objects.lensOf(t.Elem())
	}
	return lensed
}

// follow returns the path that way takes from v. locked says that a struct on it may have a lock of
// its own.
func (c *FieldCache) follow(v *View, way []*View) (path *inspect.FieldPath, locked bool) {
	path = v.val.FieldPath()
	c.reads = 1 // of the scalar
	for i := len(way) - 1; i >= 0; i-- {
		if up := way[i].up; way[i].step == stepElem {
			path.Elem()
			c.hops = true
			c.reads++
			locked = locked || up.val.Kind() == reflect.Struct // nothing guards what an atomic leads to
		} else {
			path.Field(way[i].index)
			locked = locked || structOf(up.val.Type()).Independent
		}
	}
	return path, locked
}

// apart is what no guard covers on the way to what lies at its end: a struct with a lock that is not taken, wherever such
// a struct lies that is no copy, or what an atomic.Pointer leads to.
type apart struct {
	of     reflect.Type // the struct; nil for an atomic.Pointer
	policy *policy
	behind bool // a pointer leads to it, so that it lies in no copy
}

// apartOn returns what is apart on a way, nil if what lies at its end has a guard, or may have one in another place.
func apartOn(way []*View) *apart {
	to := way[0]
	if k := to.foundLock(); to.policy.Uniform() || k.Real() != nil {
		return nil
	}
	for i, at := range way {
		s := at.up
		switch {
		case at.behindPointer() && s.val.Kind() == reflect.Struct:
			return &apart{policy: to.policy, behind: true}
		case at.step != stepField || !structOf(s.val.Type()).Independent:
			continue
		case s.own != guard.NotTaken || !s.childPolicy().NeverTaken(s.val.Type()):
			return nil
		}
		behind := slices.ContainsFunc(way[i+1:], func(v *View) bool { return v.step == stepElem })
		return &apart{s.val.Type(), s.policy, behind}
	}
	return nil
}

// readable reports whether what lies in a can be read from v, and says that it is read without a lock.
func (a *apart) readable(v *View) bool {
	switch {
	case !a.behind && (v.boxed || v.val.Mark()&inspect.Copied != 0):
		return false
	case a.of != nil:
		v.visit.report.notTaken(a.of, a.policy)
	case v.fromLens:
	case v.passes():
		v.visit.report.passing(a.policy)
	default:
		v.visit.report.racy(a.policy)
	}
	return true
}

// namedBy reports whether the name of v, if it has one as the key of its entry, may hide what the
// way leads to, or v itself. It does not where the way leads from a struct, or a pointer to one, to a
// field that does not inherit: all that a key can say is that certain texts and numbers are secret,
// the struct as a whole is neither, and the field answers for itself. See [View.decide].
func (v *View) namedBy(way []*View) bool {
	const most = secret.Text | secret.Number | secret.Elements | secret.Keys
	for i := len(way) - 1; ; i-- {
		if i < 0 || redact.Hides(most, way[i].up.val.Type()) {
			return true
		}
		if way[i].step == stepField {
			f := &structOf(way[i].up.val.Type()).fields[way[i].index]
			return f.Inherits || f.Contained
		}
	}
}

// fixedWay returns the Views from v down to the View to, the last first. ok is false if their types
// alone do not say where the way leads.
func (v *View) fixedWay(to *View) (way []*View, ok bool) {
	for at := to; at != v; at = at.up {
		if at == nil || at.up == nil {
			return nil, false
		}
		switch at.step {
		case stepField:
		case stepElem:
			if !at.behindPointer() {
				return nil, false
			}
		default:
			return nil, false
		}
		way = append(way, at)
	}
	return way, true
}

// behindPointer reports whether a pointer leads to v, which may be an atomic one.
func (v *View) behindPointer() bool { return v.step == stepElem && v.up.Shape() == inspect.Pointer }

// Reads returns how many reads [FieldCache.Read] tells the Meter of: as many as the way that it
// learned.
func (c *FieldCache) Reads() int {
	if c.opens {
		return c.mostReads()
	}
	return c.reads
}

// Read returns what [View.Member] and [View.Load] would. If ok is false, the caller must ask those,
// and nothing was told to the Meter. The error is the Meter's.
func (c *FieldCache) Read(v *View) (d inspect.Datum, ok bool, err error) {
	v.decide()
	// A Datum has no place for the location of a time.
	if v.hidden || c.path == nil || c.opens || c.kind == inspect.TimeDatum || !c.matches(v) || c.wide && !c.readable(v) {
		return d, false, nil
	}
	// A longer text costs more than a read.
	if d, ok = v.val.Follow(c.path, maxChecked); !ok || secret.In(d.Text) {
		return d, false, nil
	}
	if c.hops {
		v.markUsed()
	}
	return d, true, v.visit.meter.read(c.reads)
}

// readable reports whether what the path leads to from v can be read without taking a guard. It is
// wider than a word: a text or a time, whose guard is that of v, or an atomic, which needs no lock but
// a declared one.
func (c *FieldCache) readable(v *View) bool {
	p := v.policy
	switch {
	case c.apart != nil:
		return c.apart.readable(v)
	case p.Frozen:
		return true
	case p.ofResults && !c.hops && !c.opens && v.isCopy():
		// What its interfaces point at would be none.
		return true
	case p.Owner != nil || p.Lock != nil && p.Names == nil:
		return v.isTrusted() || p.ofResults && v.visit.guards.IsOn(p.Owner)
	case !c.opens && !c.onlyNil && !severalWords(c.kind):
		return true
	}
	if k := v.lock(); k != nil {
		return v.visit.guards.Holds(k)
	}
	if (c.hops || v.val.Mark()&inspect.Copied == 0) && !(v.isFresh() && !c.hops) {
		v.reportRacy()
	}
	return true
}

// severalWords reports whether what is read as such a Datum is several words, which may be of two
// moments.
func severalWords(k inspect.DatumKind) bool {
	return k == inspect.TextDatum || k == inspect.TimeDatum
}
