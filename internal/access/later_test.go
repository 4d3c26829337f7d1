package access

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestLater: what is exposed at the first look replaces nothing that the application has exposed by
// itself, and brings nothing back that it has withdrawn. The application never waits for it, and a
// panic in it leaves the names usable.
func TestLater(t *testing.T) {
	var o Objects
	object := new(int)
	expose := func(into *Objects, name, doc string) {
		t.Helper()
		if err := into.Expose(name, object, Options{Doc: doc}); err != nil {
			t.Fatal(err)
		}
	}
	expose(&o, "before", "own")
	o.Later(func(into *Objects, _ func() error) error {
		for _, name := range []string{"before", "since", "meanwhile", "gone", "twice", "plain"} {
			expose(into, name, "later")
		}
		// As another goroutine would at this moment.
		expose(&o, "meanwhile", "own")
		o.Withdraw("gone")
		o.Later(func(into *Objects, _ func() error) error { expose(into, "more", "later"); return nil })
		return nil
	})
	o.Later(func(*Objects, func() error) error { panic("broken") })
	o.Later(func(into *Objects, _ func() error) error { expose(into, "twice", "again"); return nil })
	expose(&o, "since", "own")
	func() {
		defer func() {
			if recover() != "broken" {
				t.Error("no panic")
			}
		}()
		o.Entries()
	}()
	got := map[string]string{}
	for _, e := range o.Entries() {
		got[e.Name] = e.Doc
	}
	want := map[string]string{"before": "own", "since": "own", "meanwhile": "own", "twice": "again", "plain": "later", "more": "later"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestDropped: what is exposed at the first look is dropped once nobody has looked for a while, and
// exposed again at the next look. What the application has exposed and withdrawn by itself stays so.
func TestDropped(t *testing.T) {
	var o Objects
	object, loads := new(int), 0
	expose := func(into *Objects, names ...string) {
		t.Helper()
		for _, name := range names {
			if err := into.Expose(name, object, Options{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	o.Later(func(into *Objects, _ func() error) error {
		loads++
		expose(into, "a", "gone", "since")
		return nil
	})
	expose(&o, "own")
	names := func(want ...string) {
		t.Helper()
		if got := o.sortedNames(o.rlock); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	names("a", "gone", "own", "since")
	if o.later.idle == nil {
		t.Fatal("nothing drops them")
	}
	o.dropIdle() // somebody has looked
	if o.Visit(t.Context(), nil, Patience{}).entry("a") == nil || loads != 1 {
		t.Errorf("dropped while somebody looks; %d loads", loads)
	}
	o.Withdraw("gone")
	expose(&o, "since")
	version := o.version.Load()
	o.dropIdle()
	o.dropIdle()
	if len(o.entries) != 2 || o.version.Load() == version {
		t.Errorf("%d entries are left", len(o.entries))
	}
	if o.Visit(t.Context(), nil, Patience{}).entry("a") == nil || loads != 2 || o.entries["since"].later {
		t.Errorf("not exposed again; %d loads", loads)
	}
	names("a", "own", "since")
	o.later.idle.Stop()
}

// TestDroppedMeanwhile: who looks while it is dropped finds what Later exposes all the same.
func TestDroppedMeanwhile(t *testing.T) {
	var o Objects
	object := new(int)
	o.Later(func(into *Objects, _ func() error) error { return into.Expose("a", object, Options{}) })
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 1000 {
			o.Drop()
			runtime.Gosched()
		}
	}()
	for looking, missing := true, 0; looking && missing == 0; {
		select {
		case <-done:
			looking = false
		default:
		}
		if o.Visit(t.Context(), nil, Patience{}).entry("a") == nil || len(o.sortedNames(o.rlock)) != 1 || len(o.list(o.rlock)) != 1 {
			missing++
			t.Error("it is missing")
		}
	}
	<-done
	o.list(o.rlock)
	o.later.idle.Stop()
}

// TestDroppedWhileExposed: what is dropped while it is exposed is exposed anew, as the application may
// have said more meanwhile.
func TestDroppedWhileExposed(t *testing.T) {
	var o Objects
	object, loads := new(int), 0
	o.Later(func(into *Objects, _ func() error) error {
		name := []string{"first", "second"}[loads]
		if loads++; loads == 1 {
			o.Drop()
		}
		return into.Expose(name, object, Options{})
	})
	if names := o.sortedNames(o.rlock); !slices.Equal(names, []string{"second"}) {
		t.Errorf("%q", names)
	}
	o.later.idle.Stop()
}

// TestLoadEnds: a Visit that ends while it has the first look leaves nothing behind, and the next look
// begins anew. Who waits for it meanwhile ends by itself, or has the look instead.
func TestLoadEnds(t *testing.T) {
	var o Objects
	object := new(int)
	var begun, ended atomic.Int32
	inside := make(chan struct{})
	o.Later(func(into *Objects, step func() error) error {
		begun.Add(1)
		if err := into.Expose("a", object, Options{}); err != nil {
			t.Error(err)
		}
		inside <- struct{}{}
		inside <- struct{}{}
		if err := step(); err != nil {
			ended.Add(1)
			return err
		}
		return nil
	})
	looking, stop := context.WithCancel(t.Context())
	first := make(chan error)
	go func() { first <- o.Visit(looking, nil, Patience{}).Load() }()
	<-inside
	// One that waits for it ends by itself.
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Visit(cancelled, nil, Patience{}).Load(); !errors.Is(err, context.Canceled) {
		t.Error("who waits does not end:", err)
	}
	// Another one waits for as long as it takes.
	second := make(chan []string)
	go func() { second <- o.Visit(t.Context(), nil, Patience{}).Names() }()
	stop()
	<-inside
	if err := <-first; !errors.Is(err, context.Canceled) || ended.Load() != 1 {
		t.Error("it does not end:", err)
	}
	<-inside
	o.mu.RLock()
	left := len(o.entries)
	o.mu.RUnlock()
	<-inside
	if names := <-second; left != 0 || !slices.Equal(names, []string{"a"}) || begun.Load() != 2 {
		t.Errorf("%q, and before %d; it has begun %d times", names, left, begun.Load())
	}
	o.later.idle.Stop()
}

// TestDroppedWhileLooking: what is dropped in the middle of a Visit, as the application hides more, is
// exposed anew as part of the Visit, which ends that; while a guard is held it is not exposed at all. The
// Visit fails then, and says nothing that is wrong.
func TestDroppedWhileLooking(t *testing.T) {
	var o Objects
	if err := o.Expose("own", newPool(), Options{}); err != nil {
		t.Fatal(err)
	}
	object := new(int)
	loads := 0
	o.Later(func(into *Objects, step func() error) error {
		loads++
		if err := step(); err != nil {
			return err
		}
		return into.Expose("a", object, Options{})
	})
	looks := map[string]func(*Visit) error{
		"names":      func(vis *Visit) error { vis.Names(); return vis.Failed() },
		"a name":     func(vis *Visit) error { _, err := vis.Get("a"); return err },
		"an unknown": func(vis *Visit) error { _, err := vis.Get("b"); return err },
		"a package":  func(vis *Visit) error { _, err := vis.Package("a"); return err },
		"the rest":   func(vis *Visit) error { vis.Lasts("a"); return vis.meter.read(1) },
	}
	for name, look := range looks {
		vis := o.Visit(t.Context(), nil, Patience{})
		v, err := vis.Get("own")
		if err != nil {
			t.Fatal(err)
		}
		before, met := loads, 0
		if err := must(t, v, ".list").Each(func(_, _ *View) (bool, error) {
			met++
			if !vis.Holding() {
				t.Error("no guard is held")
			}
			o.Drop()
			return true, look(vis)
		}); err != errDropped || vis.Failed() != err || met != 1 || loads != before {
			t.Errorf("%s under a guard: %v, %v, %d, %d loads", name, err, vis.Failed(), met, loads-before)
		}
		if !vis.Permits(Origin{Name: "a"}) {
			t.Error("a Visit that failed forgets")
		}
		// The next one finds it, and one without a guard does at once.
		vis = o.Visit(t.Context(), nil, Patience{})
		if names := vis.Names(); !slices.Contains(names, "a") || vis.Failed() != nil || loads != before+1 {
			t.Errorf("%s: the next: %q, %v, %d loads", name, names, vis.Failed(), loads-before)
		}
		o.Drop()
		if err := look(vis); err == errDropped || vis.Failed() != nil || loads != before+2 {
			t.Errorf("%s without a guard: %v, %d loads", name, err, loads-before)
		}
		// Its end ends that.
		ctx, cancel := context.WithCancel(t.Context())
		vis = o.Visit(ctx, nil, Patience{})
		vis.Names()
		o.Drop()
		cancel()
		if err := look(vis); !errors.Is(err, context.Canceled) || !errors.Is(vis.Failed(), err) {
			t.Errorf("%s, cancelled: %v, %v", name, err, vis.Failed())
		}
	}
	o.later.idle.Stop()
}

// TestLoadIsMetered: a budget ends the first look.
func TestLoadIsMetered(t *testing.T) {
	var o Objects
	steps := 0
	o.Later(func(into *Objects, step func() error) error {
		for ; steps < 100_000; steps++ {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	spent := errors.New("the budget is spent")
	if err := o.Visit(t.Context(), &endingMeter{left: 5000, err: spent}, Patience{}).Load(); err != spent || steps == 0 || steps > 5000 {
		t.Errorf("%v after %d steps", err, steps)
	}
	o.later.idle.Stop()
}

// TestLoadOnBusyProcessors: the first look comes to its end while the application leaves no processor
// idle: it waits for the application at first, and then no more.
func TestLoadOnBusyProcessors(t *testing.T) {
	var done atomic.Bool
	var busy sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		busy.Go(func() {
			for !done.Load() {
			}
		})
	}
	defer busy.Wait()
	defer done.Store(true)
	var o Objects
	var m yieldingMeter
	vis := o.Visit(t.Context(), &m, Patience{})
	m.vis = vis
	vis.Share(0.001)
	waits := errors.New("it still waits for the application")
	o.Later(func(into *Objects, step func() error) error {
		began := time.Now()
		var gave time.Duration
		patiently, late := 0, 0
		for range 40_000 { // which takes minutes at the least share
			for began := time.Now(); time.Since(began) < 5*time.Microsecond; {
			}
			if time.Since(began) < loadPatience {
				patiently++
			} else {
				late++
			}
			if err := step(); err != nil {
				return err
			}
			if late > 1 && vis.pace.Gave() > gave { // the first may have yielded before it saw the time
				return waits
			}
			gave = vis.pace.Gave()
		}
		if patiently > 100 && gave == 0 {
			t.Error("it does not wait for the application")
		}
		return nil
	})
	if err := vis.Load(); err != nil {
		t.Error(err)
	}
	o.later.idle.Stop()
}

// yieldingMeter yields at each step, as that of an evaluation does.
type yieldingMeter struct{ vis *Visit }

func (m *yieldingMeter) Work(int) error { m.vis.Yield(); return nil }
func (m *yieldingMeter) Read(int) error { return m.Work(0) }
func (m *yieldingMeter) Keep(int) error { return nil }

// endingMeter returns err once so many steps were made.
type endingMeter struct {
	left int
	err  error
}

func (m *endingMeter) Work(n int) error {
	if m.left -= n; m.left < 0 {
		return m.err
	}
	return nil
}
func (m *endingMeter) Read(n int) error { return m.Work(n) }
func (m *endingMeter) Keep(int) error   { return nil }
