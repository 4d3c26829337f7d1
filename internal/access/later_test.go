package access

import (
	"reflect"
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
