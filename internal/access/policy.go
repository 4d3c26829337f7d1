package access

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/pattern"
)

// Options are what an application declared about one exposed object. The zero Options declare
// nothing: locks are sought, no method may be called, and only what looks like a secret is hidden.
// Package registry says what each of them promises.
type Options struct {
	Doc     string
	Package string // see Entry

	// At most one of these four is set.
	Lock     sync.Locker // must be one that can be tried: with TryRLock and RUnlock, or TryLock
	Unlocked bool        // no lock is sought
	Frozen   bool
	Owner    func(func())

	// LockNames are the names of locks that guard the structs in which they lie. Beside them only
	// Lock may be set.
	LockNames []string

	Methods, Actions, Hide []string // patterns of paths

	Constants *inspect.Constants // of the object, an integer of a type that may have no name; nil for none

	Withdrawn func() // is called once the object is withdrawn or replaced; may be nil
}

// policy covers an exposed object and everything below it. It does not change once the object is
// exposed.
type policy struct {
	guard.Rules        // how it is read
	name        string // of the object

	hide    pattern.Set
	calls   pattern.Set   // methods and actions
	actions pattern.Trail // the ends in calls that are actions

	constants *inspect.Constants // of the object, whatever its type is called

	results     *policy // covers what methods return
	independent *policy // covers what lies in structs below the object that look after themselves

	ofResults bool // this is results: what is read under the guard of the object is not trusted
	computed  bool // the object is what a function returned, a new one in each visit
	uncovered bool // this is independent, of an object with a declared guard: that does not reach here
}

// declare makes p the policy of the object of that name.
func (p *policy) declare(name string, o Options) error {
	p.name, p.Frozen, p.Unlocked, p.Names, p.constants = name, o.Frozen, o.Unlocked, o.LockNames, o.Constants
	if o.Lock != nil {
		if p.Lock = guard.Declare(o.Lock); p.Lock == nil {
			return fmt.Errorf("Guard cannot try a %T, it could only queue for it; pass the lock itself, a *sync.Mutex or *sync.RWMutex, or something with TryLock() bool", o.Lock)
		}
		p.Lock.Name = "the guard of " + name
	}
	if o.Owner != nil {
		p.Owner = &guard.Owner{Run: o.Owner, Name: name}
	}
	err := p.calls.Add("Methods", o.Methods)
	methods := p.calls.Ends()
	err = cmp.Or(err, p.calls.Add("Actions", o.Actions), p.hide.Add("Hide", o.Hide))
	if err != nil {
		return err
	}
	p.actions = p.calls.Ends() &^ methods
	// What a method returns may be a copy, or somebody else's: no declaration is about it.
	results := *p
	results.Frozen, results.Lock, results.Names, results.ofResults = false, nil, nil, true
	// Only the locks that GuardBy names guard a struct that looks after itself: they may lie in
	// any.
	independent := results
	independent.Names, independent.Owner, independent.ofResults, independent.computed = p.Names, nil, false, false
	independent.uncovered = p.Frozen || p.Lock != nil || p.Owner != nil
	results.results, results.independent = &results, &results
	independent.results, independent.independent = &results, &independent
	p.results, p.independent = &results, &independent
	return nil
}

// setMemory says where the object lies.
func (p *policy) setMemory(m guard.Memory) {
	p.Memory, p.results.Memory, p.independent.Memory = m, m, m
}

// guardedBy says that a lock of that name guards what lies in a struct, for people.
func (p *policy) guardedBy(lock string) string {
	if p.Names == nil {
		return "guarded by " + lock
	}
	return "guarded by " + lock + ", and what lies below by its own " + strings.Join(p.Names, " or ")
}

// describe says how what lies in a value of type t is read, for people. The value has no lock of
// its own that is taken; own is guard.NotTaken if it has another.
func (p *policy) describe(t reflect.Type, own *guard.Lock) string {
	switch {
	case p.Frozen:
		return "frozen"
	case p.Owner != nil:
		return "read by its owner"
	case p.Lock != nil:
		return p.guardedBy(p.Lock.Name)
	case t != nil && kind.IsSync(t):
		return "needs no lock"
	case p.Unlocked || own == nil && p.Names == nil:
		return "no lock found: read racily"
	case own == guard.NotTaken:
		return "read racily: " + p.whyNotTaken(t)
	}
	return "guarded by " + strings.Join(p.Names, " or ") + " of each struct that has it"
}

// whyNotTaken says why the lock of a struct of type t is not taken, and what would have it taken.
// Nothing can be declared about what a method returned.
func (p *policy) whyNotTaken(t reflect.Type) string {
	s := structOf(t)
	if l, ok := s.Named(p.Names); ok {
		return "its lock " + l.Name + " is not taken where it was reached through memory that may change"
	}
	name := s.Locks[0].Name
	if p.results == p {
		return "its lock " + name + " is not taken, as its owner may reset it"
	}
	return fmt.Sprintf("its lock %s is not taken, as its owner may reset it; registry.GuardBy(%q) on %s has it taken", name, name, p.name)
}
