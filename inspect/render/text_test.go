package render_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

var update = flag.Bool("update", false, "rewrite the golden files")

type state string

type scalars struct {
	Bool  bool
	Int   int8
	Uint  uint64
	Float float64
	Whole float64
	Large float64
	Small float64
	F32   float32
	NaN   float64
	Cx    complex64
	State state
	Dur   time.Duration
	When  time.Time
	Zero  time.Time
	Count atomic.Int64
	Raw   []byte
	Bin   [4]byte
}

type line struct {
	SKU   string
	Count int
	Price float64
	Gift  bool
}

type order struct {
	mu    sync.Mutex
	ID    int
	Lines []line
	By    map[string]*line
	Next  *order
	Notes any
	_     int
	anon  struct{ X, Y int }
}

type branch struct {
	Name   string
	Parent *branch
	Kids   []*branch
}

type wide struct {
	ID      int
	Name    string
	Touched time.Time
	Tag     uint64
	State   state
	Page    []byte
	Labels  []string
}

type box[T any] struct{ In T }

var when = time.Date(2026, 11, 23, 8, 0, 0, 5e8, time.UTC)

func guardedLines(n int) (lines []line) {
	for i := range n {
		lines = append(lines, line{"sku-" + strings.Repeat("7", i%3+1), i * i * i, float64(i) * 1.25, i%2 == 0})
	}
	return lines
}

// solid is a snapshot of a value that nothing changes.
func solid(x any, limit render.Limit) *render.Node {
	return render.Snap(render.Raw(inspect.Of(x).Trust(true), "x"), limit)
}

func node(name, text string) render.Item {
	return render.Item{Name: name, Node: &render.Node{Shape: inspect.Opaque, Text: text}}
}

func marked(mark inspect.Mark) *render.Node {
	return &render.Node{Shape: inspect.Scalar, Scalar: 7, Text: "7", Mark: mark}
}

