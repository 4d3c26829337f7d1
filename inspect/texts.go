package inspect

// Texts is the texts of a [Column]. What many lanes have is there once, as far as that is known by
// where it lies in memory: two different numbers may stand for equal texts.
type Texts struct {
	// Ref is, by lane, the number of its text. It is 0 for bad lanes and those that were not read.
	Ref []uint16

	ref   []uint16
	arena []byte
	end   []int // by number, where the text ends
}

// maxTexts is the most bytes of texts of one Column. Lanes with more are bad.
const maxTexts = 1 << 20

// begin makes t ready for that many lanes.
func (t *Texts) begin(lanes int) {
	if len(t.ref) < lanes {
		t.ref = make([]uint16, lanes)
	}
	t.Ref = t.ref[:lanes]
	clear(t.Ref)
	t.arena, t.end = t.arena[:0], append(t.end[:0], 0)
}

// add gives lane i a text, and reports whether there was room for it.
func (t *Texts) add(i int, s string) bool {
	if len(s) > maxTexts-len(t.arena) {
		return false
	}
	t.Ref[i] = uint16(len(t.end))
	t.arena = append(t.arena, s...)
	t.end = append(t.end, len(t.arena))
	return true
}

// Len is the number of texts. Number 0 is always the empty one.
func (t *Texts) Len() int { return len(t.end) }

// At returns text i. It is good until the Column is read again, and must not be changed.
func (t *Texts) At(i int) []byte {
	begin := 0
	if i > 0 {
		begin = t.end[i-1]
	}
	return t.arena[begin:t.end[i]:t.end[i]]
}
