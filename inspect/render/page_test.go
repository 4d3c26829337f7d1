package render_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// page is a listing, a tree and bars, with text.
func page() *render.Page {
	name, typ := render.Column{Role: render.NameRole}, render.Column{Role: render.TypeRole}
	p := &render.Page{}
	p.Text("what there is, in a line that is too long for most", render.PlainRole)
	p.Columns([][]string{
		{"cache", "*shop.Cache", "", "the items by their number"},
		{"evil\x1b[2J", "any", "", ""},
	}, name, typ, render.Column{}, render.Column{})
	p.Columns([][]string{
		{"cache", "*shop.Cache", ""},
		{"├─ items", "map[string]*shop.Item", "3 keys"},
		{"│  └─ [0]", "*shop.Item", "nil"},
		{"└─ mu", "sync.Mutex", "unlocked"},
	}, name, typ, render.Column{})
	number := func(name string) render.Column {
		return render.Column{Name: name, Role: render.NumberRole, Right: true}
	}
	p.Bars([][]string{{"5", "100"}, {"10", "1"}, {"15", "0"}}, []float64{1, .01, 0}, number("from"), number("count"))
	p.Verbatim("{\n  \"this is not folded, so that it can be copied\": 1\n}")
	return p
}

func TestPage(t *testing.T) {
	for width, want := range map[int]string{
		-1: `
what there is, in a line that is too long for most
cache         *shop.Cache   the items by their number
evil\x1b[2J   any
cache       *shop.Cache
├─ items    map[string]*shop.Item   3 keys
│  └─ [0]   *shop.Item              nil
└─ mu       sync.Mutex              unlocked
from   count
   5     100   ████████████████████████████████████████
  10       1   ▍
  15       0
{
  "this is not folded, so that it can be copied": 1
}
`, 44: `
what there is, in a line that is too long
for most
cache         *shop.Cache   the items by
                            their number
evil\x1b[2J   any
cache       *shop.Cache
├─ items    map[string]*shop.Item   3 keys
│  └─ [0]   *shop.Item              nil
└─ mu       sync.Mutex              unlocked
from   count
   5     100   █████████████████████████████
  10       1   ▎
  15       0
{
  "this is not folded, so that it can be copied": 1
}
`, 26: `
what there is, in a line
that is too long for most
cache         *shop.Cache
  the items by their
  number
evil\x1b[2J   any
cache       *shop.Cache
├─ items
│    map[string]*shop.Item
│    3 keys
│  └─ [0]   *shop.Item
│       nil
└─ mu       sync.Mutex
     unlocked
from   count
   5     100   ███████████
  10       1   ▏
  15       0
{
  "this is not folded, so that it can be copied": 1
}
`} {
		var b strings.Builder
		if err := page().WriteText(&b, render.Style{Width: width}); err != nil {
			t.Error(err)
		}
		if got := "\n" + b.String(); got != want {
			t.Errorf("%d columns:%s", width, got)
		}
		var colored strings.Builder
		page().WriteText(&colored, render.Style{Width: width, Color: true})
		if got := uncolored.Replace(colored.String()); got != b.String() {
			t.Errorf("%d columns, coloured:\n%s", width, got)
		}
	}
	if got := page().String() + "\n"; !strings.HasPrefix(got, "what there is, in a line that is too long for most\ncache ") {
		t.Errorf("String:\n%s", got)
	}
	if err := page().WriteText(full{}, render.Style{}); !errors.Is(err, errFull) {
		t.Errorf("what out says is lost: %v", err)
	}
}

var uncolored = strings.NewReplacer("\x1b[0m", "", "\x1b[2m", "", "\x1b[1m", "", "\x1b[35m", "")

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestName: the name of a value stands before it, or above what has lines of its own.
func TestName(t *testing.T) {
	text := &render.Page{}
	text.Text("nothing changed", render.PlainRole)
	row := func(n int) *render.Node {
		return &render.Node{Shape: inspect.Struct, Items: []render.Item{
			{Name: "value", Node: render.FromPlain("a", render.Limit{}, "")}, {Name: "count", Node: render.FromPlain(n, render.Limit{}, "")}}}
	}
	write := func(n *render.Node, p *render.Page) string {
		var b strings.Builder
		style := render.Style{Width: 40, Name: "x"}
		if n != nil {
			n.WriteText(&b, style)
		} else {
			p.WriteText(&b, style)
		}
		return b.String()
	}
	table := &render.Node{Shape: inspect.List, Len: 2, Items: []render.Item{{Node: row(1)}, {Node: row(20)}}}
	one := &render.Node{Shape: inspect.List, Len: 1, Items: table.Items[:1]}
	for got, want := range map[string]string{
		write(render.FromPlain(5, render.Limit{}, ""), nil): "x = 5\n",
		write(nil, text):   "x = nothing changed\n",
		write(nil, page()): "x =\n" + page40(),
		write(table, nil):  "x = [\n  value  count\n  \"a\"        1\n  \"a\"       20\n]\n",
		write(one, nil):    "x = [\n  value  count\n  \"a\"        1\n]\n",
	} {
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

func page40() string {
	var b strings.Builder
	page().WriteText(&b, render.Style{Width: 40})
	return b.String()
}