// topics are what a person sees, one golden file each.
func topics() map[string][]*render.Node {
	var none render.Limit
	root := &branch{Name: "root"}
	root.Kids = []*branch{{Name: "left", Parent: root}, {Name: "right", Parent: root, Kids: []*branch{}}}
	l := guardedLines(3)
	full := &order{ID: 17, Lines: guardedLines(2), By: map[string]*line{"a": &l[0], "b": &l[1], "c": nil}, Notes: state("open")}
	full.Next = &order{ID: 18}
	owner := &line{SKU: "owner", Count: 1, Price: 2.5}
	twins := struct{ Owner, Payer, Other *line }{owner, owner, &line{SKU: "owner", Count: 1, Price: 2.5}}
	strange := []foreign{
		{"\x1b[2Jescape", "日本語", 1}, {"bell\a \u009b C1", "e\u0301 combining", 22}, {"bidi \u202e\u2066", "emoji 😀 \u200d", 333},
		{"bad \xff\xc0", "\ufeff\u00ad\u2028", 4444}, {strings.Repeat("語", 40), "two\nlines\t|", 55555}, {"plain", "", 0},
	}
	many := make([]int, 1200)
	for i := range many {
		many[i] = i * i
	}
	scalar := &scalars{
		true, -5, math.MaxUint64, 12.5, 3, 1e20, 1e-7, 0.1, math.NaN(), 1 + 2i, "up", 133 * time.Second, when, time.Time{},
		atomic.Int64{}, []byte(`{"a": 1}`), [4]byte{0, 1, 0xfe, 0xff},
	}
	scalar.Count.Store(42)
	plain := func(x any, limit render.Limit) *render.Node { return render.FromPlain(x, limit, "x") }
	return map[string][]*render.Node{
		"scalars": {solid(scalar, none), plain(12.5, none), plain(time.Minute, none), plain("text", none)},
		"strings": {
			plain("two\nlines and a tab\t", none),
			plain("escape \x1b[2J, bell \a, C1 \u009b, bidi \u202e and \u2066, soft\u00adhyphen, bad \xff\xc0", none),
			plain(`{"json": "in \"quotes\""}`, none),
			plain("back`quote \"and\" other", none),
			plain("wide 日本, combining e\u0301, emoji 😀", none),
			plain(strings.Repeat("long ", 500), render.Limit{Bytes: 40}),
			plain([]byte("bytes"), none),
			plain(bytes.Repeat([]byte{0xab}, 99), render.Limit{Bytes: 64}),
		},
		"structs": {
			solid(&line{"sku", 1, 2.5, true}, none),
			solid(full, none),
			solid(&struct{}{}, none),
			solid(&box[box[*line]]{}, none),
			solid(&struct {
				X int `json:"x"`
				Y []struct{ Z int }
			}{1, []struct{ Z int }{{2}}}, none),
		},
		"maps": {
			plain(map[any]any{10: "ten", 9: "nine", "b": 1, "a": 2, true: 3, 2.5: 4, nil: 5, uint64(math.MaxUint64): 6}, none),
			solid(&map[state]line{"up": l[0], "down": l[1]}, none),
			solid(&map[line]int{l[0]: 1, l[1]: 2}, none),
			plain(map[string]any{}, none),
			solid(&map[time.Duration]string{time.Hour: "hour", time.Second: "second", time.Millisecond: strings.Repeat("millisecond ", 8)}, none),
		},
		"lists": {
			plain([]any{1, "two", 3.5, nil, true, []string{"nested"}}, none),
			solid(&many, render.Limit{Items: 40}),
			plain([]string{strings.Repeat("a", 50), strings.Repeat("b", 50), "c"}, none),
			solid(&[3][2]int{{1, 2}, {3, 4}, {5, 6}}, none),
			solid(&[]*line{&l[0], nil}, none),
			plain([]any{}, none),
		},
		"tables": {
			solid(ptr(guardedLines(12)), render.Limit{Items: 8}),
			solid(&map[string]*line{"first": &l[0], "second": &l[1], "third": &l[2], "none": nil}, none),
			plain([]any{map[string]any{"日本": 1, "b": "x"}, map[string]any{"日本": 200, "b": "語"}, map[string]any{"日本": nil, "b": "y"}, nil}, none),
			plain([]any{render.Raw(inspect.Of(&l[0]), "a"), render.Raw(inspect.Of(&l[1]), "b"), render.Raw(inspect.Of(&l[2]), "c")}, none),
			// Not one type, not flat, and too wide: no tables.
			plain([]any{map[string]any{"a": 1}, map[string]any{"b": 2}, map[string]any{"a": strings.Repeat("3", 70)}}, none),
			solid(ptr([]*branch{{Name: strings.Repeat("a", 30), Kids: []*branch{root}}, {Name: "b"}, {Name: "c"}}), render.Limit{Depth: 2}),
			{Shape: inspect.List, Items: []render.Item{
				{Node: &render.Node{Shape: inspect.Struct, Items: []render.Item{node("name", "cache"), node("doc", "the item cache")}}},
				{Node: &render.Node{Shape: inspect.Struct, Items: []render.Item{node("name", "orders"), node("doc", "pending orders")}}},
				{Node: &render.Node{Shape: inspect.Struct, Mark: inspect.Torn, Items: []render.Item{node("name", "loop"), node("doc", "")}}},
				{Node: &render.Node{Hidden: true}},
			}},
		},
		"rows": {
			solid(&map[string]*wide{
				"first":  {1, "a name of some length", when, 1 << 60, "up", []byte("<h1>Lamps</h1><p>All of them warm white.</p>"), nil},
				"second": {2, "b", when.Add(-time.Hour), 7, "down", []byte{0x1f, 0x8b}, []string{"one", "two"}},
				"third":  {3, "c", time.Time{}, 7, "down", nil, []string{strings.Repeat("too wide ", 12)}},
			}, none),
		},
		"cuts": {
			solid(full, render.Limit{Depth: 1}),
			solid(&[]*order{full, full}, render.Limit{Depth: 1}),
			solid(full, render.Limit{Nodes: 4}),
			solid(&many, render.Limit{Items: 5}),
			solid(ptr(&many), render.Limit{Depth: 1}),
			render.Snap(render.Raw(inspect.Of(&many).Trust(true), ""), render.Limit{Items: 5}),
			render.FromPlain(many, render.Limit{Items: 5}, "squares[64:1264]"),
			plain(map[string]any{"a": 1, "b": 2, "c": 3}, render.Limit{Items: 2}),
		},
		"tapered": {
			solid(&holder{Name: "all", By: records(5), Recent: []*record{record7(1), record7(2)}, Last: record7(3), Next: &holder{Name: "next", Last: record7(4)}},
				render.Limit{Taper: true}),
			solid(ptr(records(3)), render.Limit{Taper: true}),
			solid(&[]any{record7(1), "text", full, strings.Repeat("long ", 30)}, render.Limit{Taper: true}),
		},
		"listings": {listing(
			[]string{"cache", "*shop.Cache", "the item cache", "guarded by cache.mu"},
			[]string{"db.pool", "*shop.Pool", "", "no lock found: read racily"},
			[]string{"health", "any", "is the shop well?", "computed at each look \x1b[2J"},
		), listing([]string{"mu", "sync.RWMutex"}, []string{"items", "map[string]*shop.Item"})},
		"hostile": {
			solid(&strange, none), solid(&strange, render.Limit{Taper: true}),
			solid(&map[string]foreign{"\x1b[31m": {"a", "b", 1}, "日本": {"c", "d", 2}, "\u202e\xff": {"e", "f", 3}, strings.Repeat("k", 90): {"g", "h", 4}}, none),
			solid(&map[string]any{"\x1b]0;title\a": "v", "ключ": "e\u0301e\u0301", "\u2067": []string{"\x1b[2J", "\r\n"}}, none),
			render.FromPlain([]any{map[string]any{"head\x1b[2J": 1, "日本": "x"}, map[string]any{"head\x1b[2J": 22, "日本": "語"}, map[string]any{"head\x1b[2J": 3, "日本": "\u202e"}}, none, "x"),
		},
		"cycles": {solid(root, none), solid(&root.Kids, none)},
		"shared": {solid(&twins, none), solid(&[]*line{&l[0], &l[1], &l[0]}, none)},
		"marks": {
			marked(inspect.Racy), marked(inspect.Torn), marked(inspect.Torn | inspect.Racy), marked(inspect.Copied),
			render.Snap(render.Raw(inspect.Of(guardedLines(2)), "x"), none),
			render.Snap(render.Raw(inspect.Of(full), "x"), none),
			{Shape: inspect.Struct, Type: "shop.T", Mark: inspect.Racy, Items: []render.Item{
				{Name: "a", Node: marked(inspect.Racy)}, {Name: "b", Node: marked(inspect.Torn | inspect.Racy)}}},
		},
		"redacted": {
			{Hidden: true, Type: "string"},
			{Shape: inspect.Struct, Type: "*shop.Config", Items: []render.Item{
				node("host", "localhost"), {Name: "password", Node: &render.Node{Hidden: true, Type: "string"}}}},
			{Shape: inspect.Map, Type: "map[string]int", Items: []render.Item{
				{Key: &render.Node{Hidden: true}, Node: marked(0)}, {Key: &render.Node{Hidden: true}, Node: marked(0)}}},
		},
		"errors": {
			{Err: "cache.mu was held for all of 100 ms"},
			{Err: "hostile \x1b[2J\r\nsecond line \u202e"},
			{Shape: inspect.List, Type: "[]int", Len: 900, Err: "boom", Items: []render.Item{{Node: marked(0)}, {Node: marked(0)}}},
			{Shape: inspect.Struct, Type: "*shop.Cache", Items: []render.Item{
				{Name: "hits", Node: marked(0)}, {Name: "items", Node: &render.Node{Shape: inspect.Map, Err: "cache.mu was held for all of 100 ms"}}}},
		},
		"others": {
			solid(&struct {
				mu    sync.RWMutex
				ch    chan int
				err   error
				typed error
			}{sync.RWMutex{}, make(chan int, 8), errors.New("gone"), (*typedNil)(nil)}, none),
		},
	}
}

