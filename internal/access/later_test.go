package access

import (
	"reflect"
	"runtime"
	"slices"
	"testing"
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
	o.Later(func(into *Objects) {
		for _, name := range []string{"before", "since", "meanwhile", "gone", "twice", "plain"} {
			expose(into, name, "later")
		}
		// As another goroutine would at this moment.
		expose(&o, "meanwhile", "own")
		o.Withdraw("gone")
		o.Later(func(into *Objects) { expose(into, "more", "later") })
	})
	o.Later(func(*Objects) { panic("broken") })
	o.Later(func(into *Objects) { expose(into, "twice", "again") })
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

// TestUnloaded: what is exposed at the first look is dropped once nobody has looked for a while, and
// exposed again at the next look. What the application has exposed and withdrawn by itself stays so.
func TestUnloaded(t *testing.T) {
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
	o.Later(func(into *Objects) {
		loads++
		expose(into, "a", "gone", "since")
	})
	expose(&o, "own")
	names := func(want ...string) {
		t.Helper()
		if got := o.sortedNames(); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	names("a", "gone", "own", "since")
	if o.idle == nil {
		t.Fatal("nothing drops them")
	}
	o.unloadIdle() // somebody has looked
	if o.get("a") == nil || loads != 1 {
		t.Errorf("dropped while somebody looks; %d loads", loads)
	}
	o.Withdraw("gone")
	expose(&o, "since")
	version := o.version.Load()
	o.unloadIdle()
	o.unloadIdle()
	if len(o.entries) != 2 || o.version.Load() == version {
		t.Errorf("%d entries are left", len(o.entries))
	}
	if o.get("a") == nil || loads != 2 || o.entries["since"].later {
		t.Errorf("not exposed again; %d loads", loads)
	}
	names("a", "own", "since")
	o.idle.Stop()
}

// TestUnloadedMeanwhile: who looks while it is dropped finds what Later exposes all the same.
func TestUnloadedMeanwhile(t *testing.T) {
	var o Objects
	object := new(int)
	o.Later(func(into *Objects) {
		if err := into.Expose("a", object, Options{}); err != nil {
			t.Error(err)
		}
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 1000 {
			o.loading.Lock()
			o.unload()
			o.loading.Unlock()
			runtime.Gosched()
		}
	}()
	for looking, missing := true, 0; looking && missing == 0; {
		select {
		case <-done:
			looking = false
		default:
		}
		if o.get("a") == nil || len(o.sortedNames()) != 1 || len(o.list()) != 1 {
			missing++
			t.Error("it is missing")
		}
	}
	<-done
	o.load()
	o.idle.Stop()
}
