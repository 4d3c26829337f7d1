package scan

import "github.com/sightglass-go/sightglass/inspect"

// Groups numbers different values of vectors. It asks its user for the number of a value that it has
// not met, and allocates nothing for one that it has. The zero Groups has met none.
type Groups struct {
	words [inspect.TextDatum + 1]map[uint64]int32 // by kind: the numbers of values, by their bits
	texts map[string]int32

	batch []int32 // the numbers of the texts of a batch, -1 for those that are not known
	met   int     // bytes of all texts
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
	if v.Kind == inspect.TextDatum {
		g.batch = g.batch[:0]
		for range v.Text.Len() {
			g.batch = append(g.batch, -1)
		}
	}
}

// Find returns the number of the value of a lane, -1 if it is not known.
func (g *Groups) Find(v *Vector, lane int) int {
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
