package access

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

// Objects holds the exposed objects of one registry, by name, and its lenses. The zero Objects is
// empty and ready; it must not be copied. Its methods may be called concurrently.
type Objects struct {
	mu      sync.RWMutex                   // guards these four
	entries map[string]*entry              // by name
	names   []string                       // of entries, sorted; nil until somebody asks; never changed
	lenses  map[reflect.Type]reflect.Value // funcs, by the type that they show
	version atomic.Uint64                  // grows once entries has changed, before mu is unlocked

	readings atomic.Bool // one of them is of a type that is no struct

	constants constants

	packages packages
	later    later

	callees usercode.Table // methods, lenses and Funcs
}

// Expose exposes object under name, in place of what was there. It is an error if the name is
// invalid, the object is nil, or the Options make no sense.
func (o *Objects) Expose(name string, object any, opts Options) error {
	e, err := newEntry(name, opts)
	if err != nil {
		return err
	}
	if object == nil {
		return errors.New("the object is nil")
	}
	if nilPointer(object) {
		return fmt.Errorf("the %T is nil", object)
	}
	e.object = inspect.Of(object)
	e.typ = e.object.Type()
	e.locate()
	o.put(e)
	return nil
}

// ExposeWeak is Expose for the object that get returns, a pointer of type t, until get returns nil.
func (o *Objects) ExposeWeak(name string, get func() any, t reflect.Type, opts Options) error {
	e, err := newEntry(name, opts)
	if err != nil {
		return err
	}
	e.weak, e.typ = get, t
	e.locate()
	o.put(e)
	return nil
}

// ExposeFunc is Expose for what f returns. Each Visit that asks for the name calls f once.
func (o *Objects) ExposeFunc(name string, f func(context.Context) any, opts Options) error {
	e, err := newEntry(name, opts)
	if err != nil {
		return err
	}
	if f == nil {
		return errors.New("the function is nil")
	}
	e.compute, e.callee = f, o.callees.New()
	e.policy.computed = true
	o.put(e)
	return nil
}

// ExposeError exposes under name what cannot be read. A Visit that asks for it gets why.
func (o *Objects) ExposeError(name string, why *UnreadError, opts Options) error {
	e, err := newEntry(name, opts)
	if err != nil {
		return err
	}
	e.why = why
	o.put(e)
	return nil
}

// listing reads, for one Visit, what is no object of the application's. It makes new plain data.
type listing func(*Visit) (any, error)

// expose is Expose for what a listing reads, of type t.
func (o *Objects) expose(name string, list listing, t reflect.Type, opts Options) error {
	opts.Frozen = true // nobody else has it
	e, err := newEntry(name, opts)
	if err != nil {
		return err
	}
	e.list, e.typ = list, t
	o.put(e)
	return nil
}

// Withdraw removes name, if it is exposed.
func (o *Objects) Withdraw(name string) {
	o.mu.Lock()
	was := o.entries[name]
	delete(o.entries, name)
	o.later.withdrawn(name)
	o.changed()
	o.mu.Unlock()
	was.end()
}

// changed notes that entries has changed. The caller holds o.mu.
func (o *Objects) changed() {
	o.names = nil
	o.version.Add(1)
}

func (o *Objects) put(e *entry) {
	o.mu.Lock()
	if o.entries == nil {
		o.entries = make(map[string]*entry)
	}
	was := o.entries[e.name]
	o.entries[e.name] = e
	if e.policy.constants != nil {
		o.constants.some.Store(true)
	}
	o.changed()
	o.mu.Unlock()
	was.end()
}

// sortedNames returns the names of the entries, which rlock locks. The result must not be changed.
func (o *Objects) sortedNames(rlock func()) []string {
	rlock()
	names := o.names
	if names != nil {
		o.mu.RUnlock()
		return names
	}
	names = slices.AppendSeq(make([]string, 0, len(o.entries)), maps.Keys(o.entries))
	version := o.version.Load()
	o.mu.RUnlock()
	slices.Sort(names)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.version.Load() == version {
		o.names = names
	}
	return names
}

// list returns the entries, which rlock locks, sorted by name.
func (o *Objects) list(rlock func()) []*entry {
	rlock()
	defer o.mu.RUnlock()
	list := make([]*entry, 0, len(o.entries))
	for _, e := range o.entries {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *entry) int { return strings.Compare(a.name, b.name) })
	return list
}

// Entry describes one exposed name.
type Entry struct {
	Name string
	Type string // as in Go source; "any" for a Func, "" for what cannot be read
	Doc  string
	// Package is the import path of the package whose variable it is, "" for anything else.
	Package string
	// Guard says how it is read: "guarded by cache.mu" (with LockNames more about what lies below
	// follows), "no lock found: read racily", "read racily: " and which lock is not taken and why,
	// "frozen", "read by its owner", "a copy", "computed at each look", "needs no lock",
	// "collected", "cannot be read".
	Guard string
}

// Entries describes what is exposed, sorted by name.
func (o *Objects) Entries() []Entry {
	list := o.list(o.rlock)
	out := make([]Entry, len(list))
	for i, e := range list {
		out[i] = e.describe()
	}
	return out
}

// nilPointer reports whether object is a nil of a kind that can be nil.
func nilPointer(object any) bool {
	switch v := reflect.ValueOf(object); v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return v.IsNil()
	}
	return false
}
