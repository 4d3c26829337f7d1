package inspect_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// waits lists what waits in ch, by walking its ring.
func waits[T any](t *testing.T, ch chan T, of func(inspect.Value) string) (list []string) {
	t.Helper()
	for c := elemOf(t, &ch).Items(); !c.Done(); {
		loadChunk(t, c, func(_, e inspect.Value) {
			if e.Mark()&inspect.Racy == 0 {
				t.Error("what waits in a channel is not marked as racy")
			}
			list = append(list, of(e))
		})
	}
	return list
}

func scalar(v inspect.Value) string {
	x, err := v.Scalar(100)
	return fmt.Sprintf("%v %v", x, err)
}

// TestItems: what waits in a channel is read in its order, wherever the ring begins, and stays there.
func TestItems(t *testing.T) {
	for size := range 10 {
		for received := range size + 1 {
			for n := range size + 1 {
				ints, texts := make(chan int, size), make(chan string, size)
				for range received {
					ints <- 0
					texts <- ""
					<-ints
					<-texts
				}
				var want, wantTexts []string
				for i := range n {
					ints <- i + 1
					texts <- fmt.Sprint("text ", i)
					want, wantTexts = append(want, fmt.Sprint(i+1, " <nil>")), append(wantTexts, fmt.Sprint("text ", i, " <nil>"))
				}
				if got := waits(t, ints, scalar); !slices.Equal(got, want) {
					t.Errorf("%d of %d after %d: %q, want %q", n, size, received, got, want)
				}
				if got := waits(t, texts, scalar); !slices.Equal(got, wantTexts) {
					t.Errorf("%d of %d after %d: %q, want %q", n, size, received, got, wantTexts)
				}
				if len(ints) != n {
					t.Errorf("%d of %d are left", len(ints), n)
				}
			}
		}
	}
	large := make(chan [100]int, 5000)
	for i := range 4000 {
		large <- [100]int{i}
	}
	for i, s := range waits(t, large, func(v inspect.Value) string { e, _ := v.Index(0); return scalar(e) }) {
		if s != fmt.Sprint(i, " <nil>") {
			t.Fatalf("value %d is %s", i, s)
		}
	}
	none := make(chan struct{}, 3)
	none <- struct{}{}
	if got := waits(t, none, func(inspect.Value) string { return "" }); len(got) != 1 {
		t.Error(got)
	}
	if got := waits(t, chan int(nil), scalar); len(got) != 0 {
		t.Error(got)
	}
	if c := inspect.Of(5).Items(); c.Load() == nil {
		t.Error("a number has items")
	}
}

// TestItemsLeft: between two chunks values are received and sent. The walk leaves out what is gone,
// and ends with what was there when it began.
func TestItemsLeft(t *testing.T) {
	ch := make(chan int, 200)
	for i := range 150 {
		ch <- i
	}
	v := elemOf(t, &ch)
	var got []int
	for c := v.Items(); !c.Done(); {
		loadChunk(t, c, func(_, e inspect.Value) {
			x, _ := e.Scalar(0)
			got = append(got, x.(int))
		})
		if len(got) == 64 {
			for range 70 {
				<-ch
				ch <- 1000
			}
		}
	}
	var want []int
	for i := range 150 {
		if i < 64 || i >= 70 {
			want = append(want, i)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestItemsOfAnotherRound: between two chunks all values are received and others sent, up to the same
// slots. The walk does not take them for those that it began with.
func TestItemsOfAnotherRound(t *testing.T) {
	ch := make(chan int, 150)
	for i := range 150 {
		ch <- i
	}
	v := elemOf(t, &ch)
	n, others := 0, false
	for c := v.Items(); !c.Done(); {
		loadChunk(t, c, func(_, e inspect.Value) {
			if x, _ := e.Scalar(0); x != n {
				t.Fatalf("value %d is %v", n, x)
			}
			n++
		})
		if n == 64 && !others {
			others = true
			for range 150 {
				<-ch
			}
			for range 100 {
				ch <- 1000
			}
		}
	}
	if n != 64 {
		t.Errorf("%d values", n)
	}
}

// TestItemsHalfReceived: a goroutine is stopped in the middle of a receive when a walk begins, or goes
// on. The walk loses nothing by that.
func TestItemsHalfReceived(t *testing.T) {
	for _, met := range []int{0, 64} {
		ch := make(chan int, 150)
		for i := range 150 {
			ch <- i
		}
		waiting := *(**int)(unsafe.Pointer(&ch)) // a chan begins with how many values wait in it
		v := elemOf(t, &ch)
		var got, want []int
		for c := v.Items(); !c.Done(); {
			half := len(got) == met && len(ch) == 150
			if half {
				for range 70 {
					<-ch
				}
				*waiting++
			}
			loadChunk(t, c, func(_, e inspect.Value) {
				x, _ := e.Scalar(0)
				got = append(got, x.(int))
			})
			if half {
				*waiting--
			}
		}
		for i := range 150 {
			if i < met || i >= 70 {
				want = append(want, i)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("after %d: %v, want %v", met, got, want)
		}
	}
}

// TestItemsWhileInUse: of a channel in use no more comes than fits in it, and nothing that was never
// sent.
func TestItemsWhileInUse(t *testing.T) {
	type message struct {
		n     int64
		text  string
		again *int64
	}
	ch := make(chan message, 100)
	over := attack.Stop(t)
	var sent atomic.Int64
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(2)
	go func() {
		defer wg.Done()
		defer close(ch)
		for !over.Load() {
			n := sent.Add(1)
			ch <- message{n, fmt.Sprint(n), &n}
		}
	}()
	go func() {
		defer wg.Done()
		for range ch {
			if len(ch) < 50 {
				runtime.Gosched()
			}
		}
	}()
	v := elemOf(t, &ch)
	for seen := 0; !over.Load() || seen == 0; {
		count := 0
		for c := v.Items(); !c.Done(); {
			loadChunk(t, c, func(_, e inspect.Value) {
				count++
				n, err := e.Field(0).Scalar(100)
				if err != nil {
					t.Fatal(err)
				}
				// What is being received may be gone: a zero value.
				if n := int64(n.(int)); n < 0 || n > sent.Load() {
					t.Fatalf("%d was never sent", n)
				}
				e.Field(1).Scalar(100)
				if p, err := e.Field(2).Elem(); err == nil && p.IsValid() {
					p.Scalar(100)
				}
				kept, _ := e.Keep(nil)
				kept.Field(1).Scalar(100)
				seen++
			})
		}
		if count > cap(ch) {
			t.Fatalf("%d wait in a channel of %d", count, cap(ch))
		}
		if over.Load() {
			break
		}
	}
}
