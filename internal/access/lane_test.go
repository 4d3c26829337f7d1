package access

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// readLanes reads a column of the elements of v in batches of up to that many lanes, and calls read with what was read
// of each. It has learned from the first element.
func readLanes(t *testing.T, vis *Visit, v *View, lanes int, read func(pos, lane int, key *View, col *inspect.Column)) {
	t.Helper()
	vis.Lanes(lanes, 0)
	var c FieldCache
	var col inspect.Column
	pos := 0
	err := v.EachBatch(false, Lanes{Take: func(b *Batch) (bool, error) {
		in := inspect.FirstLanes(b.Len())
		b.Learn(&c, false)
		b.Read(&c, false, &in, &col)
		for lane := range b.Len() {
			key, _ := b.Lend(lane)
			read(pos, lane, key, &col)
			pos++
		}
		return true, b.Take(b.Len(), 0, 0)
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryLaneIsChecked: one secret among many texts is bad in whichever lane it lies, and so is the only entry with a
// telling key, or with one that is too long to be looked at.
func TestEveryLaneIsChecked(t *testing.T) {
	const n = 1 + 65 + 64
	o := &struct {
		mu    sync.Mutex
		Texts []string
		Same  []string // all but the secret are one text
	}{Texts: make([]string, n), Same: make([]string, n)}
	for i := range o.Texts {
		o.Texts[i], o.Same[i] = fmt.Sprint("text ", i), "text"
	}
	for at := range n {
		o.Texts[at], o.Same[at] = "see https://u:hunter2@host/", "see https://u:hunter2@host/"
		for _, name := range []string{".Texts", ".Same"} {
			vis, root := lookAt(t, o)
			readLanes(t, vis, must(t, root, name), 64+at%2, func(pos, lane int, _ *View, col *inspect.Column) {
				if pos == at != col.Bad.Has(lane) {
					t.Errorf("%s: the secret is element %d, and lane %d, element %d, is bad: %v", name, at, lane, pos, col.Bad.Has(lane))
				}
			})
		}
		o.Texts[at], o.Same[at] = fmt.Sprint("text ", at), "text"
	}
	// The order of a map is another one each time.
	long := strings.Repeat("k", inspect.MaxKey+1)
	names := make([]string, 100)
	for i := range names {
		names[i] = fmt.Sprint("entry ", i)
	}
	for _, telling := range []string{"pin", long} {
		met := map[int]bool{}
		for try := 0; try < 20_000 && !(met[0] && met[63]); try++ {
			m := map[string]int{telling: 1}
			for i, name := range names {
				m[name] = i
			}
			vis, root := lookAt(t, &m)
			readLanes(t, vis, root, 128, func(_, lane int, key *View, col *inspect.Column) {
				k, err := key.val.Len()
				if err != nil {
					t.Fatal(err)
				}
				tells := k == len(telling)
				if tells != col.Bad.Has(lane) {
					t.Fatalf("%.10s, in lane %d, is bad: %v", telling, lane, col.Bad.Has(lane))
				}
				met[lane] = met[lane] || tells
			})
		}
		if !met[0] || !met[63] {
			t.Errorf("%.10s was not in the first and the 64th lane", telling)
		}
	}
}

// TestBatchesGiveGuardBack: however fast batches are taken, the guard is given back when its time is over, and is had
// whenever one is taken.
func TestBatchesGiveGuardBack(t *testing.T) {
	o := &struct {
		mu   sync.Mutex
		List []int
	}{List: make([]int, 4000)}
	vis, root := lookAt(t, o)
	vis.Lanes(10, 0)
	batches, holds, last := 0, 0, time.Time{}
	err := must(t, root, ".List").EachBatch(false, Lanes{Take: func(b *Batch) (bool, error) {
		if !vis.Holding() {
			t.Fatal("no guard is held")
		}
		if since := vis.guards.Since(); since != last {
			holds, last = holds+1, since
		}
		batches++
		for began := time.Now(); time.Since(began) < 50*time.Microsecond; {
		}
		return true, b.Take(b.Len(), 0, 0)
	}})
	if err != nil || batches < 400 || holds < batches/3 {
		t.Errorf("%d batches in %d holds, %v", batches, holds, err)
	}
}

// TestEmptyBatchesAreCharged: where a map has no entries left in its slots, looking for them is work.
func TestEmptyBatchesAreCharged(t *testing.T) {
	m := map[int]int{}
	for i := range 50_000 {
		m[i] = i
	}
	for i := range 50_000 {
		delete(m, i)
	}
	m[0] = 1
	reg := New()
	reg.Expose("m", &m)
	work := &steps{}
	vis := reg.Visit(t.Context(), work)
	vis.Lanes(16, 0)
	v, err := vis.Get("m")
	if err != nil {
		t.Fatal(err)
	}
	batches := 0
	err = v.EachBatch(false, Lanes{Take: func(b *Batch) (bool, error) {
		batches++
		return true, b.Take(b.Len(), 0, 0)
	}})
	if err != nil || batches != 1 || work.done < 3000 {
		t.Errorf("%d batches with entries, %d steps, %v", batches, work.done, err)
	}
}

// steps counts steps of work.
type steps struct{ done int }

func (s *steps) Read(int) error   { return nil }
func (s *steps) Work(n int) error { s.done += n; return nil }
func (s *steps) Keep(int) error   { return nil }

// TestNamedOnce: keys that are compared together are met once each, where a batch comes again with the lanes that were left.
func TestNamedOnce(t *testing.T) {
	m := map[int]int{}
	for i := range 8 {
		m[i] = i
	}
	vis, root := lookAt(t, &m)
	vis.Lanes(len(m), 0)
	n := &byName{left: 100}
	left, met := 0, 0
	each := func(int, *View, *View) (bool, error) { met++; return true, nil }
	err := root.EachBatch(true, Lanes{Each: each, Found: each, Take: func(b *Batch) (bool, error) {
		if b.Len() > 2 && b.Taken() == 0 {
			left += 2
			if err := b.Take(2, 0, 0); err != nil {
				return false, err
			}
		}
		return n.take(b)
	}})
	if err != nil || left == 0 || met != len(m)-left {
		t.Errorf("%d of %d entries were met, and %d passed before, %v", met, len(m), left, err)
	}
}
