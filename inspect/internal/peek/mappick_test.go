package peek

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

// TestPickIsEven: of all numbers that lead to different places, each entry of a map has the same
// share, whatever the shape of the map.
func TestPickIsEven(t *testing.T) {
	typ, err := here.Maps(reflect.TypeFor[map[int]int]())
	if err != nil {
		t.Fatal(err)
	}
	// Of the last ones some tables have split and others have not.
	for _, n := range []int{0, 1, 7, 8, 9, 100, 900, 2000, 4733, 9466} {
		m := map[int]int{}
		for i := range n + n/2 {
			m[i] = i
		}
		for i := range n / 2 { // some holes
			delete(m, 3*i)
		}
		w := typ.Walk(Of(reflect.ValueOf(m)).In(&here))
		for _, live := range []bool{false, true} {
			w.Trust(live)
			var slab Slab
			var d directory
			if d, _, err = loadDirectory(w.head); err != nil {
				t.Fatal(err)
			}
			seen := map[int]int{}
			for place := range max(d.n, 1) {
				for slot := range maxTable {
					random := uint64(slot)
					if d.depth > 0 {
						random |= uint64(place) << (64 - d.depth)
					}
					key, elem, torn, ok, err := w.Pick(random, &slab)
					if err != nil || torn {
						t.Fatal(err, torn)
					}
					if !ok {
						continue
					}
					k, _, _ := key.Uint(wordSize)
					e, _, _ := elem.Uint(wordSize)
					if k != e {
						t.Fatalf("key %d has %d", k, e)
					}
					seen[int(k)]++
				}
			}
			share := 0
			for k := range m {
				if share = max(share, seen[k]); seen[k] != share || share == 0 {
					t.Fatalf("of %d entries in %d places, %d comes %d times and others %d", len(m), d.n, k, seen[k], share)
				}
			}
			if len(seen) != len(m) {
				t.Errorf("%d of %d entries come", len(seen), len(m))
			}
		}
	}
}

func BenchmarkPick(b *testing.B) {
	m := map[int]int{}
	for i := range 1_000_000 {
		m[i] = i
	}
	typ, err := here.Maps(reflect.TypeFor[map[int]int]())
	if err != nil {
		b.Fatal(err)
	}
	w := typ.Walk(Of(reflect.ValueOf(m)).In(&here))
	random := rand.New(rand.NewPCG(1, 2))
	var slab Slab
	found := 0
	for b.Loop() {
		if _, _, _, ok, _ := w.Pick(random.Uint64(), &slab); ok {
			found++
		}
	}
	b.ReportMetric(float64(found)/float64(b.N), "found/op")
}
