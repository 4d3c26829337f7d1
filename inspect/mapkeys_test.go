package inspect_test

import (
	"fmt"
	"runtime"
	"testing"
)

// TestKeysReplacedUnderWalk: while a map is walked its keys are replaced by equal ones, the old ones are freed, and its
// tables grow. Entries that are met twice are told.
func TestKeysReplacedUnderWalk(t *testing.T) {
	type pair struct {
		n    int
		text string
	}
	type named string
	x := &struct {
		texts map[string]int
		named map[named]int
		pairs map[pair]int
		faces map[any]int
	}{}
	const kept = 300
	fill := func(from, to int) {
		for i := from; i < to; i++ {
			x.texts[fmt.Sprint("key number ", i)] = i
			x.named[named(fmt.Sprint("key number ", i))] = i
			x.pairs[pair{i, fmt.Sprint("key number ", i)}] = i
			x.faces[fmt.Sprint("key number ", i)] = i
		}
	}
	told, twice := 0, 0
	var keep []string
	for round := range 24 {
		x.texts, x.named, x.pairs, x.faces = map[string]int{}, map[named]int{}, map[pair]int{}, map[any]int{}
		fill(0, kept)
		v := elemOf(t, x).Field(round % 4)
		replaced, frees := round&4 != 0, round&8 != 0
		c := v.Cursor()
		declared := round >= 16
		c.Trust(declared)
		var seen [kept]int
		meet := func(want int) bool {
			b, err := c.LoadBatch(want)
			if err != nil {
				t.Fatal(err)
			}
			if b == nil {
				return false
			}
			for i := range b.Len() {
				_, e := b.Entry(i)
				if n, err := e.Scalar(0); err != nil {
					t.Fatal(err)
				} else if n.(int) < kept {
					seen[n.(int)]++
				}
			}
			c.Pause()
			return true
		}
		meet(100)
		if replaced {
			fill(0, kept)
		}
		if frees {
			runtime.GC()
		}
		keep = keep[:0]
		for i := range 3000 {
			keep = append(keep, fmt.Sprint("XXX number ", i%1000))
		}
		fill(kept, 2000)
		for meet(100) {
		}
		again := 0
		for i, n := range seen {
			if again += n - 1; n == 0 && !c.Moved() {
				t.Errorf("round %d: entry %d was not met", round, i)
			}
		}
		twice += again
		switch {
		case c.Moved():
			told++
		case again > 0:
			t.Errorf("round %d: %d entries were met twice, and that is not told", round, again)
		}
		if (declared || !replaced && round%4 < 2) && c.Moved() {
			t.Errorf("round %d: no key is gone, and that is told", round)
		}
	}
	runtime.KeepAlive(keep)
	// How many are met twice depends on whose memory is used again.
	if t.Logf("told %d times of %d met twice", told, twice); told == 0 {
		t.Error("nothing was told")
	}
}
