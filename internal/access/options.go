package access

import "sync"

// Options are what an application declared about one exposed object. The zero Options declare
// nothing: locks are found, no method may be called, and only what looks like a secret is hidden.
// The options of package registry say what each of them promises.
type Options struct {
	Doc string

	// At most one of these four is set.
	Lock     sync.Locker // can be tried: has TryRLock and RUnlock, or TryLock
	Unlocked bool        // no lock is sought
	Frozen   bool
	Owner    func(func())

	// LockNames are the locks that guard the structs in which they lie. Beside them only Lock may
	// be set.
	LockNames []string

	Methods, Actions, Hide []string // patterns
}
