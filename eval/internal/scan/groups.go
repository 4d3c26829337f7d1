package scan

import (
	"math/bits"
	"slices"

	"github.com/sightglass-go/sightglass/inspect"
)

// Groups numbers different values of vectors. It asks its user for the number of a value that it has
// not met, and allocates nothing for one that it has. The zero Groups has met none.
type Groups struct {
	words [inspect.TextDatum + 1]map[uint64]int32 // by kind: the numbers of values, by their bits
	texts map[string]int32
	met   int // bytes of all texts

	lately []recent // of what the maps have, what was met lately, by a hash: a power of 2
	used   int      // of lately

	long    []int32 // of a vector, by the number of a text that is repeated or not short; -1 for one that is not known
	numbers []int32 // by lane
}

// maxMet bounds the values that Groups remembers, and maxMetBytes the bytes of the texts among them.
// It asks for further ones each time.
const (
	maxMet      = 1 << 16
	maxMetBytes = 4 << 20
)

// short is a value of up to two words. Equal ones are equal values.
type short struct {
	a, b uint64
	tag  uint32 // the kind, and the size of a text; 0 for a text that has more bytes
}

// hash returns a hash of s. Values of an application may collide as much as they like: see maxProbes.
func (s *short) hash() uint64 {
	hi, lo := bits.Mul64(s.a^0x9e3779b97f4a7c15, s.b^0xc2b2ae3d27d4eb4f)
	return hi ^ lo
}

// recent is a value that was met, and its number.
type recent struct {
	short
	number int32
}

const (
	// leastRecent and mostRecent bound how many of them there is room for, and maxProbes those that are
	// looked at for one value.
	leastRecent = 1 << 9
	mostRecent  = 1 << 13
	maxProbes   = 8
)

// Number returns, by lane, the numbers of the values of v for the lanes from lo up to hi that are in in,
// good until the next call. It asks ask for those that it has not met, in the order of their lanes. It
// stops at the first error, and returns the lane that it is of, else hi: lanes from there on have no number.
func (g *Groups) Number(v *Vector, in *inspect.Mask, lo, hi int, ask func(lane int) (int, error)) (numbers []int32, lane int, err error) {
	g.Begin(v)
	g.numbers = slices.Grow(g.numbers[:0], hi)[:hi]
	numbers = g.numbers
	if v.Kind == inspect.TextDatum && v.Text.Len() <= (hi-lo)/2 {
		lane, err = g.byText(v, in, lo, hi, ask)
		return numbers, lane, err
	}
	lately, mask := g.lately, uint64(len(g.lately)-1)
	for lane = in.Next(lo); lane < hi; lane = in.Next(lane + 1) {
		s := shortOf(v, lane)
		r := &lately[s.hash()&mask]
		if r.a^s.a|r.b^s.b|uint64(r.tag^s.tag) == 0 && s.tag != 0 {
			numbers[lane] = r.number
			continue
		}
		n := g.find(v, lane, s)
		if n < 0 {
			if n, err = ask(lane); err != nil {
				return numbers, lane, err
			}
			g.Remember(v, lane, n)
		}
		numbers[lane] = int32(n)
		lately, mask = g.lately, uint64(len(g.lately)-1)
	}
	return numbers, hi, nil
}

// byText is Number for texts that are repeated: each is looked for once.
func (g *Groups) byText(v *Vector, in *inspect.Mask, lo, hi int, ask func(lane int) (int, error)) (lane int, err error) {
	numbers, byRef, ref := g.numbers, g.refs(v), v.Text.Ref[:hi]
	for lane = in.Next(lo); lane < hi; lane = in.Next(lane + 1) {
		// What follows without a gap.
		for ; lane < hi; lane++ {
			n := byRef[ref[lane]]
			if n < 0 || !in.Has(lane) {
				break
			}
			numbers[lane] = n
		}
		if lane == hi {
			break
		}
		if !in.Has(lane) {
			continue
		}
		n := g.Find(v, lane)
		if n < 0 {
			if n, err = ask(lane); err != nil {
				return lane, err
			}
			g.Remember(v, lane, n)
		}
		numbers[lane], byRef[ref[lane]] = int32(n), int32(n)
	}
	return hi, nil
}

