package render

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

type web struct {
	First, Second, Third *strand
	Name                 string
}

type strand struct {
	ID    int
	Other []*strand
}

func newWeb() *web {
	var grow func(depth int) *strand
	grow = func(depth int) *strand {
		s := &strand{ID: depth}
		for range 6 {
			if depth > 0 {
				s.Other = append(s.Other, grow(depth-1))
			}
		}
		return s
	}
	return &web{grow(4), grow(4), grow(4), "web"}
}

// Where there are not enough nodes for all, each field gets its part.
func TestShares(t *testing.T) {
	n := Snap(Raw(inspect.Of(newWeb()), "w"), Limit{Depth: 30, Nodes: 300})
	if all := n.size(0); all > 300 || all < 250 {
		t.Errorf("%d nodes of 300", all)
	}
	for _, item := range n.Items[:3] {
		if size := item.Node.size(0); size < 16 {
			t.Errorf("%s has %d nodes", item.Name, size)
		}
	}
	// A list shows its first elements whole, and not a bit of each.
	rows := make([]strand, 1000)
	n = Snap(Raw(inspect.Of(&rows), "rows"), Limit{Items: 1000, Nodes: 300}).Items[0].Node
	for i, item := range n.Items[:len(n.Items)-1] {
		if len(item.Node.Items) != 2 || item.Node.Cut != nil {
			t.Fatalf("element %d: %s", i, item.Node.Line(0))
		}
	}
	if len(n.Items) < 90 || n.Cut == nil || n.Cut.More != 1000-len(n.Items) {
		t.Errorf("%d elements, cut %+v", len(n.Items), n.Cut)
	}
}

// Elements that are all too deep to show anything are not read, and cost none of the nodes.
func TestTooDeepIsNotRead(t *testing.T) {
	o := struct {
		Long []*strand
		Map  map[int]*strand
		Last int
	}{Map: map[int]*strand{}}
	for i := range 5000 {
		o.Long, o.Map[i] = append(o.Long, &strand{ID: i}), &strand{ID: i}
	}
	visits := 0
	n := Snap(counted{Raw(inspect.Of(&o), "o"), &visits}, Limit{Depth: 2, Items: 5000, Nodes: 60})
	if got, want := n.Line(0), "*struct{Long: ≈[]*render.strand{… 5,000 elements: o.Long}, Map: ≈map[int]*render.strand{… 5,000 entries: o.Map}, Last: 0}"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if visits > 100 {
		t.Errorf("%d values were looked at", visits)
	}
	o.Long[0] = nil // which shows something
	n = Snap(Raw(inspect.Of(&o), "o"), Limit{Depth: 2, Items: 50, Nodes: 600})
	if got, want := n.Items[0].Node.Line(0), "≈[]*render.strand{nil, … 4,999 more: o.Long[1:51]}"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// counted is a Source that counts the Sources it leads to.
type counted struct {
	Source
	n *int
}

func (c counted) count(s Source) Source {
	if s == nil {
		return nil
	}
	*c.n++
	return counted{s, c.n}
}

func (c counted) Elem() (Source, error) {
	s, err := c.Source.Elem()
	return c.count(s), err
}

func (c counted) Field(i int) (Source, bool) {
	s, ok := c.Source.Field(i)
	return c.count(s), ok
}

func (c counted) Each(want int, f func(key, elem Source) (bool, error)) error {
	return c.Source.Each(want, func(key, elem Source) (bool, error) { return f(c.count(key), c.count(elem)) })
}

// With Once nothing is read of a struct that was shown, and text is the same.
func TestOnce(t *testing.T) {
	deep := newWeb().First
	o := web{First: deep, Second: deep, Third: deep.Other[0]}
	every, once := 0, 0
	all := Snap(counted{Raw(inspect.Of(&o), "o"), &every}, Limit{Depth: 30})
	n := Snap(counted{Raw(inspect.Of(&o), "o"), &once}, Limit{Depth: 30, Once: true})
	if got, want := n.Line(0), all.Line(0); got != want {
		t.Errorf("%.300s\nwant %.300s", got, want)
	}
	if 5*once > 3*every {
		t.Errorf("%d values were looked at, of %d", once, every)
	}
	if got, want := string(n.Items[1].Node.JSON()), `{"…":{"same":"o.First"}}`; got != want {
		t.Errorf("as JSON it is %s, want %s", got, want)
	}
}

// The texts of a snapshot are bounded all together.
func TestTextInAll(t *testing.T) {
	var o struct{ Pages []string }
	for i := range 50 {
		o.Pages = append(o.Pages, fmt.Sprint(i, strings.Repeat("y", 5_000)))
	}
	n := Snap(Raw(inspect.Of(&o), "o"), Limit{Bytes: 5_000, Text: 20_000})
	all := 0
	for _, item := range n.Items[0].Node.Items {
		all += len(item.Node.Text)
		if item.Node.Len > len(item.Node.Text) && (item.Node.Cut == nil || item.Node.Cut.More != item.Node.Len-len(item.Node.Text)) {
			t.Errorf("a page of %d bytes shows %d and is cut %+v", item.Node.Len, len(item.Node.Text), item.Node.Cut)
		}
	}
	if all != 20_000 {
		t.Errorf("%d bytes of text, and not 20,000", all)
	}
}

// pieces counts what is written to it, and fails after some bytes.
type pieces struct {
	all     strings.Builder
	longest int
	left    int // bytes until it fails; 0 for never
}

func (p *pieces) Write(b []byte) (int, error) {
	p.longest = max(p.longest, len(b))
	p.all.Write(b)
	if p.left > 0 && p.all.Len() >= p.left {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

// JSON is written in pieces, the same as in one, and no more is made once out fails.
func TestJSONInPieces(t *testing.T) {
	var o struct {
		Rows  map[int]*strand
		Names []string
		Deep  *web
	}
	o.Rows, o.Deep = map[int]*strand{}, newWeb()
	for i := range 3000 {
		o.Rows[i] = &strand{ID: i}
		o.Names = append(o.Names, fmt.Sprint("name \u202e ", i))
	}
	n := Snap(Raw(inspect.Of(&o), "o"), Limit{Items: 3000, Nodes: 20_000, Depth: 20})
	var out pieces
	if err := n.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	whole := string(n.JSON())
	if out.all.String() != whole || n.JSONSize() != len(whole) {
		t.Errorf("%d bytes in pieces, %d in one, %d announced", out.all.Len(), len(whole), n.JSONSize())
	}
	if len(whole) < 100_000 || out.longest > 3*jsonPiece {
		t.Errorf("a piece has %d of %d bytes", out.longest, len(whole))
	}
	short := pieces{left: 10_000}
	if err := n.WriteJSON(&short); err != io.ErrShortWrite || short.all.Len() > 10_000+3*jsonPiece {
		t.Errorf("%v after %d bytes", err, short.all.Len())
	}
	for _, n := range []*Node{nil, {}, {Hidden: true}, {Same: "x"}, {Err: "y"}, {Shape: inspect.List}} {
		var out pieces
		if n.WriteJSON(&out); out.all.String() != string(n.JSON()) || out.all.Len() == 0 {
			t.Errorf("%q in pieces, %q in one", out.all.String(), n.JSON())
		}
	}
}
