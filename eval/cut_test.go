package eval_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

type leafT struct {
	Name  string
	Price float64
	Page  []byte
	Tags  []string
	In    *leafT
	Note  string
	When  time.Duration
	Extra any
}

type treeT struct {
	kids   []*treeT
	byName map[string]*treeT
	leaves []leafT
	label  string
}

func grown(depth int) *treeT {
	if depth == 0 {
		return nil
	}
	t := &treeT{label: strings.Repeat("label ", depth*100), byName: map[string]*treeT{}}
	for i := range 9 {
		t.kids = append(t.kids, grown(depth-1))
		t.byName[fmt.Sprintf("kid \"%d\"", i)] = t.kids[i]
		t.leaves = append(t.leaves, leafT{Name: fmt.Sprint("leaf", i), Price: float64(i), Tags: []string{"a", "b"}, Page: bytes.Repeat([]byte("page "), 100),
			Note: strings.Repeat("note ", 20), In: &leafT{Name: "inner"}, Extra: map[int]int{i: i}})
	}
	return t
}

// cutRegistry exposes something of each kind of which not all is shown.
func cutRegistry() *registry.Registry {
	reg := registry.New()
	big := make([]int, 1000)
	byInt, byText, mixed := map[int]string{}, map[string]leafT{}, map[any]int{}
	for i := range 1000 {
		big[i] = i * i
		byInt[i-500] = fmt.Sprint("entry ", i)
		byText[fmt.Sprintf("key \\ \"%d\" 日本", i)] = leafT{Name: fmt.Sprint(i)}
		mixed[i], mixed[fmt.Sprint(i)], mixed[i%2 == 0] = i, i, i
	}
	deep := []any{"bottom"}
	for range 30 {
		deep = []any{deep, len(deep)}
	}
	reg.Expose("big", &big)
	reg.Expose("text", &[]string{strings.Repeat("long 日本 text ", 1000)}[0])
	reg.Expose("raw", &[][]byte{bytes.Repeat([]byte{0, 1, 2, 0xff}, 2000)}[0])
	reg.Expose("byInt", &byInt)
	reg.Expose("byText", &byText)
	reg.Expose("mixed", &mixed)
	reg.Expose("deep", &deep)
	reg.Expose("tree", grown(2))
	reg.Expose("app.tree", grown(2), registry.Frozen())
	return reg
}

// TestEveryCutIsAnAddress types what is printed beside each cut, and holds that it shows the next
// part of the same: until there is nothing more, or enough has been seen.
func TestEveryCutIsAnAddress(t *testing.T) {
	for _, limits := range []eval.Limits{
		{},
		{Show: render.Limit{Depth: 2, Items: 5, Bytes: 40, Nodes: 60}},
		{Show: render.Limit{Depth: 3, Items: 7, Bytes: 64, Taper: true}},
	} {
		s := eval.NewSession(cutRegistry(), limits)
		c := cutTester{t: t, s: s, seen: map[string]bool{}, told: map[string]bool{}}
		all := 0
		for _, source := range []string{
			"big", "text", "raw", "byInt", "byText", "mixed", "deep", "tree", "app.tree", "app", "tree.kids", "tree.kids[1].byName", "big[3:900]", "text[10:]", "byInt[10:700]",
			"filter(big, # > 10)", "map(big, [#, #])", "1..5000", "groupBy(big, # % 100)", "[big, text]", "{a: big, b: text}", "big | map(# * 2)", "filter(byInt, true)", "toPairs(byInt)",
			"tree.kids ?? 5", "text + text", "repeat(\"ab\", 3000)", "x = tree", "x", "copy = [tree]", "copy", "list = map(big, # + 1)", "list", "$env", "keys(byText)", "top(big, 500, # % 7)", "reverse(big)",
		} {
			if !strings.Contains(source, "=") {
				c.n = 0
				c.follow(source, 0)
				all += c.n
			} else if _, err := s.Eval(context.Background(), source); err != nil {
				t.Fatal(err)
			}
		}
		if all < 300/attack.Stride(6) {
			t.Errorf("only %d cuts were followed", all)
		}
	}
}

