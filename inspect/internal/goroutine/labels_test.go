package goroutine

import (
	"context"
	"fmt"
	"hash/fnv"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
)

// sum ends a text of a label, so that a torn one shows.
func sum(text string) string {
	h := fnv.New32a()
	h.Write([]byte(text))
	return fmt.Sprintf("%s/%08x", text, h.Sum32())
}

func isSummed(text string) bool {
	i := strings.LastIndexByte(text, '/')
	return i >= 0 && sum(text[:i]) == text
}

// TestLabelsOfMoment: the labels of goroutines that set new ones at full speed, and drop those that they
// had, are those of one moment, with all of their texts whole. The collector reuses what was dropped.
func TestLabelsOfMoment(t *testing.T) {
	r := open(t)
	if whole, torn := relabelled(t, r, func(whole, _ int) bool { return whole > 150/attack.Stride(1) }); torn > 0 || whole == 0 {
		t.Errorf("%d are whole, %d torn", whole, torn)
	}
}

// TestLabelsOfMomentShow: without the second look there are torn ones, so that TestLabelsOfMoment would
// see them.
func TestLabelsOfMomentShow(t *testing.T) {
	r := open(t)
	r.unchecked = true
	if _, torn := relabelled(t, r, func(_, torn int) bool { return torn > 0 }); torn == 0 {
		t.Error("none is torn where nothing is checked")
	}
}

// relabelled counts the labels that are read of goroutines that set new ones all the time, until there are
// enough.
func relabelled(t *testing.T, r *Reader, enough func(whole, torn int) bool) (whole, torn int) {
	var stop atomic.Bool
	var made atomic.Int64
	var running sync.WaitGroup
	const workers = 2
	ids := make(chan uint64)
	for i := range workers {
		running.Go(func() {
			ids <- goid()
			for n := 0; !stop.Load(); n++ {
				// Texts of one length lie where others of that length have lain.
				text := strings.Repeat(string(rune('a'+n%26)), 8<<(n%3))
				first, second := sum(fmt.Sprint(i, "-", n, text)), sum(fmt.Sprint(text, n))
				pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("a", first, "b", second, "of", first)))
				if made.Add(1)%64 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	turns := 0
	r.pause = func(int) {
		if turns++; turns%3 > 0 && !r.unchecked {
			return
		}
		// They have others by now, and where those lay that they had the next ones lie.
		for range 2 {
			for n := made.Load(); made.Load() < n+100; {
				runtime.Gosched()
			}
			runtime.GC()
		}
		for n := made.Load(); made.Load() < n+1000; {
			runtime.Gosched()
		}
	}
	ours := map[uint64]bool{}
	for range workers {
		ours[<-ids] = true
	}
	for begin := time.Now(); !enough(whole, torn) && time.Since(begin) < time.Minute; {
		if err := r.Each(Want{}, func(g *G) error {
			if !ours[g.ID] || g.labels == 0 {
				return nil
			}
			switch list, ok := r.Labels(g); {
			case !ok: // it never held still
			case len(list) == 3 && list[0].Key == "a" && list[1].Key == "b" && list[2].Key == "of" && list[0].Value == list[2].Value &&
				isSummed(list[0].Value) && isSummed(list[1].Value):
				whole++
			default:
				torn++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	stop.Store(true)
	running.Wait()
	return whole, torn
}
