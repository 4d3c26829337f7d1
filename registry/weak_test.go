package registry

import (
	"context"
	"runtime"
	"testing"
)

func TestWeak(t *testing.T) {
	r := New()
	type item struct {
		key  string
		hits int
	}
	object := &item{key: "x", hits: 3}
	r.Expose("w", Weak(object))
	read := func() (any, error) {
		v, err := r.Visit(context.Background(), nil).Get("w")
		if err != nil {
			return nil, err
		}
		hits, err := v.Member("hits")
		if err != nil {
			return nil, err
		}
		x, _, err := hits.Plain()
		return x, err
	}
	if x, err := read(); x != 3 || err != nil {
		t.Error(x, err)
	}
	if e := r.Entries()[0]; e.Type != "*registry.item" || e.Guard != "no lock found: read racily" {
		t.Errorf("%+v", e)
	}
	gone := make(chan struct{})
	runtime.AddCleanup(object, func(struct{}) { close(gone) }, struct{}{})
	object = nil
	for range 100 {
		runtime.GC()
		select {
		case <-gone:
		default:
			continue
		}
		break
	}
	if e := r.Entries()[0]; e.Guard != "collected" {
		t.Errorf("%+v", e)
	}
	if _, err := read(); err == nil || err.Error() != "w is nil: it has no .hits; ?. and ?? read past nil" {
		t.Error(err)
	}
	_ = object
}