type cutTester struct {
	t    *testing.T
	s    *eval.Session
	seen map[string]bool
	told map[string]bool
	n    int
}

// printed finds what is printed as an address of more.
var printed = regexp.MustCompile(`(?m)… (?:[\d,]+ )?(?:more(?: bytes| in each row \(.*?\))?|elements?|entries|entry|bytes): (.+)$|{…: (.+)$`)

func (c *cutTester) follow(source string, depth int) *render.Node {
	if c.seen[source] || c.n > 60/attack.Stride(6) {
		return nil
	}
	c.seen[source] = true
	r, err := c.s.Eval(context.Background(), source)
	if err != nil {
		c.t.Errorf("%s was printed beside a cut, and typing it fails: %v", source, err)
		return nil
	}
	c.cuts(source, r.Node, depth)
	if depth > 3 {
		return r.Node
	}
	for _, width := range []int{40, 80, 200} {
		var text bytes.Buffer
		r.Node.WriteText(&text, render.Style{Width: width})
		r.Node.WriteText(&text, render.Style{Width: width, Height: 5})
		r.Node.WriteText(&text, render.Style{Width: width, Height: 20})
		for _, m := range printed.FindAllStringSubmatch(text.String(), -1) {
			c.typed(source, m[1]+m[2], depth)
		}
	}
	return r.Node
}

// typed evaluates what stands behind a cut, up to the bracket that closes what is around it.
func (c *cutTester) typed(source, line string, depth int) {
	address := line
	var open int
	quoted := byte(0)
	for i := 0; i < len(line) && len(address) == len(line); i++ {
		switch b := line[i]; {
		case open == 0 && quoted == 0 && b == ',':
			address = line[:i]
		case quoted != 0 && b == '\\':
			i++
		case quoted != 0 && b == quoted:
			quoted = 0
		case quoted != 0:
		case b == '"':
			quoted = b
		case strings.IndexByte("([{", b) >= 0:
			open++
		case strings.IndexByte(")]}", b) >= 0:
			if open--; open < 0 {
				address = line[:i]
			}
		}
	}
	if c.seen[address] {
		return
	}
	c.n++
	c.follow(address, depth+1)
	if c.t.Failed() && !c.told[source] {
		c.told[source] = true
		c.t.Logf("that was printed by %s", source)
	}
}

// cuts holds that the addresses in the snapshot show what comes next.
func (c *cutTester) cuts(source string, n *render.Node, depth int) {
	if n == nil || n.Hidden {
		return
	}
	if n.Cut != nil {
		c.n++
		if n.Cut.Path == "" {
			c.t.Errorf("%s has a cut without an address: %s", source, n.Line(80))
		} else if next := c.follow(n.Cut.Path, depth+1); next != nil {
			c.next(source, n, next)
		}
	}
	for _, item := range n.Items {
		c.cuts(source, item.Key, depth)
		c.cuts(source, item.Node, depth)
	}
}

// next holds that what an address shows is the part that comes after what was shown.
func (c *cutTester) next(source string, n, next *render.Node) {
	switch {
	case n.Cut.More == 0:
		if n.Len > 0 && n.Len != next.Len {
			c.t.Errorf("%s: %s shows %d elements of the %d that were left out", source, n.Cut.Path, next.Len, n.Len)
		}
	case n.Shape == inspect.Scalar:
		if next.Len == 0 || next.Len > n.Cut.More {
			c.t.Errorf("%s: %s shows %d bytes of the %d that are more", source, n.Cut.Path, next.Len, n.Cut.More)
		}
	case n.Shape == inspect.Map || n.Shape == inspect.List:
		if next.Len == 0 || next.Len > n.Cut.More {
			c.t.Errorf("%s: %s shows %d elements of the %d that are more", source, n.Cut.Path, next.Len, n.Cut.More)
		}
		shown := map[string]bool{}
		for _, item := range n.Items {
			if item.Key != nil {
				shown[item.Key.Line(0)] = true
			}
		}
		for _, item := range next.Items {
			if item.Key != nil && shown[item.Key.Line(0)] {
				c.t.Errorf("%s: %s shows %s again", source, n.Cut.Path, item.Key.Line(0))
			}
		}
	}
}
