package access

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

// later is what is exposed at the first look.
type later struct {
	missing atomic.Int32 // how many loads are to run
	looked  atomic.Bool  // somebody looked at the names since idle was set

	// Guarded by the mutex of the Objects.
	loads   []*load         // that are to run
	loaded  []*load         // that ran
	without map[string]bool // names that were withdrawn since the first
	loading chan struct{}   // is closed when the loads that run now have ended; nil if none run
	dropped int             // how often what was exposed was dropped
	idle    *time.Timer     // drops it
}

// load is what exposes more at the first look.
type load struct {
	expose func(into *Objects, step func() error) error
}

// withdrawn notes that a name is not to be exposed. The caller holds the mutex.
func (l *later) withdrawn(name string) {
	if len(l.loads)+len(l.loaded) == 0 {
		return
	}
	if l.without == nil {
		l.without = make(map[string]bool)
	}
	l.without[name] = true
}

// Later has expose called before somebody next looks at the names. What it exposes in the
// Objects that it is given joins o then, but in place of nothing that the application exposes by
// itself under the same name, before or since, and not under a name that was withdrawn since the first
// call of Later. Neither Later nor any other of these methods but Visit's waits for it.
//
// expose calls step now and then, and returns its error at once if there is one: whoever looked has
// ended. Then nothing of it joins o, and it is called again before somebody next looks. It returns no
// other error.
//
// Once nobody has looked for a while, what it exposed is dropped, as by [Objects.Drop].
func (o *Objects) Later(expose func(into *Objects, step func() error) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.later.loads = append(o.later.loads, &load{expose})
	o.later.missing.Add(1)
}

// Drop drops what Later exposed, and has it exposed anew before somebody next looks. What is exposed
// at this moment counts as dropped, too.
func (o *Objects) Drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drop()
}

// drop is Drop for who holds o.mu.
func (o *Objects) drop() {
	l := &o.later
	l.dropped++
	maps.DeleteFunc(o.entries, func(_ string, e *entry) bool { return e.later })
	o.constants.dropFound()
	o.packages = packages{}
	l.loads, l.loaded = slices.Concat(l.loaded, l.loads), nil
	l.missing.Store(int32(len(l.loads)))
	o.changed()
}

// unseen is for how long nobody has looked at the names, at least, when what Later exposed is dropped.
const unseen = 15 * time.Minute

// dropIdle is Drop unless somebody has looked since idle was set.
func (o *Objects) dropIdle() {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.later.idle == nil:
	case o.later.looked.Swap(false):
		o.later.idle.Reset(unseen)
	default:
		o.later.idle = nil
		o.drop()
	}
}

// load calls what Later was given. Whoever else looks waits meanwhile. Its error is that of step, or the
// end of ctx while it waits for another who looks.
func (o *Objects) load(ctx context.Context, step func() error) error {
	if !o.later.looked.Load() {
		o.later.looked.Store(true)
	}
	for o.later.missing.Load() > 0 {
		o.mu.Lock()
		if others := o.later.loading; others != nil {
			o.mu.Unlock()
			select {
			case <-others:
				continue
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		o.later.loading = make(chan struct{})
		o.mu.Unlock()
		if err := o.loadAll(step); err != nil {
			return err
		}
	}
	return nil
}

// loadAll calls what Later was given, and lets others look in the end.
func (o *Objects) loadAll(step func() error) error {
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.later.idle == nil {
			o.later.idle = time.AfterFunc(unseen, o.dropIdle)
		}
		close(o.later.loading)
		o.later.loading = nil
	}()
	for o.later.missing.Load() > 0 {
		if err := o.loadOne(step); err != nil {
			return err
		}
	}
	return nil
}

// loadOne calls the first that Later was given, and forgets it if it panics.
func (o *Objects) loadOne(step func() error) error {
	o.mu.RLock()
	if len(o.later.loads) == 0 {
		o.mu.RUnlock()
		return nil
	}
	l, dropped := o.later.loads[0], o.later.dropped
	o.mu.RUnlock()
	var more Objects
	var err error
	panicked := true
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if err != nil || !panicked && o.later.dropped != dropped {
			return // it is called again
		}
		if i := slices.Index(o.later.loads, l); i >= 0 {
			o.later.loads = slices.Delete(o.later.loads, i, i+1)
			o.later.missing.Add(-1)
		}
		if panicked {
			return
		}
		o.later.loaded = append(o.later.loaded, l)
		o.join(&more)
	}()
	err = l.expose(&more, step)
	panicked = false
	return err
}

// join adds what is exposed later. The caller holds o.mu.
func (o *Objects) join(more *Objects) {
	if o.entries == nil {
		o.entries = make(map[string]*entry)
	}
	for name, e := range more.entries {
		if was := o.entries[name]; !o.later.without[name] && (was == nil || was.later) {
			e.later = true
			o.entries[name] = e
		}
	}
	o.constants.join(&more.constants)
	o.packages.add(more.packages.named...)
	o.changed()
}

// never is a step that ends nothing.
func never() error { return nil }

// rlock locks o.mu for reading once all that Later was given has run. It may have been dropped since
// load has seen that.
func (o *Objects) rlock() {
	for {
		o.load(context.Background(), never) // neither ends
		o.mu.RLock()
		if o.later.missing.Load() == 0 {
			return
		}
		o.mu.RUnlock()
	}
}

// rlock locks the mutex of the Objects for reading, once all that Later was given has run. It may have
// been dropped since Load, as the application hides more. While a guard is held nothing is read that
// takes so long: the Visit ends then, and so it does if the reading ends.
func (vis *Visit) rlock() {
	o := vis.objects
	for {
		o.mu.RLock()
		if o.later.missing.Load() == 0 || vis.meter.failed != nil {
			return
		}
		o.mu.RUnlock()
		if vis.meter.failed = errDropped; !vis.Holding() {
			vis.meter.failed = nil
			vis.meter.failed = vis.Load()
		}
	}
}

var errDropped = errors.New("which package variables may be shown has changed meanwhile; ask again")

// Failed is why the Visit has to end, as it looked for names that it could not look for to the end; nil
// if it has not. Then what it says of names is not true.
func (vis *Visit) Failed() error { return vis.meter.failed }

// entry returns what is exposed under a name, nil if nothing is.
func (vis *Visit) entry(name string) *entry {
	vis.rlock()
	defer vis.objects.mu.RUnlock()
	return vis.objects.entries[name]
}

// Loaded reports whether there is nothing to do for Load.
func (vis *Visit) Loaded() bool { return vis.objects.later.missing.Load() == 0 }

// Load exposes what [Objects.Later] was given, as part of the Visit: it counts as work, and ends with
// the Visit. Whatever looks at the names later does the same if it must. No guard may be held.
//
// It gives way to the application at first, and not for long. A look that ends too early begins anew, and
// where the processors are never idle none would ever come to its end: nothing at all would be shown.
func (vis *Visit) Load() error {
	began := time.Now()
	defer func() { vis.hurried = false }()
	return vis.objects.load(vis.ctx, func() error {
		if err := vis.meter.work(loadStep); err != nil {
			return err
		}
		vis.hurried = time.Since(began) >= loadPatience
		vis.Yield()
		return vis.ctx.Err()
	})
}

// loadPatience is for how long the first look gives way to the application. The variables of packages then
// take 100 to 200 ms of one processor in a program of 20 MB.
const loadPatience = 200 * time.Millisecond

// loadStep is how many steps of work there are between two calls of step, which take some
// microseconds.
const loadStep = 1000
