//go:build sightglass_drift

package inspect_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// TestDrift plays a Go version whose runtime lays its structures out in a way
// that is not known: what cannot be believed is switched off and says why, and
// what is guarded is read all the same.
func TestDrift(t *testing.T) {
	m := items(1000)
	x := &struct {
		m    map[string]*item
		face any
	}{m, 1}
	v, err := inspect.Of(x).Elem()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := v.Field(0).Len(); n != 1000 || err != nil {
		t.Errorf("length %d, %v", n, err)
	}
	if err := v.Field(0).Cursor().Load(); err == nil || !strings.Contains(err.Error(), "unknown way") {
		t.Errorf("an unguarded map is walked: %v", err)
	}
	if _, _, err := v.Field(0).Lookup("sku-7"); err == nil {
		t.Error("an unguarded map is looked into")
	}
	if _, err := v.Field(1).Elem(); !errors.Is(err, inspect.ErrTypeWord) {
		t.Errorf("an unguarded interface is opened: %v", err)
	}
	v = v.Trust(true)
	if e, err := v.Field(1).Elem(); err != nil || !e.Solid() {
		t.Errorf("a guarded interface is not opened: %v", err)
	}
	if e, ok, err := v.Field(0).Lookup("sku-7"); !ok || err != nil || !e.Solid() {
		t.Errorf("a guarded map is not looked into: %v, %v", ok, err)
	}
	seen := 0
	for cur := v.Field(0).Cursor(); !cur.Done(); {
		if err := cur.Load(); err != nil {
			t.Fatal(err)
		}
		for {
			k, e, ok := cur.Next()
			if !ok {
				break
			}
			key, err := k.Scalar(0)
			e, err2 := e.Elem()
			if err != nil || err2 != nil || !e.Solid() {
				t.Fatal(err, err2)
			}
			if hits, err := e.Field(0).Scalar(0); err != nil || hits != m[key.(string)].hits {
				t.Fatalf("%v: %v, %v", key, hits, err)
			}
			seen++
		}
	}
	if seen != 1000 {
		t.Errorf("%d entries were seen", seen)
	}
}
