package peek

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
)

// count counts up in both words, the first ahead.
//
//go:norace
func count(w *[2]uintptr, stop *atomic.Bool) {
	for i := uintptr(1); !stop.Load(); i++ {
		w[0], w[1] = i, i
		if i%4096 == 0 { // with asyncpreemptoff it can be stopped nowhere else
			runtime.Gosched()
		}
	}
}

// TestAttackWords reads two words that count up together, in two lines of the processor's cache, so
// that they arrive at different times. If a reading is said to have been still, its words must be
// of one moment.
func TestAttackWords(t *testing.T) {
	const line = 64
	slab := NewSlab(3 * line)
	place := slab.Ref(Ref{})
	place = place.Add(2*line - wordSize - place.Addr()%line)
	r, counters := place.Bare(), (*[2]uintptr)(place.ptr)
	var stop atomic.Bool
	var writer sync.WaitGroup
	writer.Go(func() { count(counters, &stop) })
	end := func() {
		stop.Store(true)
		writer.Wait()
	}
	defer end()
	var readings, still, changes int
	var before [2]uintptr
	for until := time.Now().Add(attack.Time()); changes < 100 || time.Now().Before(until); readings++ {
		var w [2]uintptr
		ok, err := r.Words(w[:])
		if err != nil {
			t.Fatal(err)
		}
		if w != before {
			before = w
			changes++
		}
		if !ok {
			continue
		}
		still++
		// A processor may show others its stores a few later.
		if apart := int(w[0] - w[1]); apart < -20 || apart > 20 {
			t.Fatalf("reading %d: %d and %d never stood beside each other", readings, w[0], w[1])
		}
	}
	end()
	var w [2]uintptr
	if ok, err := r.Words(w[:]); !ok || err != nil || w != *counters {
		t.Errorf("at rest: %v of %v, %v, %v", w, *counters, ok, err)
	}
	t.Logf("%d readings of %d states, %d still", readings, changes, still)
}