type record struct {
	Key     string
	Hits    int
	Price   float64
	State   state
	Tag     uint64
	Expires time.Time
	Page    []byte
	Lines   []line
}

type holder struct {
	Name   string
	By     map[string]*record
	Recent []*record
	Last   *record
	Next   *holder
}

func record7(i int) *record {
	return &record{fmt.Sprintf("sku-%d", i*7919), i, float64(i) * 1.5, "fresh", uint64(i) << 60, when, []byte("<h1>All of them warm white</h1>"), guardedLines(i % 4)}
}

func records(n int) map[string]*record {
	m := map[string]*record{}
	for i := range n {
		m[record7(i).Key] = record7(i)
	}
	return m
}

type foreign struct {
	Name, Title string
	N           int
}

// listing is a list of rows of text.
func listing(rows ...[]string) *render.Node {
	list := &render.Node{Shape: inspect.List, Len: len(rows)}
	for _, row := range rows {
		r := &render.Node{Shape: inspect.Struct}
		for i, text := range row {
			r.Items = append(r.Items, render.Item{
				Name: []string{"name", "type", "doc", "guard"}[i],
				Node: &render.Node{Shape: inspect.Scalar, Scalar: text, Text: text},
			})
		}
		list.Items = append(list.Items, render.Item{Node: r})
	}
	return list
}

