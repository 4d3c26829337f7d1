package scan

import (
	"bytes"

	"github.com/sightglass-go/sightglass/inspect"
)

// compareText is strings.Compare.
func compareText(s []byte, c string) int {
	switch {
	case string(s) == c:
		return 0
	case string(s) < c:
		return -1
	}
	return 1
}

// testTexts returns, in is if it has room, whether each of the different texts passes.
func testTexts(t *inspect.Texts, is []bool, pass func(s []byte) bool) []bool {
	is = is[:0]
	for i := range t.Len() {
		is = append(is, pass(t.At(i)))
	}
	return is
}

// spread sets yes to the lanes whose text passed.
func spread(ref []uint16, is []bool, yes *inspect.Mask) {
	for w := 0; len(ref) > 0; w++ {
		n := min(64, len(ref))
		var m uint64
		for j, r := range ref[:n] {
			if is[r] {
				m |= 1 << (j & 63)
			}
		}
		yes[w] = m
		ref = ref[n:]
	}
}

// TextOp is an operator that tests a text with another.
type TextOp uint8

const (
	Contains TextOp = iota
	StartsWith
	EndsWith
)

// TestText is a text op a constant one.
type TestText struct {
	Op   TextOp
	Of   Node
	With *Constant
	// Copies says that it is a function, which copies the text.
	Copies bool

	vector Vector
	bits   []uint64
	is     []bool
	kept   kept
}

func (n *TestText) parts() []Node { return []Node{n.Of, n.With} }

func (n *TestText) begin() { n.kept.begin() }

func (n *TestText) keeps(lane int) int { return n.kept.keeps(lane) }

func (n *TestText) eval(b *batch, in *inspect.Mask) *Vector {
	return flags(n, b, in, &n.vector, &n.bits)
}

func (n *TestText) test(b *batch, in, yes, bad *inspect.Mask) {
	*yes = inspect.Mask{}
	v := n.Of.eval(b, in)
	*bad = v.Bad
	good := *in
	good.AndNot(bad)
	n.With.ask(&good)
	if v.Kind != inspect.TextDatum || n.With.Datum.Kind != inspect.TextDatum {
		*bad = *in
		return
	}
	if n.Copies {
		n.kept.ask(v.Text, &good, copied)
	}
	with := n.With.Datum.Text
	n.is = testTexts(v.Text, n.is, func(s []byte) bool {
		switch n.Op {
		case StartsWith:
			return len(s) >= len(with) && string(s[:len(with)]) == with
		case EndsWith:
			return len(s) >= len(with) && string(s[len(s)-len(with):]) == with
		}
		return contains(s, with)
	})
	spread(v.Text.Ref[:b.n], n.is, yes)
	keep(yes, in, bad)
}

// contains is strings.Contains.
func contains(s []byte, part string) bool {
	for {
		if len(part) > len(s) {
			return false
		}
		if part == "" {
			return true
		}
		i := bytes.IndexByte(s[:len(s)-len(part)+1], part[0])
		if i < 0 {
			return false
		}
		if s = s[i:]; string(s[:len(part)]) == part {
			return true
		}
		s = s[1:]
	}
}

// MatchText is a text that a pattern matches.
type MatchText struct {
	Of    Node
	Match func(s []byte) bool
	Size  int // of the pattern: a byte takes up to that many steps

	vector Vector
	bits   []uint64
	is     []bool
	left   []bool
	over   inspect.Mask
}

// maxSteps bounds the steps of matching the texts of one batch, while a guard may be held.
const maxSteps = 100_000

func (n *MatchText) parts() []Node { return []Node{n.Of} }

func (n *MatchText) eval(b *batch, in *inspect.Mask) *Vector {
	return flags(n, b, in, &n.vector, &n.bits)
}

func (n *MatchText) test(b *batch, in, yes, bad *inspect.Mask) {
	*yes = inspect.Mask{}
	v := n.Of.eval(b, in)
	if v.Kind != inspect.TextDatum {
		*bad = *in
		return
	}
	*bad = v.Bad
	steps, some := 0, false
	n.left = n.left[:0]
	n.is = testTexts(v.Text, n.is, func(s []byte) bool {
		steps += n.Size * (len(s) + 1)
		left := steps > maxSteps
		n.left, some = append(n.left, left), some || left
		return !left && n.Match(s)
	})
	ref := v.Text.Ref[:b.n]
	spread(ref, n.is, yes)
	if some {
		n.over = inspect.Mask{}
		spread(ref, n.left, &n.over)
		n.over.And(in)
		bad.Or(&n.over)
	}
	keep(yes, in, bad)
}
