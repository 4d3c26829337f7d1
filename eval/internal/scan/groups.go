package scan

import "github.com/sightglass-go/sightglass/inspect"

// Groups numbers different values of vectors. It asks its user for the number of a value that it has
// not met, and allocates nothing for one that it has. The zero Groups has met none.
type Groups struct {
	words [inspect.TextDatum + 1]map[uint64]int32 // by kind: the numbers of values, by their bits
	texts map[string]int32

	batch []int32 // the numbers of the texts of a batch, -1 for those that are not known
	met   int     // bytes of all texts

	lately []recent // those that were met last, by a hash
}

// maxMet bounds the values that Groups remembers, and maxMetBytes the bytes of the texts among them.
// It asks for further ones each time.
const (
	maxMet      = 1 << 16
	maxMetBytes = 4 << 20
)

// Each calls group for the lanes of v from lo up to hi that are in in, in their order, with the numbers
// of their values. number answers the number of a value that lane has. It stops at the first error, and
// returns the lane that it is of.
func (g *Groups) Each(v *Vector, in *inspect.Mask, lo, hi int, number func(lane int) (int, error), group func(lane, n int) error) (lane int, err error) {
	g.Begin(v)
	for lane = in.Next(lo); lane < hi; lane = in.Next(lane + 1) {
		n := g.Find(v, lane)
		if n < 0 {
			if n, err = number(lane); err != nil {
				return lane, err
			}
			g.Remember(v, lane, n)
		}
		if err = group(lane, n); err != nil {
			return lane, err
		}
	}
	return hi, nil
}

// Begin begins with a vector, for Find and Remember.
func (g *Groups) Begin(v *Vector) {
	if g.lately == nil {
		g.lately = make([]recent, 1<<recentBits)
	}
	if v.Kind == inspect.TextDatum {
		g.batch = g.batch[:0]
		for range v.Text.Len() {
			g.batch = append(g.batch, -1)
		}
	}
}

// Find returns the number of the value of a lane, -1 if it is not known.
func (g *Groups) Find(v *Vector, lane int) int {
	a, b, tag := wordsOf(v, lane)
	at := &g.lately[recentAt(a, b)]
	if tag != 0 && at.tag == tag && at.a == a && at.b == b {
		return int(at.number)
	}
	n := g.known(v, lane)
	if n >= 0 && tag != 0 {
		*at = recent{a, b, tag, int32(n)}
	}
	return n
}

// recent is a value that was met, of up to two words, and its number.
type recent struct {
	a, b   uint64
	tag    uint32 // see wordsOf
	number int32
}

// recentBits says how many of them Groups remembers beside its maps, as a power of 2.
const recentBits = 9

// recentAt returns where a value is remembered. Where values collide, the maps have them.
func recentAt(a, b uint64) uint64 {
	return (a*0x9e3779b97f4a7c15 ^ b*0xc2b2ae3d27d4eb4f) >> (64 - recentBits)
}

// wordsOf returns the value of a lane as words, and as tag its kind and the size of a text. Equal
// ones are equal values. tag is 0 for a text that has more bytes.
func wordsOf(v *Vector, lane int) (a, b uint64, tag uint32) {
	if v.Kind != inspect.TextDatum {
		return v.Bits[lane], 0, uint32(v.Kind)
	}
	a, b, size, ok := v.Text.Short(int(v.Text.Ref[lane]))
	if !ok {
		return 0, 0, 0
	}
	return a, b, uint32(size)<<8 | uint32(v.Kind)
}

func (g *Groups) known(v *Vector, lane int) int {
	if v.Kind == inspect.TextDatum {
		return g.knownTexts(v, lane)
	}
	return g.knownWords(v, lane)
}

func (g *Groups) knownTexts(v *Vector, lane int) int {
	ref := v.Text.Ref[lane]
	if n := g.batch[ref]; n >= 0 {
		return int(n)
	}
	n, ok := g.texts[string(v.Text.At(int(ref)))]
	if !ok {
		return -1
	}
	g.batch[ref] = n
	return int(n)
}

func (g *Groups) knownWords(v *Vector, lane int) int {
	if n, ok := g.words[v.Kind][v.Bits[lane]]; ok {
		return int(n)
	}
	return -1
}

// Remember says that the value of a lane has number n.
func (g *Groups) Remember(v *Vector, lane, n int) {
	if v.Kind == inspect.TextDatum {
		ref := v.Text.Ref[lane]
		g.batch[ref] = int32(n)
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