// shortOf returns the value of a lane. Its tag is 0 for a text of more than two words.
func shortOf(v *Vector, lane int) short {
	if v.Kind != inspect.TextDatum {
		return short{v.Bits[lane], 0, uint32(v.Kind)}
	}
	a, b, size, ok := v.Text.Short(int(v.Text.Ref[lane]))
	if !ok {
		return short{}
	}
	return short{a, b, uint32(size)<<8 | uint32(v.Kind)}
}

// Begin begins with a vector, for Find and Remember.
func (g *Groups) Begin(v *Vector) {
	if g.lately == nil {
		g.lately = make([]recent, leastRecent)
	}
	g.long = g.long[:0]
}

// Find returns the number of the value of a lane, -1 if it is not known.
func (g *Groups) Find(v *Vector, lane int) int { return g.find(v, lane, shortOf(v, lane)) }

func (g *Groups) find(v *Vector, lane int, s short) int {
	if s.tag == 0 {
		n := g.longAt(v, lane)
		if *n < 0 {
			*n = g.known(v, lane)
		}
		return int(*n)
	}
	mask := uint64(len(g.lately) - 1)
	h := s.hash()
	for i := range uint64(maxProbes) {
		r := &g.lately[(h+i)&mask]
		if r.short == s {
			return int(r.number)
		}
		if r.tag == 0 {
			break
		}
	}
	n := g.known(v, lane)
	if n >= 0 {
		g.remember(recent{s, n})
	}
	return int(n)
}

// longAt returns where the number of a lane's text is kept, which is not short.
func (g *Groups) longAt(v *Vector, lane int) *int32 { return &g.refs(v)[v.Text.Ref[lane]] }

// refs returns where the numbers of the texts of v are kept, -1 for those that are not known.
func (g *Groups) refs(v *Vector) []int32 {
	if len(g.long) == 0 {
		g.long = slices.Grow(g.long, v.Text.Len())[:v.Text.Len()]
		for i := range g.long {
			g.long[i] = -1
		}
	}
	return g.long
}

// remember puts r into lately, in the place of another value if need be.
func (g *Groups) remember(r recent) {
	if 8*g.used >= len(g.lately) && len(g.lately) < mostRecent {
		old := g.lately
		g.lately, g.used = make([]recent, 4*len(old)), 0
		for _, r := range old {
			if r.tag != 0 {
				g.put(r)
			}
		}
	}
	g.put(r)
}

func (g *Groups) put(r recent) {
	mask := uint64(len(g.lately) - 1)
	h := r.hash()
	for i := range uint64(maxProbes) {
		if at := &g.lately[(h+i)&mask]; at.tag == 0 {
			*at = r
			g.used++
			return
		}
	}
	g.lately[h&mask] = r
}

// known returns the number that the maps have for the value of a lane, -1 for none.
func (g *Groups) known(v *Vector, lane int) int32 {
	n, ok := int32(0), false
	if v.Kind == inspect.TextDatum {
		n, ok = g.texts[string(v.Text.At(int(v.Text.Ref[lane])))]
	} else {
		n, ok = g.words[v.Kind][v.Bits[lane]]
	}
	if !ok {
		return -1
	}
	return n
}

// Remember says that the value of a lane has number n.
func (g *Groups) Remember(v *Vector, lane, n int) {
	if v.Kind == inspect.TextDatum {
		ref := v.Text.Ref[lane]
		if shortOf(v, lane).tag == 0 {
			*g.longAt(v, lane) = int32(n)
		}
		text := v.Text.At(int(ref))
		if g.met += len(text); g.met > maxMetBytes || len(g.texts) >= maxMet {
			return
		}
		if g.texts == nil {
			g.texts = map[string]int32{}
		}
		g.texts[string(text)] = int32(n)
		return
	}
	m := &g.words[v.Kind]
	if *m == nil {
		*m = map[uint64]int32{}
	}
	if len(*m) < maxMet {
		(*m)[v.Bits[lane]] = int32(n)
	}
}
