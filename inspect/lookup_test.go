package inspect_test

import (
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestLookupCopiesLittle: a look-up copies the groups that may hold the key, and not the table,
// which may have 260 KB.
func TestLookupCopiesLittle(t *testing.T) {
	x := &struct{ m map[uint64][100]byte }{map[uint64][100]byte{}}
	for i := range uint64(5000) {
		x.m[i] = [100]byte{byte(i)}
	}
	v, err := inspect.Of(x).Elem()
	if err != nil {
		t.Fatal(err)
	}
	const lookups = 1000
	const most = lookups * 4 << 10
	bytes := attack.Allocated(most, func() {
		for i := range uint64(lookups) {
			e, ok, err := v.Field(0).Lookup(10 * i)
			if ok != (10*i < 5000) || err != nil {
				t.Fatal(i, ok, err)
			}
			if b, _, err := e.Bytes(0, 1); ok && (err != nil || b[0] != byte(10*i)) {
				t.Fatal(i, b, err)
			}
		}
	})
	if bytes > most {
		t.Errorf("a look-up copies %d bytes", bytes/lookups)
	}
}

// TestAttackLookups: a key that is in the map throughout is found, whatever comes and goes around
// it.
func TestAttackLookups(t *testing.T) {
	x := &struct{ m map[int]int }{map[int]int{}}
	for i := range 100 {
		x.m[-i] = i
	}
	v, err := inspect.Of(x).Elem()
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	stop := attack.Again(func() {
		for range 100 {
			x.m[1+i] = i
			delete(x.m, 1+(i*7919+2500)%5000)
			i = (i + 1) % 5000
		}
	})
	defer stop()
	end := attack.Stop(t)
	for n := 0; !end.Load(); n++ {
		e, ok, err := v.Field(0).Lookup(-(n % 100))
		if err != nil {
			continue // it changes too fast, and says so
		}
		if !ok {
			t.Fatalf("%d, which was there all the time, is not found", -(n % 100))
		}
		if got, err := e.Scalar(0); got != n%100 || err != nil {
			t.Fatal(got, err)
		}
	}
}
