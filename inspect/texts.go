package inspect

import "github.com/sightglass-go/sightglass/inspect/internal/peek"

// Texts is the texts of a [Column]. What many lanes have is there once, as far as that is known by
// where it lies in memory: two different numbers may stand for equal texts.
type Texts struct {
	// Ref is, by lane, the number of its text. It is 0 for bad lanes and those that were not read.
	Ref []uint16

	ref    []uint16
	copies peek.Texts
	pairs  map[[2]uint16]uint16 // the numbers of those that Join has made
}

// begin makes t ready for that many lanes.
func (t *Texts) begin(lanes int) {
	t.ref = peek.Sized(t.ref, lanes)
	t.Ref = t.ref
	clear(t.Ref)
	t.copies.Reset()
}

// add gives lane i a text, and reports whether there was room for it.
func (t *Texts) add(i int, s string) bool {
	n, ok := t.copies.Add([]byte(s))
	t.Ref[i] = uint16(n)
	return ok
}

// Join makes t what f makes of the texts of a and b, one for each of the lanes in in; a nil one has
// the empty text for all of so many lanes. f is asked once for each pair of texts. Join ends with a
// pair for which f is not ok, or there is no room, and returns its lane, or how many lanes there are.
// That lane and those behind it get the empty text.
func (t *Texts) Join(a, b *Texts, lanes int, in *Mask, f func(a, b []byte) (to []byte, ok bool)) (done int) {
	t.begin(lanes)
	if t.pairs == nil {
		t.pairs = map[[2]uint16]uint16{}
	}
	clear(t.pairs)
	for done = in.Next(0); done < lanes; done = in.Next(done + 1) {
		var pair [2]uint16
		var of [2][]byte
		for i, from := range []*Texts{a, b} {
			if from != nil {
				pair[i] = from.Ref[done]
				of[i] = from.At(int(pair[i]))
			}
		}
		n, ok := t.pairs[pair]
		if !ok {
			to, ok := f(of[0], of[1])
			if !ok {
				return done
			}
			at, ok := t.copies.Add(to)
			if !ok {
				return done
			}
			n = uint16(at)
			t.pairs[pair] = n
		}
		t.Ref[done] = n
	}
	return lanes
}

// Len is the number of texts. Number 0 is always the empty one.
func (t *Texts) Len() int { return t.copies.Len() }

// Short returns the bytes of text i as two words, if it has no more than these: two texts of one size
// are the same if their words are. Behind its end these may have anything.
func (t *Texts) Short(i int) (a, b uint64, size int, ok bool) { return t.copies.Short(i) }

// At returns text i. It is good until the Column is read again, and must not be changed.
func (t *Texts) At(i int) []byte { return t.copies.At(i) }

// Convert makes t what f makes of the texts of from, for the same lanes and with the same numbers. f
// must make the empty text of the empty text, for which it is not asked. Convert ends with a text for
// which f is not ok, or there is no room, and returns its number, or how many texts there are. The
// lanes that have this text or one behind it get the empty one.
func (t *Texts) Convert(from *Texts, f func(s []byte) (to []byte, ok bool)) (done int) {
	t.begin(len(from.Ref))
	for done = 1; done < from.Len(); done++ {
		to, ok := f(from.At(done))
		if !ok {
			break
		}
		if _, ok = t.copies.Add(to); !ok {
			break
		}
	}
	for lane, ref := range from.Ref {
		if int(ref) < done {
			t.Ref[lane] = ref
		}
	}
	return done
}
