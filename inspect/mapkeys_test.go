package inspect_test

import (
	"fmt"
	"runtime"
	"testing"
	"unsafe"
)

// TestKeysReplacedUnderWalk: while a map is walked its keys are replaced by equal ones, the memory of the old ones is used
// for something else, and its tables grow. Entries that are met twice are told.
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
	// fill assigns to entries, by keys whose texts lie in memory that it returns, and with them what the
	// interfaces among them point at.
	fill := func(from, to int) (texts [][]byte, boxes []any) {
		for i := from; i < to; i++ {
			b := fmt.Append(nil, "key number ", i)
			key := unsafe.String(&b[0], len(b))
			box := any(key)
			x.texts[key], x.named[named(key)], x.pairs[pair{i, key}], x.faces[box] = i, i, i, i
			texts, boxes = append(texts, b), append(boxes, box)
		}
		return texts, boxes
	}
	for round := range 24 {
		x.texts, x.named, x.pairs, x.faces = map[string]int{}, map[named]int{}, map[pair]int{}, map[any]int{}
		old, boxes := fill(0, kept)
		v := elemOf(t, x).Field(round % 4)
		replaced, used, declared := round&4 != 0, round&8 != 0, round >= 16
		c := v.Cursor()
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
		if replaced && used {
			for _, b := range old { // nothing refers to it any more
				copy(b, "gone")
			}
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
		// What is in an interface or a struct may have been replaced, for all that is known.
		gone := replaced && used && !declared
		if told := c.Moved(); told != (!declared && (gone || round%4 >= 2)) {
			t.Errorf("round %d: told: %v; %d entries were met twice", round, told, again)
		}
		if twice := again > 0; twice != gone {
			t.Errorf("round %d: %d entries were met twice", round, again)
		}
		// Or their memory is used for something else, whatever used says.
		runtime.KeepAlive(old)
		runtime.KeepAlive(boxes)
	}
}
