package inspect

import (
	"hash/maphash"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

const (
	// picks is how many places of a map are tried at a time: some fifty microseconds if they come
	// from memory.
	picks = 16
	// A map is too empty to be picked from if less than one of sparse places has an entry.
	sparse = 16
)

// pickWalk hands out entries of a map that are chosen at random.
type pickWalk struct {
	of     Value
	random func() uint64
	left   int // entries to be picked
	tries  int // places that may still be tried

	walk  *peek.MapWalk
	slabs [picks]peek.Slab
	got   []picked
	at    int             // of got, the next to be handed out
	again []uint64        // the numbers of those of got for which there was no time: they come next, so that a sample does not depend on time
	name  []byte          // tells a key from others; a buffer
	seed  maphash.Seed    // of the hashes of these names
	seen  map[uint64]bool // those of the keys that were handed out: keys may be long
}

type picked struct {
	number    uint64 // the random one that led to it
	name      uint64 // its hash
	key, elem Value
}

// Pick has c choose n entries of a map at random, each at most once, in time that does not depend on
// how many there are. Call it before the first Load. Each entry is as likely as any other: its place
// is drawn among all those that the map has at that moment. Of a map that changes meanwhile, entries
// that come or go may be picked or not.
//
// c may find fewer entries, if there are fewer or the map has become almost empty since. random
// returns random numbers. ok is false for other collections, for maps almost all of whose places are
// empty or whose keys may be NaN, which nothing tells from each other, and where maps cannot be read:
// c walks these as without Pick.
func (c *Cursor) Pick(n int, random func() uint64) (ok bool) {
	if _, ok = c.walker.(*mapWalk); !ok || c.of.space().memory.MapsUnknown() != nil || c.of.space().mayBeNaN(c.of.typ.Key()) {
		return false
	}
	head, err := c.of.pointer()
	if err != nil || head.IsNil() {
		return false
	}
	used, err := c.of.Len()
	places, err2 := peek.Places(head)
	if err != nil || err2 != nil || used < places/sparse || used == 0 {
		return false
	}
	c.pick = &pickWalk{random: random, left: n, tries: 4*sparse*n + 2048, seed: maphash.MakeSeed(), seen: map[uint64]bool{}}
	c.choose()
	return true
}

// mayBeNaN reports whether keys of type t may be NaN, or have parts that are. What lies in an interface
// does not count.
func (s *space) mayBeNaN(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return true
	case reflect.Array:
		return s.mayBeNaN(t.Elem())
	case reflect.Struct:
		for _, f := range s.fields(t) {
			if s.mayBeNaN(f.Type) {
				return true
			}
		}
	}
	return false
}

func (w *pickWalk) load(of Value) (more bool, err error) {
	w.of = of
	for _, p := range w.got[w.at:] { // there was no time for these
		delete(w.seen, p.name)
		w.again = append(w.again, p.number)
		w.left++
	}
	w.got, w.at = w.got[:0], 0
	if w.left == 0 || w.tries <= 0 {
		return false, nil
	}
	if w.walk == nil {
		if w.walk, err = of.slots(); w.walk == nil {
			return false, err
		}
	}
	w.walk.Trust(of.how&trusted != 0 && of.how&solid != 0)
	read := 0 // bytes of keys
	for i := range w.slabs {
		if read > chunkBytes {
			break // a guard may be held
		}
		w.tries--
		number := w.number()
		k, e, torn, ok, err := w.walk.Pick(number, &w.slabs[i])
		if err != nil {
			return false, err
		}
		if !ok {
			continue
		}
		key := of.entry(of.typ.Key(), k, torn)
		b, same, err := key.appendKey(w.name[:0], 0)
		w.name = b
		read += len(b)
		name := maphash.Bytes(w.seed, b)
		if err != nil || !same || w.seen[name] {
			continue
		}
		w.seen[name] = true
		w.got = append(w.got, picked{number, name, key, of.entry(of.typ.Elem(), e, torn)})
		if w.left--; w.left == 0 {
			break
		}
	}
	return true, nil
}

// number returns the number of the place that is tried next.
func (w *pickWalk) number() uint64 {
	if len(w.again) == 0 {
		return w.random()
	}
	n := w.again[0]
	w.again = w.again[1:]
	return n
}

func (w *pickWalk) next() (key, elem Value, ok bool) {
	if w.at == len(w.got) {
		return key, elem, false
	}
	p := w.got[w.at]
	w.at++
	return p.key, p.elem, true
}

func (w *pickWalk) retries() int { return 0 }
