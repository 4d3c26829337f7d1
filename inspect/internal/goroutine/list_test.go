package goroutine

import (
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// lookalike looks like the list of all goroutines. The pointer has it lie among the variables that are
// searched for that.
var lookalike struct {
	head [3]uintptr
	_    *int
}

// TestListIsFull: while a collection marks, it has a copy of the list of all goroutines. If that has no
// room to grow, the two look the same, and what the copy becomes changes nothing.
func TestListIsFull(t *testing.T) {
	r, err := Open(peek.NewSpace())
	if err != nil {
		t.Skip(err)
	}
	stop := make(chan int)
	var ended sync.WaitGroup
	defer ended.Wait()
	defer close(stop)
	started := 0
	for {
		at, _ := r.list()
		if still, err := at.Words(lookalike.head[:]); err != nil {
			t.Fatal(err)
		} else if still && lookalike.head[1] == lookalike.head[2] && started >= 100 {
			break
		}
		ended.Go(func() { <-stop })
		started++
	}
	defer clear(lookalike.head[:])
	sections, err := r.space.Sections()
	if err != nil {
		t.Fatal(err)
	}
	again := *r
	again.lists = nil
	if err := again.find(sections, peek.Word(lookalike.head[0])); err != nil || len(again.lists) != 2 {
		t.Fatalf("%d lists, %v", len(again.lists), err)
	}
	full := lookalike.head[1]
	for range 2 {
		for _, n := range []uintptr{full, full / 2, 1, 0} {
			lookalike.head[1] = n
			met := 0
			if err := again.Each(Want{}, func(*G) error { met++; return nil }); err != nil || met < started {
				t.Errorf("with a copy of %d: %d of more than %d, %v", n, met, started, err)
			}
		}
		slices.Reverse(again.lists)
	}
	runtime.KeepAlive(&lookalike)
}

// TestNoListOfAll: what begins with the first goroutine and has ours, and has something else besides, is
// not the list of all.
func TestNoListOfAll(t *testing.T) {
	r, err := Open(peek.NewSpace())
	if err != nil {
		t.Skip(err)
	}
	sections, err := r.space.Sections()
	if err != nil {
		t.Fatal(err)
	}
	var head [1]uintptr
	at, _ := r.list()
	if _, err := at.Words(head[:]); err != nil {
		t.Fatal(err)
	}
	first := peek.Word(head[0])
	words := make([]uintptr, 8)
	defer clear(lookalike.head[:])
	lookalike.head = [3]uintptr{reflect.ValueOf(words).Pointer(), 7, 8}
	for _, other := range []uintptr{0, 7, first + 1} {
		copy(words, []uintptr{first, first, other, first, first, first, first})
		again := *r
		if err := again.find(sections, first); err != nil || slices.Contains(again.lists, reflect.ValueOf(&lookalike).Pointer()) {
			t.Errorf("with %#x among them: %#x, %v", other, again.lists, err)
		}
	}
	runtime.KeepAlive(words)
}