func ptr[T any](x T) *T { return &x }

func TestText(t *testing.T) {
	for name, nodes := range topics() {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			for _, n := range nodes {
				if err := n.WriteText(&b, render.Style{Width: 76, Now: when.Add(3*time.Hour + 12*time.Minute)}); err != nil {
					t.Fatal(err)
				}
				b.WriteByte('\n')
			}
			golden(t, filepath.Join("testdata", name+".txt"), b.Bytes())
			b.Reset()
			for _, n := range nodes {
				b.Write(append(n.JSON(), '\n'))
			}
			golden(t, filepath.Join("testdata", name+".json"), b.Bytes())
		})
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run go test ./inspect -run TestText -update, and read the file", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date; run with -update and read the difference. Got:\n%s", file, got)
	}
}

func TestColour(t *testing.T) {
	n := render.FromPlain(map[string]any{"a": 1, "b": "text", "c": []any{nil, true}}, render.Limit{}, "x")
	for _, width := range []int{20, 80} {
		var plain, coloured bytes.Buffer
		n.WriteText(&plain, render.Style{Width: width})
		n.WriteText(&coloured, render.Style{Width: width, Color: true})
		if strings.Contains(plain.String(), "\x1b") {
			t.Errorf("escapes without colour: %q", plain.String())
		}
		if !strings.Contains(coloured.String(), "\x1b[32m\"text\"\x1b[0m") {
			t.Errorf("no colour: %q", coloured.String())
		}
		if got := sgr(coloured.String()); got != plain.String() {
			t.Errorf("colour changes the text: %q, want %q", got, plain.String())
		}
	}
}

// sgr returns s without colours.
func sgr(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

type failing struct{ left int }

func (f *failing) Write(b []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, errors.New("gone")
	}
	return len(b), nil
}

// TestWideIsWhole: what does not fit a line is written all the same. Only a Cut leaves something
// out.
func TestWideIsWhole(t *testing.T) {
	key, text := strings.Repeat("key ", 50)+"end of key", strings.Repeat("text ", 50)+"end of text"
	row := map[string]any{key: text, "a": text}
	for _, x := range []any{
		text, []any{text, 1}, []any{text, nil}, row, []any{row}, []any{row, row, row}, map[string]any{key: row},
		[]any{map[string]any{"a": 1}, map[string]any{"a": 2}, map[string]any{"a": text}},
	} {
		for _, width := range []int{20, 40, 80, 300} {
			var b bytes.Buffer
			render.FromPlain(x, render.Limit{}, "x").WriteText(&b, render.Style{Width: width})
			for _, part := range []string{key, text} {
				if got, want := strings.Count(b.String(), part+`"`), strings.Count(fmt.Sprint(x), part); got != want {
					t.Errorf("width %d: %q is there %d times, want %d, in\n%s", width, part, got, want, b.String())
				}
			}
		}
	}
}

