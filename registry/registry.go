// Package registry is what an application says about its live objects: the names under which they
// may be inspected, and the policy for each. Which lock guards a read, which methods may be
// called, what is never shown?
//
//	registry.Expose("cache", c)
//	registry.Expose("loop", l, registry.Owner(l.Do))
//	registry.Func("now", func(context.Context) any { return time.Now() })
//
// Exposing an object starts no goroutine, and costs nothing until somebody looks at it.
//
// # Guards
//
// A value of one machine word (an integer, a boolean, a pointer, the length of a map) is read as
// it stands. Everything wider (strings, slices, interfaces, maps, times) is read under a guard:
//
//   - the one that [Guard] or [Owner] declares, for the whole object;
//   - none if the object is [Frozen];
//   - otherwise the sync.Mutex or sync.RWMutex of the nearest enclosing struct on the path,
//     provided that it lies in the exposed object or that [GuardBy] names it.
//
// A read tries for its guard with growing pauses and never queues for it. It holds the guard for
// about 100 µs at a time; a long walk releases it after each chunk. If the guard cannot be had the
// answer is an error. A value without a guard is read racily: that cannot crash, and the answer is
// marked.
//
// A guard that was found makes reads consistent as far as the application keeps to its own
// convention. Only a declared guard makes a pointer that was read under it good enough to be a
// method's receiver.
//
// The owner of a struct behind a pointer may reset it, lock and all, as soon as nothing else points
// to it (*p = T{}, then pool.Put(p)). If a read held the lock at that moment there would be two
// unlocks, and the process would end. So a lock outside the memory of the exposed object is not
// taken: what it guards is read racily, and the answer names the option that would have it taken.
// That leaves one case. An application that overwrites the exposed object itself, lock and all,
// while the name is exposed or a read that began before [Withdraw] goes on, may end the process, as
// it might with a goroutine of its own in that place. Guard(nil) keeps readers away from the lock.
package registry

import (
	"context"
	"time"

	"github.com/sightglass-go/sightglass/internal/access"
)

// Registry holds exposed objects. The zero Registry is empty and ready to use; it must not be
// copied. Its methods may be called concurrently. The exported fields are settings: set them before
// anything is read.
type Registry struct {
	// GuardWait bounds the time that a read tries for a guard or an owner; 0 means 100 ms.
	GuardWait time.Duration
	// CallTime bounds the run of a method, a Lens or a Func; 0 means 1 s.
	CallTime time.Duration

	objects  access.Objects
	packages allPackages
}

// Default is the registry that Expose, Func, Lens and Withdraw use.
var Default = New()

// New returns an empty registry.
func New() *Registry { return new(Registry) }

// Expose exposes object on [Default]; see [Registry.Expose].
func Expose(name string, object any, opts ...Option) { Default.Expose(name, object, opts...) }

// Func exposes f on [Default]; see [Registry.Func].
func Func(name string, f func(context.Context) any, opts ...Option) { Default.Func(name, f, opts...) }

// Goroutines makes goroutines visible on [Default]; see [Registry.Goroutines].
func Goroutines(opts ...Option) { Default.Goroutines(opts...) }

// Withdraw removes name from [Default]; see [Registry.Withdraw].
func Withdraw(name string) { Default.Withdraw(name) }

// Expose makes object visible under name, which is one identifier or several joined by dots
// ("db.pool"). Where names overlap ("db" and "db.pool") the longest exposed name wins. A second
// Expose of a name replaces the first; an expression that has begun keeps the object it found.
//
// A pointer shows the object itself and keeps it reachable until Withdraw; see [Weak] for an object
// that must not be kept alive. Anything else is a copy, and the listing says so.
//
// Unless an option says otherwise, a mutex in the object guards what lies beside and below it, and
// is taken. So do not overwrite the object as a whole (*o = T{}) while it is exposed, nor reuse it
// after Withdraw while an expression may still read it; if you must, declare [Guard] with nil. Locks
// in the objects that it points to are not taken unless [GuardBy] names them, and those objects may
// be reset at any time.
//
// Like http.Handle, Expose panics if the name is invalid, the object is nil, or the options
// contradict each other.
func (r *Registry) Expose(name string, object any, opts ...Option) {
	o := collect("Expose", name, opts)
	if w, ok := object.(weakObject); ok {
		o.check(r.objects.ExposeWeak(name, w.get, w.typ, o.declared))
		return
	}
	o.check(r.objects.Expose(name, object, o.declared))
}

// Func makes visible under name what f returns. Each expression that uses the name calls f once,
// with no guard held, on a goroutine of its own and for at most [Registry.CallTime]; f should return
// when its context ends. A panic of f is an error of that expression. The options are about what f
// returns.
//
// What f returns is taken to be made for this expression: it is read without a lock if it has none,
// and no mark says so. The mark is there when f returns the same object again and again, and on
// what lies behind further pointers. If others may change what f returns, declare how it is guarded.
//
// Func panics as Expose does.
func (r *Registry) Func(name string, f func(context.Context) any, opts ...Option) {
	o := collect("Func", name, opts)
	o.check(r.objects.ExposeFunc(name, f, o.declared))
}

// Goroutines makes the goroutines of this process visible, as goroutines: a list of what each does,
// since when it waits and for what, its stack, who made it and with which labels. Nothing is read
// until somebody looks; a look reads the runtime's own memory, stops nothing and takes about 2 µs a
// goroutine, and a third of that where no stack is asked for (go1.26, linux/amd64, 100,000 of them).
// Who may look sees the stacks of all of the program, with the names of functions and files, and no
// values. Labels of runtime/pprof are redacted by their keys, as entries of a map are, and by what the
// options hide: Doc and Hide make sense. Where goroutines cannot be read, as in a future Go release, a
// look says why. [Registry.Withdraw] of "goroutines" takes them back.
func (r *Registry) Goroutines(opts ...Option) {
	o := collect("Goroutines", "goroutines", append([]Option{Doc("the goroutines of this process")}, opts...))
	if o.chosen != "" || o.declared.LockNames != nil {
		o.panic("they are nobody's object: only Doc and Hide make sense")
	}
	o.check(r.objects.ExposeGoroutines(o.declared))
}

// Withdraw removes name, if it is exposed. Expressions that have found the object keep it until they
// end. Sessions forget what they remember of it, as they do when name is exposed again with more
// hidden.
func (r *Registry) Withdraw(name string) { r.objects.Withdraw(name) }

// Entry describes one exposed name.
type Entry struct {
	Name string
	Type string // as in Go source; "any" for a Func, "" for what cannot be read
	Doc  string
	// Package is the import path of the package whose variable it is, as [Packages] exposes them; ""
	// for anything else.
	Package string
	// Guard says how the object is read: "guarded by cache.mu" (and with [GuardBy] how what lies
	// below is), "no lock found: read racily", "read racily: " and which lock is not taken and why,
	// "frozen", "read by its owner", "a copy", "computed at each look", "needs no lock",
	// "collected" or "cannot be read".
	Guard string
}

// Entries describes what is exposed, sorted by name.
func (r *Registry) Entries() []Entry {
	list := r.objects.Entries()
	out := make([]Entry, len(list))
	for i, e := range list {
		out[i] = Entry(e)
	}
	return out
}

// Visit begins the access of one evaluation to the exposed objects, for package eval. When ctx ends
// so do all waits for guards, owners and methods. A nil Meter sets no limits.
func (r *Registry) Visit(ctx context.Context, m access.Meter) *access.Visit {
	return r.objects.Visit(ctx, m, access.Patience{Guard: r.GuardWait, Call: r.CallTime})
}
