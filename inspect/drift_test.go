//go:build sightglass_drift

package inspect_test

import (
	"errors"
	"fmt"
	"reflect"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/internal/goroutine"
	"github.com/sightglass-go/sightglass/inspect/internal/peek"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestDrift plays Go versions whose runtime has moved a field of its structures. What cannot be
// believed is switched off and says why; what is guarded is read all the same.
func TestDrift(t *testing.T) {
	moved := attack.Drift(t, append(peek.Fields(), goroutine.Fields()...)...)
	if moved == "" {
		return
	}
	begins := func(with ...string) bool {
		return slices.ContainsFunc(with, func(prefix string) bool { return strings.HasPrefix(moved, prefix) })
	}
	var (
		maps    = begins("map", "head", "table", "descKind", "descEnd") // what is off
		lengths = begins("headUsed")
		types   = begins("desc", "itab")
		chans   = begins("chanLen", "chanCap", "chanClosed")
		rings   = chans || begins("chanSlots", "chanSent", "chanNext")
		waiters = begins("chanReceivers", "chanSenders", "waiterNext")
		labels  = begins("goroutine.label.") // of goroutines
		// Of goroutines in the kernel there is none to test: their stacks are said to be cut.
		list = begins("goroutine.", "desc", "itab") && !begins("goroutine.call") && !labels
	)
	defer pprof.SetGoroutineLabels(t.Context())
	pprof.SetGoroutineLabels(pprof.WithLabels(t.Context(), pprof.Labels("tenant", "acme")))
	all, err := inspect.ReadGoroutines(inspect.Asked{Stacks: true}, func(int) error { return nil }, func(int) error { return nil })
	if list != errors.Is(err, inspect.ErrGoroutines) || !list && (err != nil || len(all.All) < 2) {
		t.Errorf("goroutines are read: %v, %v", all, err)
	}
	if err == nil && (all.Unlabelled > 0) != labels {
		t.Errorf("the labels of %d goroutines are not known", all.Unlabelled)
	}
	m := items(1000)
	x := &struct {
		m    map[string]*item
		face any
		of   fmt.Stringer
		ch   chan int
	}{m, 1, time.Second, make(chan int, 7)}
	x.ch <- 1
	v, err := inspect.Of(x).Elem()
	if err != nil {
		t.Fatal(err)
	}
	off := func(what string, is bool, got any, err error, says string, want any) {
		t.Helper()
		switch {
		case is && (err == nil || !strings.Contains(err.Error(), says)):
			t.Errorf("%s is read in an unknown way: %v, %v", what, got, err)
		case !is && (err != nil || got != want):
			t.Errorf("%s is not read: %v, %v", what, got, err)
		}
	}
	n, err := v.Field(0).Len()
	off("the length of an unguarded map", lengths, n, err, "unknown way", 1000)
	n, _, err = walk(v.Field(0), m)
	off("an unguarded map", maps, n, err, "unknown way", 1000)
	_, ok, err := v.Field(0).Lookup("sku-7")
	off("a key of an unguarded map", maps, ok, err, "unknown way", true)
	e, err := v.Field(1).Elem()
	off("an unguarded interface", types, e.Type(), err, inspect.ErrTypeWord.Error(), reflect.TypeFor[int]())
	e, err = v.Field(2).Elem()
	off("an unguarded interface with methods", types, e.Type(), err, inspect.ErrTypeWord.Error(), reflect.TypeFor[time.Duration]())
	n, err = v.Field(3).Len()
	off("a chan", chans, n, err, "not known", 1)
	n, err = v.Field(3).Cap()
	off("a chan's capacity", chans, n, err, "not known", 7)
	if !chans {
		text, err := v.Field(3).Describe()
		if want := "1 of 7"; err != nil || strings.HasPrefix(text, want+", who waits is not known") != waiters || !waiters && text != want {
			t.Errorf("a chan is %q, %v", text, err)
		}
	}
	waiting := v.Field(3).Items()
	err = waiting.Load()
	var first any
	if _, e, ok := waiting.Next(); ok {
		first, _ = e.Scalar(0)
	}
	off("what waits in a chan", rings, first, err, "not known", 1)

	v = v.Trust(true)
	n, err = v.Field(0).Len()
	off("the length of a guarded map", false, n, err, "", 1000)
	n, solid, err := walk(v.Field(0), m)
	off("a guarded map", false, n, err, "", 1000)
	if !solid {
		t.Error("what a guarded map holds is not solid")
	}
	if e, ok, err := v.Field(0).Lookup("sku-7"); !ok || err != nil || !e.Solid() {
		t.Errorf("a guarded map is not looked into: %v, %v", ok, err)
	}
	for i := 1; i <= 2; i++ {
		if e, err := v.Field(i).Elem(); err != nil || !e.Solid() {
			t.Errorf("a guarded interface is not opened: %v", err)
		}
	}
}

// walk counts the entries of a map that are those of want, chunk by chunk. In batches they must be
// the same.
func walk(v inspect.Value, want map[string]*item) (seen int, solid bool, err error) {
	solid = true
	met := map[string]bool{}
	count := func(k, e inspect.Value) error {
		key, err := k.Scalar(0)
		e, err2 := e.Elem()
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		solid = solid && e.Solid()
		hits, err := e.Field(0).Scalar(0)
		if name, ok := key.(string); ok && want[name] != nil && hits == want[name].hits && !met[name] {
			met[name] = true
			seen++
		}
		return err
	}
	for cur := v.Cursor(); !cur.Done(); {
		if err := cur.Load(); err != nil {
			return seen, solid, err
		}
		for k, e, ok := cur.Next(); ok; k, e, ok = cur.Next() {
			if err := count(k, e); err != nil {
				return seen, solid, err
			}
		}
	}
	inChunks := seen
	seen = 0
	clear(met)
	for cur := v.Cursor(); ; {
		b, err := cur.LoadBatch(inspect.BatchSize)
		if err != nil {
			return seen, solid, err
		}
		if b == nil {
			break
		}
		for i := range b.Len() {
			if err := count(b.Entry(i)); err != nil {
				return seen, solid, err
			}
		}
	}
	if seen != inChunks {
		return seen, solid, fmt.Errorf("%d entries in chunks, and %d in batches", inChunks, seen)
	}
	return seen, solid, nil
}
