package inspect_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// page is a listing, a tree and bars, with text.
func page() *inspect.Page {
	name, typ := inspect.Column{Role: inspect.NameRole}, inspect.Column{Role: inspect.TypeRole}
	p := &inspect.Page{}
	p.Text("what there is, in a line that is too long for most", inspect.PlainRole)
	p.Columns([][]string{
		{"cache", "*shop.Cache", "", "the items by their number"},
		{"evil\x1b[2J", "any", "", ""},
	}, name, typ, inspect.Column{}, inspect.Column{})
	p.Columns([][]string{
		{"cache", "*shop.Cache", ""},
		{"├─ items", "map[string]*shop.Item", "3 keys"},
		{"│  └─ [0]", "*shop.Item", "nil"},
		{"└─ mu", "sync.Mutex", "unlocked"},
	}, name, typ, inspect.Column{})
	number := func(name string) inspect.Column {
		return inspect.Column{Name: name, Role: inspect.NumberRole, Right: true}
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
		if err := page().WriteText(&b, inspect.Style{Width: width}); err != nil {
			t.Error(err)
		}
		if got := "\n" + b.String(); got != want {
			t.Errorf("%d columns:%s", width, got)
		}
		var colored strings.Builder
		page().WriteText(&colored, inspect.Style{Width: width, Color: true})
		if got := uncolored.Replace(colored.String()); got != b.String() {
			t.Errorf("%d columns, coloured:\n%s", width, got)
		}
	}
	if got := page().String() + "\n"; !strings.HasPrefix(got, "what there is, in a line that is too long for most\ncache ") {
		t.Errorf("String:\n%s", got)
	}
	if err := page().WriteText(full{}, inspect.Style{}); !errors.Is(err, errFull) {
		t.Errorf("what out says is lost: %v", err)
	}
}

var uncolored = strings.NewReplacer("\x1b[0m", "", "\x1b[2m", "", "\x1b[33m", "", "\x1b[34m", "", "\x1b[36m", "")

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestName: what a value is called stands before it, and above what has lines of its own.
func TestName(t *testing.T) {
	text := &inspect.Page{}
	text.Text("nothing changed", inspect.PlainRole)
	row := func(n int) *inspect.Node {
		return &inspect.Node{Shape: inspect.Struct, Items: []inspect.Item{
			{Name: "value", Node: inspect.FromPlain("a", inspect.Limit{}, "")}, {Name: "count", Node: inspect.FromPlain(n, inspect.Limit{}, "")}}}
	}
	write := func(n *inspect.Node, p *inspect.Page) string {
		var b strings.Builder
		style := inspect.Style{Width: 40, Name: "x"}
		if n != nil {
			n.WriteText(&b, style)
		} else {
			p.WriteText(&b, style)
		}
		return b.String()
	}
	table := &inspect.Node{Shape: inspect.List, Len: 2, Items: []inspect.Item{{Node: row(1)}, {Node: row(20)}}}
	one := &inspect.Node{Shape: inspect.List, Len: 1, Items: table.Items[:1]}
	for got, want := range map[string]string{
		write(inspect.FromPlain(5, inspect.Limit{}, ""), nil): "x = 5\n",
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
	page().WriteText(&b, inspect.Style{Width: 40})
	return b.String()
}
