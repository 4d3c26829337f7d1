package registry

import (
	"fmt"
	"slices"
	"sync"

	"github.com/sightglass-go/sightglass/internal/access"
)

// Option is a policy for one exposed name. Options add up; of Guard, Frozen and Owner at most one
// may be given.
type Option func(*options)

// options collects what is said about one name.
type options struct {
	declared access.Options
	call     string // Expose or Func
	name     string
	chosen   string // the option that says how the object is read
	symbols  string // the file of Symbols
	untagged bool   // as Untagged says
}

// collect applies opts. It panics if they contradict each other.
func collect(call, name string, opts []Option) *options {
	o := &options{call: call, name: name}
	for _, opt := range opts {
		opt(o)
	}
	if o.symbols != "" && call != "Packages" {
		o.panic("Symbols makes sense for Packages alone")
	}
	if o.untagged && call != "Packages" {
		o.panic("Untagged makes sense for Packages alone")
	}
	if o.declared.LockNames != nil && o.chosen != "" && o.declared.Lock == nil {
		o.panic("GuardBy and %s exclude each other", o.chosen)
	}
	return o
}

// choose notes how the object is read, which can be said once.
func (o *options) choose(option string) {
	if o.chosen != "" {
		o.panic("%s and %s exclude each other", o.chosen, option)
	}
	o.chosen = option
}

func (o *options) panic(format string, args ...any) {
	panic(fmt.Sprintf("registry: %s %q: ", o.call, o.name) + fmt.Sprintf(format, args...))
}

// check panics if err is one.
func (o *options) check(err error) {
	if err != nil {
		o.panic("%v", err)
	}
}

// Doc is one line about the object, for listings.
func Doc(line string) Option {
	return func(o *options) { o.declared.Doc = line }
}

// Guard declares that what is reachable through the object may be read while l is held, down to
// structs that look after themselves: those with a lock of their own (any [sync.Locker], a
// sync.Once or a sync.Cond), and those of sync, sync/atomic and context. What lies in these is read
// as if nothing had been declared. l is taken by its read side if it has TryRLock and RUnlock, else
// by TryLock. l is tried and never queued for, so a Locker without those methods (such as what
// RWMutex.RLocker returns) makes Expose panic. TryLock must not block.
//
// Guard(nil) declares that no lock is to be sought: reads are racy and marked.
func Guard(l sync.Locker) Option {
	return func(o *options) {
		o.choose("Guard")
		o.declared.Lock, o.declared.Unlocked = l, l == nil
	}
}

// GuardBy declares that in the object, and in all that is reachable through it, each struct that
// has a lock of one of these names, a sync.Mutex or sync.RWMutex by value or pointer, is guarded by
// that lock, with all that it leads to but structs with such a lock of their own:
//
//	registry.Expose("jobs", q, registry.GuardBy("mu"))
//
// Without it only the locks that lie in the exposed object itself are taken. It is a promise: no
// struct with such a lock is ever overwritten as a whole, not even when it is no longer used, as by
// *j = Job{} before pool.Put(j). A read may hold the lock at that moment, and the process ends when
// one of the two unlocks what is not locked any more. Nor is a pointer in it changed without the
// lock, since pointers that are read under it are trusted.
//
// With [Guard] beside it, that lock guards what no struct with a lock of these names does. It
// panics without a name.
func GuardBy(names ...string) Option {
	return func(o *options) {
		if len(names) == 0 || slices.Contains(names, "") {
			o.panic("GuardBy was given no name of a lock")
		}
		o.declared.LockNames = append(o.declared.LockNames, names...)
	}
}

// Frozen declares that nothing reachable through the object changes after this call, but for
// structs that look after themselves (see [Guard]). It is read without a lock, and its pointers are
// trusted.
func Frozen() Option {
	return func(o *options) {
		o.choose("Frozen")
		o.declared.Frozen = true
	}
}

// Owner declares that the object belongs to one goroutine: run must arrange for its argument to be
// called there, once, soon, and may return before or after that. Everything wider than a machine
// word is read in such calls, each as short as a chunk under a guard. When run does not call in
// time the read is an error, and a later call does nothing. A run that never returns costs one
// goroutine; after four of them the object is not asked again until one returns. It reaches as far
// as [Guard] does.
func Owner(run func(func())) Option {
	return func(o *options) {
		o.choose("Owner")
		if run == nil {
			o.panic("Owner was given nil")
		}
		o.declared.Owner = run
	}
}

// Methods names the methods that only look, and so may be called from expressions: "Len", or with *
// for any run of characters, "Get*". Dots lead below the object, as in an expression: "pool.Stats",
// "shards.*.Len". A method runs with no guard held, within [Registry.CallTime], on a goroutine of
// its own.
func Methods(names ...string) Option {
	return func(o *options) { o.declared.Methods = append(o.declared.Methods, names...) }
}

// Actions names, as Methods does, the methods that change something. They are not callable in a
// session that only looks.
func Actions(names ...string) Option {
	return func(o *options) {
		o.declared.Actions = append(o.declared.Actions, names...)
	}
}

// Hide names what is never shown, in addition to what is hidden by default: field paths from the
// object down, in which a step is a field, a map's key or a list's index, and * stands for any run
// of characters within a step: "Token", "users.*.card". Pointers are no steps, and an embedded
// struct may be named or left out. Names are case-sensitive; a "Token" on some lower level is not
// meant by "Token". What is otherwise shown as one text or number made of its fields (a URL, an
// error, a context, what a [Lens] shows) is shown by its fields where a pattern names one below it.
// Bytes of which one is hidden are hidden all. The steps below a container/list or a sync.Map are
// indexes and keys.
func Hide(patterns ...string) Option {
	return func(o *options) { o.declared.Hide = append(o.declared.Hide, patterns...) }
}