func TestWriteErrorEnds(t *testing.T) {
	n := render.FromPlain([]any{map[string]any{"a": 1}, strings.Repeat("x", 100)}, render.Limit{}, "x")
	out := &failing{left: 1}
	if err := n.WriteText(out, render.Style{}); err == nil || out.left != -1 {
		t.Errorf("error %v after %d writes more", err, -1-out.left)
	}
}

func TestLine(t *testing.T) {
	n := render.FromPlain([]any{"日本語", 123}, render.Limit{}, "x")
	for max, want := range map[int]string{
		0: `["日本語", 123]`, 15: `["日本語", 123]`, 14: `["日本語", 12…`, 6: `["日…`, 5: `["日…`, 4: `["…`, 1: "…",
	} {
		if got := n.Line(max); got != want {
			t.Errorf("Line(%d) = %s, want %s", max, got, want)
		}
	}
}

// harmless fails if text holds anything that could fool a terminal or a reader, newlines aside.
func harmless(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("invalid UTF-8 in %q", text)
	}
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%U in %q", r, text)
			return
		}
	}
}

func unquote(t *testing.T, literal string) string {
	t.Helper()
	s, err := strconv.Unquote(literal)
	if err != nil {
		t.Fatalf("%s is no literal of Go: %v", literal, err)
	}
	return s
}

func TestFuncIsNamed(t *testing.T) {
	x := struct {
		f func(*testing.T, string) string
	}{unquote}
	n := find(t, solid(&x, render.Limit{}), "f")
	if got := n.Line(0); !strings.HasPrefix(got, "func render_test.unquote text_test.go:") {
		t.Error(got)
	}
}

// TestSharedIsShownOnce: of several pointers to one struct one shows it, wherever they are, and
// JSON has all.
func TestSharedIsShownOnce(t *testing.T) {
	one, other := &line{SKU: "one"}, &line{SKU: "other"}
	for _, x := range []any{&[]*line{one, other, one, one}, &map[string]*line{"a": one, "b": one, "c": other, "d": one}, &[]any{one, map[int]*line{1: one}, other, &one}} {
		n := solid(x, render.Limit{})
		if text := n.Line(0); strings.Count(text, `SKU: "one"`) != 1 || strings.Count(text, "<same: x") != 2 || !strings.Contains(text, `SKU: "other"`) {
			t.Errorf("shown once: %s", text)
		}
		if j := n.JSON(); bytes.Count(j, []byte(`"SKU":"one"`)) != 3 {
			t.Errorf("all there: %s", j)
		}
	}
	// Structs of no size have no place that tells them apart.
	if n := solid(&[]*struct{}{{}, {}}, render.Limit{}); strings.Contains(n.Line(0), "same") {
		t.Error(n.Line(0))
	}
}

// TestAlikeTimesInNarrowTable: times that are written out because their distances are alike are told by
// their distances all the same where their dates do not fit: the part of a date that fits is the same of all.
func TestAlikeTimesInNarrowTable(t *testing.T) {
	type lease struct {
		Holder, Note string
		Expires      time.Time
	}
	var all []lease
	for i := range 3 {
		all = append(all, lease{fmt.Sprint("holder-", i), strings.Repeat(fmt.Sprint(i), 30), when.Add(time.Hour + time.Duration(1+i))})
	}
	n := render.Snap(render.Raw(inspect.Of(&all), "leases"), render.Limit{Taper: true})
	for width, want := range map[int]int{120: 0, 60: 3} {
		got := glance(n, width, 20)
		if strings.Count(got, "1h0m from now") != want || strings.Count(got, "2026-11-23T09:00:00.50000000") != 3-want {
			t.Errorf("%d columns:\n%s", width, got)
		}
	}
}
