package scan

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/inspect"
)

// ConvertOp is a function of a text that makes another.
type ConvertOp uint8

const (
	Lower ConvertOp = iota
	Upper
	Trim // white space
	TrimPrefix
	TrimSuffix
)

// Convert is a function of a text, and for TrimPrefix and TrimSuffix of a constant one. Each different
// text of a batch is converted once.
type Convert struct {
	Op   ConvertOp
	Of   Node
	With *Constant // nil for the other functions

	vector Vector
	texts  inspect.Texts
	buf    []byte
	steps  int // that the texts of the batch took
	kept   kept
}

func (n *Convert) parts() []Node {
	if n.With == nil {
		return []Node{n.Of}
	}
	return []Node{n.Of, n.With}
}

func (n *Convert) begin() { n.kept.begin() }

func (n *Convert) keeps(lane int) int { return n.kept.keeps(lane) }

func (n *Convert) eval(b *batch, in *inspect.Mask) *Vector {
	v := n.Of.eval(b, in)
	n.vector = Vector{Bad: *in}
	good := *in
	good.AndNot(&v.Bad)
	if n.With != nil {
		n.With.ask(&good)
	}
	if v.Kind != inspect.TextDatum || n.With != nil && n.With.Datum.Kind != inspect.TextDatum {
		return &n.vector
	}
	n.vector = Vector{Kind: inspect.TextDatum, Text: &n.texts, Bad: v.Bad}
	n.steps = 0
	done := n.texts.Convert(v.Text, func(s []byte) ([]byte, bool) {
		to := n.convert(s)
		return to, n.steps <= maxSteps
	})
	if done < v.Text.Len() {
		var none inspect.Mask
		each(b.n, &good, &none, func(i int) bool { return int(v.Text.Ref[i]) >= done })
		n.vector.Bad.Or(&none)
		good.AndNot(&none)
	}
	if n.Op <= Upper {
		n.kept.ask(&n.texts, &good, built)
	} else if n.Op == Trim {
		n.kept.ask(&n.texts, &good, copied)
	} else {
		n.kept.ask(v.Text, &good, copied)
	}
	return &n.vector
}

// runeSteps is how many steps a byte takes of a text that is not all ASCII. See maxSteps.
const runeSteps = 8

// convert converts a text. What it returns is good until the next call.
func (n *Convert) convert(s []byte) []byte {
	n.steps += len(s)
	switch n.Op {
	case Lower:
		return n.mapped(s, 'A', 'Z', strings.ToLower)
	case Upper:
		return n.mapped(s, 'a', 'z', strings.ToUpper)
	case Trim:
		return bytes.TrimSpace(s)
	case TrimPrefix:
		return bytes.TrimPrefix(s, []byte(n.With.Datum.Text))
	}
	return bytes.TrimSuffix(s, []byte(n.With.Datum.Text))
}

// mapped changes the case of the letters from lo to hi. Texts with others are left to all.
func (n *Convert) mapped(s []byte, lo, hi byte, all func(string) string) []byte {
	n.buf = n.buf[:0]
	for _, c := range s {
		if c >= utf8.RuneSelf {
			n.steps += runeSteps * len(s)
			return append(n.buf[:0], all(string(s))...)
		}
		if lo <= c && c <= hi {
			c ^= 'a' - 'A'
		}
		n.buf = append(n.buf, c)
	}
	return n.buf
}

// kept is what a function of texts keeps for each lane.
type kept struct {
	asked inspect.Mask
	bytes []int // by lane
}

func (k *kept) begin() { k.asked = inspect.Mask{} }

func (k *kept) keeps(lane int) int {
	if k.asked.Has(lane) {
		return k.bytes[lane]
	}
	return 0
}

// ask says that the lanes of in keep what of answers for a text of some bytes.
func (k *kept) ask(t *inspect.Texts, in *inspect.Mask, of func(bytes int) int) {
	if len(k.bytes) < len(t.Ref) {
		k.bytes = make([]int, inspect.BatchSize)
	}
	for lane := in.Next(0); lane < inspect.BatchSize; lane = in.Next(lane + 1) {
		k.bytes[lane] = of(len(t.At(int(t.Ref[lane]))))
	}
	k.asked.Or(in)
}

// copied is what a copy of a text keeps; see KeepText in package meter.
func copied(bytes int) int { return 16 + bytes }

// built is what a text keeps that is built; see Builder there.
func built(bytes int) int { return 2 * bytes }
