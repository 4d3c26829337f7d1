package access

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// TestRehearsed: a chunk of which others want the guard is followed by one that was rehearsed. The
// entries are the same ones, and what they cost is.
func TestRehearsed(t *testing.T) {
	object := &struct {
		mu    sync.RWMutex
		Items map[string]*stone
	}{Items: map[string]*stone{}}
	want := 0
	for i := range 20_000 {
		object.Items[fmt.Sprint("stone ", i)] = &stone{weight: i}
		want += i
	}
	lock, err := inspect.Of(&object.mu).Elem()
	if err != nil {
		t.Fatal(err)
	}
	cost := 0
	for _, wanted := range []bool{false, true} {
		vis, root := lookAt(t, object)
		patient(vis)
		items := must(t, root, ".Items")
		var c FieldCache
		var col inspect.Column
		sum, rehearsed := 0, 0
		var writing sync.WaitGroup
		err := items.EachBatch(false, Lanes{
			Each: func(_ int, _, elem *View) (bool, error) {
				x, _, err := must(t, elem, ".weight").Plain()
				sum += x.(int)
				return true, err
			},
			Take: func(b *Batch) (bool, error) {
				if c.path == nil {
					_, elem := b.Lend(0)
					c.Learn(elem, must(t, elem, ".weight"))
					return b.Step(1)
				}
				if r := b.walk.rehearsal; r != nil && r.column.Kind != inspect.NoDatum {
					rehearsed++
				}
				in := inspect.FirstLanes(b.Len())
				b.Read(&c, false, &in, &col)
				for i := range b.Len() {
					sum += int(col.Bits[i])
				}
				if wanted && !lock.Contended() {
					writing.Go(func() { object.mu.Lock(); defer object.mu.Unlock() })
					for !lock.Contended() {
						runtime.Gosched()
					}
				}
				return true, b.Take(b.Len(), b.Len(), 0)
			},
		})
		writing.Wait()
		if err != nil || sum != want || vis.report.Walked != len(object.Items) {
			t.Errorf("wanted %v: a sum of %d in %d entries, %v", wanted, sum, vis.report.Walked, err)
		}
		read := vis.meter.meter.(*meter).read
		if wanted && read != cost {
			t.Errorf("%d reads, and %d while nobody wants the guard", read, cost)
		}
		cost = read
		if (rehearsed > 0) != wanted || (vis.Tally().Waited > 0) != wanted {
			t.Errorf("wanted %v: %d batches were rehearsed, and it waited for %v", wanted, rehearsed, vis.Tally().Waited)
		}
	}
}
