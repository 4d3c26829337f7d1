// Package registry holds the names under which an application's live objects
// may be looked at, and the policy for each: which lock a read happens under,
// which methods may be called, what is never shown.
//
//	registry.Expose("cache", c)
//	registry.Expose("loop", l, registry.Owner(l.Do))
//	registry.Func("now", func(context.Context) any { return time.Now() })
//
// Exposing costs no goroutine and nothing until somebody looks.
//
// # Guards
//
// A value that fits in one machine word (an integer, a boolean, a pointer, the
// length of a map) is read as it stands. Everything wider (strings, slices,
// interfaces, maps, times) is read under a guard, if there is one:
//
//   - the one that [Guard] or [Owner] declared, for the whole object;
//   - none for an object that is [Frozen];
//   - otherwise the sync.Mutex or sync.RWMutex of the nearest enclosing struct on
//     the path, found by itself: if it lies in the exposed object, or [GuardBy] names it.
//
// A guard is tried, with growing pauses, and never queued for; it is held for a
// chunk of about 100 µs, and a walk gives it back between two chunks. When it cannot be had the answer is an
// error that says so. Without any guard reading is racy: it cannot crash, and what
// it yields is marked.
//
// A guard that was found makes reads consistent as far as the application
// keeps to its own convention; only a declared one lets a pointer read under
// it be trusted as a method's receiver.
//
// A struct behind a pointer may be reset by its owner, lock and all, as soon as
// nothing else leads to it (*p = T{}, then pool.Put(p)). If a look held the lock
// then, two unlocks would end the process. So a lock that was found elsewhere than in
// the memory of the exposed object is not taken. What it guards is read
// racily, and the answer names the option that would have it taken. Not
// promised: an exposed object that is itself overwritten, lock and all, while its
// name is exposed or a look that began before [Withdraw] goes on, ends the process
// as it would with a goroutine of the application's own there. Guard(nil) keeps looks from its lock.
package registry

import (
	"context"
	"time"

	"github.com/sightglass-go/sightglass/internal/access"
)

// Registry holds exposed objects. The zero Registry is empty and ready; it must
// not be copied. Its methods may be called concurrently. The exported fields
// are settings: set them before anybody looks.
type Registry struct {
	// GuardWait is how long a read tries for a guard, or for an owner; 0 means 100 ms.
	GuardWait time.Duration
	// CallTime is how long a method or a Func may run; 0 means 1 s.
	CallTime time.Duration

	objects access.Objects
}

// Default is the registry that Expose, Func and Withdraw use.
var Default = New()

// New returns an empty registry.
func New() *Registry { return new(Registry) }

// Expose exposes object on [Default]; see [Registry.Expose].
func Expose(name string, object any, opts ...Option) { Default.Expose(name, object, opts...) }

// Func exposes f on [Default]; see [Registry.Func].
func Func(name string, f func(context.Context) any, opts ...Option) { Default.Func(name, f, opts...) }

// Withdraw removes name from [Default]; see [Registry.Withdraw].
func Withdraw(name string) { Default.Withdraw(name) }

// Expose makes object visible under name: identifiers, joined by dots for a
// namespace ("db.pool"). Where names overlap ("db" and "db.pool") the longest
// exposed name wins. A second Expose of a name replaces the first; a
// look that has begun goes on with the object that it found. A pointer shows
// the object itself, which stays reachable until Withdraw; anything else is a copy, and the listing
// says so. See [Weak] for an object that must not be kept alive.
//
// Without an option that says how, a mutex in the object guards what lies beside and below it, and is taken. So
// the object must not be overwritten as a whole (*o = T{}) while it is exposed,
// nor reused after Withdraw while a look may go on, for which there is [Guard] with nil. Locks in objects that it leads
// to are not taken unless [GuardBy] names them; those objects may be reset at any time.
//
// Like http.Handle it panics if name is invalid, object nil, or an option senseless.
func (r *Registry) Expose(name string, object any, opts ...Option) {
	o := collect("Expose", name, opts)
	if w, ok := object.(weakObject); ok {
		o.check(r.objects.ExposeWeak(name, w.get, w.typ, o.declared))
		return
	}
	o.check(r.objects.Expose(name, object, o.declared))
}

// Func makes visible under name what f returns. It is called once in each look
// that asks for the name, with no guard held, on a goroutine of its own, and
// has [Registry.CallTime]; a panic is that look's error. Options speak about what f
// returns. f should return when its context ends.
//
// What f returns is taken for its own, made for that look: it is read without a lock, if it has none, and that is not noted. It is noted
// of an object that f returns again and again, and of what lies behind further pointers. Where f returns what
// others may change, an option should say how it is guarded.
// Func panics as Expose does.
func (r *Registry) Func(name string, f func(context.Context) any, opts ...Option) {
	o := collect("Func", name, opts)
	o.check(r.objects.ExposeFunc(name, f, o.declared))
}

// Withdraw removes name; it does nothing if name is not exposed. Looks that
// have the object already keep it until they end. What sessions remember of it is forgotten, as it is when name is
// exposed anew with more hidden.
func (r *Registry) Withdraw(name string) { r.objects.Withdraw(name) }

// Entry describes one exposed name.
type Entry struct {
	Name string
	Type string // as in Go source; "any" for a Func
	Doc  string
	// Guard says how it is read: "guarded by cache.mu" (with [GuardBy] more about what lies below follows),
	// "no lock found: read racily", "read racily: " and which lock is not taken and why, "frozen", "read by
	// its owner", "a copy", "computed at each look", "needs no lock", "collected".
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

// Visit starts one evaluation's access to what is exposed: it is for package eval. The end of ctx ends waits for
// guards, owners and methods. A nil Meter sets no limits.
func (r *Registry) Visit(ctx context.Context, m access.Meter) *access.Visit {
	return r.objects.Visit(ctx, m, access.Patience{Guard: r.GuardWait, Call: r.CallTime})
}
