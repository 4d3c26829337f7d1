package inspect_test

import (
	"math/rand"
	"slices"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

func TestMask(t *testing.T) {
	random := rand.New(rand.NewSource(3))
	for range 300 {
		var m inspect.Mask
		var want []int
		share := random.Intn(1 + random.Intn(1024))
		for i := range inspect.BatchSize {
			if random.Intn(inspect.BatchSize) < share {
				m.Set(i)
				want = append(want, i)
			}
		}
		var got []int
		for i := m.Next(0); i < inspect.BatchSize; i = m.Next(i + 1) {
			if !m.Has(i) {
				t.Fatalf("lane %d is next, and is not in it", i)
			}
			got = append(got, i)
		}
		if !slices.Equal(got, want) || m.Count() != len(want) || m.Any() != (len(want) > 0) {
			t.Fatalf("%v, %d lanes; want %v", got, m.Count(), want)
		}
		n := random.Intn(inspect.BatchSize + 1)
		lanes := inspect.FirstLanes(n)
		first := m
		first.And(&lanes)
		for i := range inspect.BatchSize {
			if lanes.Has(i) != (i < n) || first.Has(i) != (m.Has(i) && i < n) {
				t.Fatalf("lane %d is one of the first %d: %v, and in both: %v", i, n, lanes.Has(i), first.Has(i))
			}
		}
		rest := m
		rest.AndNot(&first)
		both := rest
		both.And(&first)
		all := rest
		all.Or(&first)
		if both.Any() || all != m {
			t.Fatal("the first and the rest are not all")
		}
	}
}
