package render_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// grower makes a Node from any bytes: what a snapshot may hold, and what it never should.
type grower struct {
	attack.Choices
	left *int // nodes
}

func (g *grower) node() *render.Node {
	*g.left--
	if *g.left <= 0 || g.Some(16) {
		return nil
	}
	n := &render.Node{Shape: inspect.Shape(g.Byte() % 12), Mark: inspect.Mark(g.Byte()), Len: int(int8(g.Byte()))}
	switch g.Byte() % 4 {
	case 1:
		n.Type = g.Text()
	case 2:
		n.Type = "[]shop.T"
	}
	switch g.Byte() % 12 {
	case 0:
		n.Scalar = g.Text()
	case 1:
		n.Scalar = []byte(g.Text())
	case 2:
		n.Scalar = int(int8(g.Byte()))
	case 3:
		n.Scalar = uint64(math.MaxUint64) - uint64(g.Byte())
	case 4:
		n.Scalar = math.Float64frombits(uint64(g.Byte())<<56 | uint64(g.Byte())<<48)
	case 5:
		n.Scalar = complex(1, float64(g.Byte()))
	case 6:
		n.Scalar = time.Duration(g.Byte()) << g.Byte()
	case 7:
		n.Scalar = time.Unix(int64(g.Byte())<<(g.Byte()%64), 0)
	case 8:
		n.Scalar = g.Some(2)
	case 9:
		n.Scalar = struct{}{}
	case 10:
		n.Gloss = g.Text()
	case 11:
		n.Scalar = float32(int8(g.Byte()))
	}
	n.Text = g.Text()
	if g.Some(4) {
		n.Cut = &render.Cut{More: int(int8(g.Byte())), Path: g.Text()}
	}
	if g.Some(8) {
		n.Err = g.Text()
	}
	if g.Some(16) {
		n.Cycle = g.Text()
	}
	n.Hidden = g.Some(16)
	alike := g.Some(3)
	for range g.Byte() % 6 {
		if *g.left <= 0 {
			break
		}
		before := g.Choices
		n.Items = append(n.Items, g.item())
		for i := 0; alike && i < 3; i++ {
			n.Items = append(n.Items, (&grower{before, g.left}).item())
		}
	}
	return n
}

func (g *grower) item() render.Item {
	item := render.Item{Name: g.Text()}
	if g.Some(3) {
		item.Key = g.node()
	}
	item.Node = g.node()
	return item
}

func FuzzNode(f *testing.F) {
	f.Add([]byte{}, 80, true)
	f.Add([]byte("\x00\x03\x00\x05\x02\x00\x01\x04\x00\x05\x1b[2J\xff\x00\x01"), 20, false)
	f.Add([]byte(strings.Repeat("\x00\x03\x00\x05\x02\x00\x04", 40)), 30, true)
	f.Add(bytes.Repeat([]byte{2, 3, 0, 0, 0, 0, 3, 'a', 0x1b, 0x9b}, 30), 1, true)
	gloss := "\x00%c\x00\x00\x00\x0a\x05\x1b[2J\xff"
	f.Add(fmt.Appendf(nil, gloss, inspect.Func), 80, true)
	within := "\x00%c\x00\x00\x00\x0a\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00"
	f.Add(fmt.Appendf(nil, within+gloss, inspect.Struct, inspect.Struct), 80, true)
	f.Fuzz(func(t *testing.T, from []byte, width int, colour bool) {
		left := 400
		n := (&grower{from, &left}).node()
		check(t, n, width%300, colour)
	})
}

// check holds n to what is promised of all that is written.
func check(t *testing.T, n *render.Node, width int, colour bool) {
	t.Helper()
	var plain, coloured strings.Builder
	style := render.Style{Width: width, Now: when}
	n.WriteText(&plain, style)
	harmless(t, plain.String())
	if !strings.HasSuffix(plain.String(), "\n") {
		t.Errorf("no end of line: %q", plain.String())
	}
	style.Color = colour
	n.WriteText(&coloured, style)
	if got := sgr(coloured.String()); got != plain.String() {
		t.Errorf("colour changes the text: %q, not %q", got, plain.String())
	}
	var glance strings.Builder
	style.Color, style.Height = false, width&31
	n.WriteText(&glance, style)
	if harmless(t, glance.String()); !strings.HasSuffix(glance.String(), "\n") {
		t.Errorf("no end of line: %q", glance.String())
	}
	one := n.Line(width)
	if harmless(t, one); strings.Contains(one, "\n") {
		t.Errorf("a line of several: %q", one)
	}
	j := n.JSON()
	harmless(t, string(j))
	if !json.Valid(j) || bytes.IndexByte(j, '\n') >= 0 {
		t.Errorf("not valid JSON: %s", j)
	}
	if !bytes.Equal(j, n.JSON()) {
		t.Errorf("JSON twice: %s", j)
	}
	if n != nil && n.Hidden && (string(j) != `{"…":{"redacted":true}}` || !strings.HasSuffix(n.Line(0), "<redacted>")) {
		t.Errorf("hidden: %s, %s", j, n.Line(0))
	}
}

// FuzzString: a string is written as a literal that reads back as the same string.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b[2J", "\xff", "\u202e", `{"a": 1}`, "`\"", "a\r\nb", "\\", "日本e\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := render.FromPlain(s, render.Limit{Bytes: len(s) + 1}, "x")
		check(t, n, 40, true)
		if got := unquote(t, n.Line(0)); got != s {
			t.Errorf("%q reads back as %q", s, got)
		}
		// Each cut continues exactly where the one before ended.
		var parts strings.Builder
		for at := 0; at < len(s) && at < 1000; {
			n := render.FromPlain(s[at:], render.Limit{Bytes: 3}, "x")
			part := n.Scalar.(string)
			if part == "" {
				t.Fatalf("nothing shown of %q", s[at:])
			}
			parts.WriteString(part)
			at += len(part)
			if (n.Cut != nil) != (at < len(s)) || n.Cut != nil && n.Cut.More != len(s)-at {
				t.Fatalf("%q: cut %+v", part, n.Cut)
			}
		}
		if !strings.HasPrefix(s, parts.String()) {
			t.Errorf("the parts of %q are %q", s, parts.String())
		}
	})
}
