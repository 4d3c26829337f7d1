package render_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// policy is a Source with a policy: what it forbids by path, what panics, which guard cannot be had.
// Reading through a hidden Source fails the test.
type policy struct {
	render.Source
	t      testing.TB
	hidden map[string]bool // by path, and "key" for keys
	absent map[string]bool
	broken map[string]any // by path: what Each, Elem and the like panic with
	fails  map[string]error
	held   error
	isKey  bool
}

func (p policy) wrap(s render.Source) render.Source {
	if s == nil {
		return nil
	}
	p.Source, p.isKey = s, false
	return p
}

func (p policy) Hidden() bool { return p.hidden[p.Path()] || p.isKey && p.hidden["key"] }

func (p policy) look() error {
	if p.Hidden() {
		p.t.Errorf("%s was read, which is hidden", p.Path())
	}
	if x := p.broken[p.Path()]; x != nil {
		panic(x)
	}
	return p.fails[p.Path()]
}

func (p policy) Elem() (render.Source, error) {
	if err := p.look(); err != nil {
		return nil, err
	}
	e, err := p.Source.Elem()
	return p.wrap(e), err
}

func (p policy) Field(i int) (render.Source, bool) {
	p.look()
	f, _ := p.Source.Field(i)
	return p.wrap(f), !p.absent[f.Path()]
}

func (p policy) Len() (int, error) {
	if err := p.look(); err != nil {
		return 0, err
	}
	return p.Source.Len()
}

func (p policy) Each(want int, f func(key, elem render.Source) (bool, error)) error {
	if err := p.look(); err != nil {
		return err
	}
	if err := p.fails[p.Path()+" after two"]; err != nil {
		seen := 0
		return p.Source.Each(want, func(k, e render.Source) (bool, error) {
			if seen++; seen > 2 {
				return false, err
			}
			return f(k, e)
		})
	}
	return p.Source.Each(want, func(k, e render.Source) (bool, error) {
		if k != nil {
			key := p.wrap(k).(policy)
			key.isKey = true
			return f(key, p.wrap(e))
		}
		return f(nil, p.wrap(e))
	})
}

func (p policy) Scalar() (any, error) {
	if err := p.look(); err != nil {
		return nil, err
	}
	return p.Source.Scalar()
}

func (p policy) Bytes(off, max int) ([]byte, int, error) {
	if err := p.look(); err != nil {
		return nil, 0, err
	}
	return p.Source.Bytes(off, max)
}

func (p policy) Describe() (string, error) {
	if err := p.look(); err != nil {
		return "", err
	}
	return p.Source.Describe()
}

func (p policy) Consistent(f func(now func(render.Source) bool)) error {
	f(func(render.Source) bool { return true })
	return p.held
}

// everything returns all that a snapshot may give away.
func everything(n *render.Node) string {
	var b strings.Builder
	for _, width := range []int{20, 80, 10_000} {
		n.WriteText(&b, render.Style{Width: width})
	}
	return b.String() + n.Line(0) + string(n.JSON())
}

// find returns the node at a path of names, indices ("0") and keys, as text.
func find(t *testing.T, n *render.Node, path ...string) *render.Node {
	t.Helper()
next:
	for _, name := range path {
		for i, item := range n.Items {
			if item.Name == name || item.Key != nil && item.Key.Text == name || item.Name == "" && item.Key == nil && fmt.Sprint(i) == name {
				n = item.Node
				continue next
			}
		}
		t.Fatalf("nothing at %s of %v", name, path)
	}
	return n
}

func snap(x any, limit render.Limit) *render.Node {
	return render.Snap(render.Raw(inspect.Of(x), "x"), limit)
}

type nested struct {
	name  string
	deep  *nested
	other int
}

func TestCuts(t *testing.T) {
	list := make([]int, 200)
	long := strings.Repeat("é", 1000) // 2000 bytes
	type holder struct {
		list  []int
		text  string
		bin   []byte
		m     map[int]int
		deep  *nested
		empty []int
		lists [][]int
	}
	h := &holder{list, long, make([]byte, 100), map[int]int{1: 1, 2: 2, 3: 3}, &nested{}, []int{}, [][]int{list}}
	for _, tc := range []struct {
		name  string
		limit render.Limit
		at    []string
		shown int // items; -1: not said
		len   int
		cut   *render.Cut
	}{
		{"list", render.Limit{Items: 6}, []string{"list"}, 6, 200, &render.Cut{More: 194, Path: "x.list[6:12]"}},
		{"no less of what is inside", render.Limit{}, []string{"list"}, 64, 200, &render.Cut{More: 136, Path: "x.list[64:128]"}},
		{"tapered", render.Limit{Taper: true}, []string{"list"}, 8, 200, &render.Cut{More: 192, Path: "x.list[8:72]"}},
		{"tapered further", render.Limit{Taper: true}, []string{"lists", "0"}, 4, 200, &render.Cut{More: 196, Path: "x.lists[0][4:68]"}},
		{"never more than asked for", render.Limit{Taper: true, Items: 2}, []string{"list"}, 2, 200, &render.Cut{More: 198, Path: "x.list[2:4]"}},
		{"the end of what follows", render.Limit{Items: 150}, []string{"list"}, 150, 200, &render.Cut{More: 50, Path: "x.list[150:200]"}},
		{"map", render.Limit{Items: 2}, []string{"m"}, 2, 3, &render.Cut{More: 1, Path: "x.m[2:3]"}},
		{"nothing", render.Limit{Items: -1}, []string{"m"}, 0, 3, &render.Cut{More: 3, Path: "x.m[0:0]"}},
		{"whole", render.Limit{Items: 3}, []string{"m"}, 3, 3, nil},
		{"string, between characters", render.Limit{Bytes: 101}, []string{"text"}, 0, 2000, &render.Cut{More: 1900, Path: "x.text[100:201]"}},
		{"string, tapered", render.Limit{Taper: true}, []string{"text"}, 0, 2000, &render.Cut{More: 1744, Path: "x.text[256:1280]"}},
		{"binary", render.Limit{Bytes: 64}, []string{"bin"}, 0, 100, &render.Cut{More: 84, Path: "x.bin[16:80]"}},
		{"depth of a list", render.Limit{Depth: 1}, []string{"list"}, 0, 200, &render.Cut{Path: "x.list"}},
		{"depth of a map", render.Limit{Depth: 1}, []string{"m"}, 0, 3, &render.Cut{Path: "x.m"}},
		{"depth of a struct", render.Limit{Depth: 1}, []string{"deep"}, 0, 0, &render.Cut{Path: "x.deep"}},
		{"no depth at all", render.Limit{Depth: -1}, nil, 0, 0, &render.Cut{Path: "x"}},
		{"nothing to cut", render.Limit{Depth: 1}, []string{"empty"}, 0, 0, nil},
		{"nodes, fields", render.Limit{Nodes: 3}, nil, 2, 0, &render.Cut{More: 5, Path: "x"}},
		{"nodes, elements", render.Limit{Nodes: 10}, []string{"list"}, 2, 200, &render.Cut{More: 198, Path: "x.list[2:66]"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := find(t, snap(h, tc.limit), tc.at...)
			if len(n.Items) != tc.shown || n.Len != tc.len {
				t.Errorf("%d items of %d, want %d of %d", len(n.Items), n.Len, tc.shown, tc.len)
			}
			switch {
			case tc.cut == nil && n.Cut != nil, tc.cut != nil && n.Cut == nil:
				t.Errorf("cut %+v, want %+v", n.Cut, tc.cut)
			case tc.cut != nil && *n.Cut != *tc.cut:
				t.Errorf("cut %+v, want %+v", *n.Cut, *tc.cut)
			}
		})
	}
}

type ring struct {
	name string
	next *ring
	any  any
}

type loop *loop

// link begins with a pointer to another, whose place has the address and the type of a pointer to link.
type link struct {
	next *link
	any  any
	name string
}

// TestNoCycles: a pointer that lies where the struct around it begins is none to that struct.
func TestNoCycles(t *testing.T) {
	type inner struct{ in struct{ list [1]*link } }
	for name, x := range map[string]any{
		"a list":               &link{next: &link{next: &link{name: "last"}}},
		"in an interface":      &link{any: &link{next: &link{name: "last"}}},
		"a list of one":        []any{&link{next: &link{name: "last"}}},
		"an inner first field": &inner{in: struct{ list [1]*link }{[1]*link{{next: &link{name: "last"}}}}},
		"a map":                map[string]any{"a": &link{next: &link{name: "last"}}},
	} {
		if text := snap(x, render.Limit{Depth: 50}).Line(0); strings.Contains(text, "cycle") || !strings.Contains(text, `"last"`) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestCycles(t *testing.T) {
	first, second := &link{name: "first"}, &link{name: "second"}
	first.next, second.next = second, first
	boxed := &link{name: "boxed"}
	boxed.any = boxed
	self := &ring{name: "self"}
	self.next = self
	a, b := &ring{name: "a"}, &ring{name: "b"}
	a.next, b.any = b, a
	m := map[string]any{}
	m["m"] = m
	s := []any{nil}
	s[0] = s
	var l loop
	l = &l
	for _, tc := range []struct {
		name string
		x    any
		at   []string
		want string
	}{
		{"pointer to itself", self, []string{"next"}, "x"},
		{"of what lie first", first, []string{"next", "next"}, "x"},
		{"in an interface of itself", boxed, []string{"any"}, "x"},
		{"through an interface", a, []string{"next", "any"}, "x"},
		{"map", &m, []string{"0", "m", "m"}, `x["m"]`},
		{"slice", &s, []string{"0", "0", "0"}, "x[0]"},
		{"pointer to a pointer", &l, []string{"0", "0"}, "x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := find(t, snap(tc.x, render.Limit{Depth: 50}), tc.at...)
			if n.Cycle != tc.want || len(n.Items) > 0 {
				t.Errorf("cycle %q, want %q; %s", n.Cycle, tc.want, n.Line(200))
			}
		})
	}
	twice := &nested{name: "twice"}
	if n := snap([]*nested{twice, twice}, render.Limit{}); find(t, n, "1").Cycle != "" {
		t.Error("a value that is there twice is no cycle")
	}
	if n := render.Snap(render.Raw(inspect.Of(self), ""), render.Limit{}); find(t, n, "next").Cycle == "" {
		t.Error("a cycle to a value that has no path is not told")
	}
}

// TestDeep: a list of a million hops costs neither stack nor time beyond the limit.
func TestDeep(t *testing.T) {
	var head *nested
	for range 1_000_000 {
		head = &nested{deep: head}
	}
	n := snap(head, render.Limit{Depth: 1 << 30})
	hops := 0
	for len(n.Items) > 0 {
		n = find(t, n, "deep")
		hops++
	}
	if hops != 100 || n.Cut == nil || n.Cut.Path != "x"+strings.Repeat(".deep", 100) {
		t.Errorf("%d hops, cut %+v", hops, n.Cut)
	}
	everything(n)
}

// TestManyErrors: errors joined of joined errors are read up to a number in all.
func TestManyErrors(t *testing.T) {
	err := errors.New("x")
	for range 14 {
		all := make([]error, 16)
		for i := range all {
			all[i] = err
		}
		err = errors.Join(all...)
	}
	text := snap(err, render.Limit{}).Line(0)
	if n := strings.Count(text, `x\n`); n < 14 || n > 64 || !strings.Contains(text, "…") {
		t.Errorf("%d errors are read, of %q", n, text)
	}
}

func TestManyNodes(t *testing.T) {
	var grow func(depth int) any
	grow = func(depth int) any {
		if depth == 0 {
			return 1
		}
		var l []any
		for range 40 {
			l = append(l, grow(depth-1))
		}
		return l
	}
	n := snap(grow(3), render.Limit{Items: 1 << 20, Nodes: 500})
	if c := count(n); c > 500 {
		t.Errorf("%d nodes, want at most 500", c)
	}
	if n.Cut == nil || n.Cut.More+len(n.Items) != 40 {
		t.Errorf("%d items and a cut of %+v, want 40 in all", len(n.Items), n.Cut)
	}
}

func count(n *render.Node) int {
	if n == nil {
		return 0
	}
	c := 1
	for _, item := range n.Items {
		c += count(item.Key) + count(item.Node)
	}
	return c
}

type account struct {
	Name   string
	secret string
	ghost  int
	Card   *card
	byKey  map[string]int
}

type card struct{ number string }

func TestHidden(t *testing.T) {
	const secret = "tell-no-one"
	x := &account{Name: "ada", secret: secret, ghost: 777, Card: &card{secret}, byKey: map[string]int{secret: 888}}
	src := policy{
		Source: render.Raw(inspect.Of(x), "x"), t: t,
		hidden: map[string]bool{"x.secret": true, "x.Card": true, "key": true},
		absent: map[string]bool{"x.ghost": true},
	}
	n := render.Snap(src, render.Limit{})
	text := everything(n)
	for _, never := range []string{secret, "ghost", "777", "number"} {
		if strings.Contains(text, never) {
			t.Errorf("%q is told in %s", never, text)
		}
	}
	for _, at := range []string{"secret", "Card"} {
		if h := find(t, n, at); !h.Hidden || h.Scalar != nil || h.Items != nil || h.Len != 0 {
			t.Errorf("%s: %+v", at, h)
		}
	}
	if !strings.Contains(text, "<redacted>: 888") {
		t.Errorf("the value beside a hidden key is missing in %s", text)
	}
}

// TestHiddenKeyIsInNoPath: a hidden key would be part of the paths of all that lies below it.
func TestHiddenKeyIsInNoPath(t *testing.T) {
	const secret = "tell-no-one"
	x := map[string]*ring{secret: {}}
	x[secret].next = x[secret]
	x[secret].any = make([]int, 100)
	src := policy{Source: render.Raw(inspect.Of(&x), "x"), t: t, hidden: map[string]bool{"key": true}}
	for _, limit := range []render.Limit{{}, {Depth: 1}, {Depth: 2}, {Nodes: 4}} {
		if text := everything(render.Snap(src, limit)); strings.Contains(text, secret) {
			t.Errorf("%+v: told in %s", limit, text)
		}
	}
}

func TestBroken(t *testing.T) {
	type whole struct {
		a    int
		list []int
		text string
		m    map[int]int
		p    *nested
		z    int
	}
	x := &whole{1, []int{1, 2, 3, 4}, "text", map[int]int{1: 1}, &nested{}, 26}
	boom := errors.New("boom")
	src := policy{
		Source: render.Raw(inspect.Of(x), "x"), t: t,
		broken: map[string]any{"x.text": "an application's secret", "x.p": errors.New("an application's secret")},
		fails:  map[string]error{"x.m": boom, "x.list after two": boom},
	}
	n := render.Snap(src, render.Limit{})
	text := everything(n)
	if strings.Contains(text, "secret") {
		t.Errorf("what a panic held is told: %s", text)
	}
	for at, want := range map[string]string{
		"text": "panic while reading it: a string",
		"p":    "panic while reading it: a *errors.errorString",
		"m":    "boom",
		"list": "boom",
	} {
		if n := find(t, n, at); n.Err != want {
			t.Errorf("%s: %q, want %q", at, n.Err, want)
		}
	}
	if l := find(t, n, "list"); len(l.Items) != 2 || l.Len != 4 {
		t.Errorf("what was read before the error is lost: %s", l.Line(0))
	}
	if find(t, n, "a").Text != "1" || find(t, n, "z").Text != "26" {
		t.Errorf("one unreadable field loses the others: %s", text)
	}
}

func TestGuardHeld(t *testing.T) {
	type mixed struct {
		mu   sync.Mutex
		n    int
		ok   bool
		text string
		list []int
		m    map[int]int
		any  any
		p    *nested
		hits atomic.Int64
		f    float64
		c    complex128
		in   struct{ n int }
	}
	x := &mixed{n: 5, text: "text", list: []int{1}, m: map[int]int{1: 1}, any: 1, p: &nested{}, f: 2.5}
	src := policy{Source: render.Raw(inspect.Of(x), "x"), t: t, held: errors.New("x.mu was held for all of 100 ms"),
		hidden: map[string]bool{"x.p.name": true}}
	n := render.Snap(src, render.Limit{})
	for at, want := range map[string]bool{
		"mu": false, "n": false, "ok": false, "p": false, "hits": false, "in": false,
		"f":    strconv.IntSize == 32, // of two words there, that may belong to two values
		"text": true, "list": true, "m": true, "any": true, "c": true,
	} {
		got := find(t, n, at)
		if (got.Err != "") != want {
			t.Errorf("%s: %s", at, got.Line(0))
		}
		if want && (got.Scalar != nil || got.Items != nil || got.Text != "") {
			t.Errorf("%s shows what may not be believed: %s", at, got.Line(0))
		}
	}
	if !find(t, n, "p", "name").Hidden {
		t.Error("a hidden field is no longer when the guard is held")
	}
}

func TestNil(t *testing.T) {
	type nils struct {
		p *nested
		m map[string]int
		s []int
		b []byte
		f func()
		c chan int
		i any
		e error
	}
	n := snap(&nils{e: (*typedNil)(nil)}, render.Limit{})
	for _, item := range n.Items {
		want := "nil"
		if item.Name == "e" {
			want = "(*render_test.typedNil)(nil)"
		}
		if item.Node.Shape != inspect.Nil || item.Node.Text != want || item.Node.Type == "" {
			t.Errorf("%s: %+v", item.Name, item.Node)
		}
	}
	for name, n := range map[string]*render.Node{
		"no Source":  render.Snap(nil, render.Limit{}),
		"zero Value": render.Snap(render.Raw(inspect.Value{}, "x"), render.Limit{}),
		"no data":    render.FromPlain(nil, render.Limit{}, ""),
		"no Node":    nil,
	} {
		if n.Line(0) != "nil" || string(n.JSON()) != "null" {
			t.Errorf("%s: %s, %s", name, n.Line(0), n.JSON())
		}
	}
}

type typedNil struct{}

func (*typedNil) Error() string { return "never called" }

// TestSnapOfMovingTarget: nothing of the application is called, written to or waited for, even while
// all of it changes.
func TestSnapOfMovingTarget(t *testing.T) {
	type moving struct {
		m    map[int]string
		list []string
		any  any
		text string
		next *moving
	}
	x := &moving{m: map[int]string{}}
	var stop atomic.Bool
	var writer sync.WaitGroup
	writer.Go(func() { writeAll(&stop, func(i int) { churnOnce(x.m, &x.list, &x.any, &x.text, i) }) })
	for range 300 {
		n := snap(x, render.Limit{})
		if len(n.Items) != 5 {
			t.Fatalf("%d fields: %s", len(n.Items), n.Line(0))
		}
		n.WriteText(io.Discard, render.Style{})
	}
	stop.Store(true)
	writer.Wait()
}

func writeAll(stop *atomic.Bool, write func(int)) {
	for i := 0; !stop.Load(); i++ {
		write(i)
	}
}

func churnOnce(m map[int]string, list *[]string, a *any, text *string, i int) {
	m[i%1000] = "value"
	if i%1777 == 0 {
		clear(m)
	}
	*list = make([]string, i%7)
	*text = strings.Repeat("x", i%40)
	if i%2 == 0 {
		*a = i
	} else {
		*a = [3]string{"a", "b", "c"}
	}
}

func ExampleSnap() {
	type item struct {
		Name string
		Hits int
	}
	cache := map[string]*item{"a": {"first", 3}, "b": {"second", 700}, "c": {"third", 41}}
	node := render.Snap(render.Raw(inspect.Of(&cache), "cache"), render.Limit{})
	fmt.Println(node.Line(60))
	fmt.Println(string(node.JSON()))
	// Output:
	// &≈map[string]*render_test.item{"a": {Name: "first", Hits: 3…
	// {"a":{"Name":"first","Hits":3},"b":{"Name":"second","Hits":700},"c":{"Name":"third","Hits":41}}
}

func ExampleNode_WriteText() {
	orders := []any{
		map[string]any{"id": 17, "total": 12.5, "state": "paid"},
		map[string]any{"id": 18, "total": 1199.0, "state": "open"},
		map[string]any{"id": 19, "total": 7.25, "state": "open"},
	}
	render.FromPlain(orders, render.Limit{}, "orders").WriteText(os.Stdout, render.Style{Width: 60})
	// Output:
	// id  state   total
	// 17  "paid"   12.5
	// 18  "open"  1,199
	// 19  "open"   7.25
}

// gone is a list that had more elements when it was asked for its length.
type gone struct{ render.Source }

func (g gone) Len() (int, error) {
	n, err := g.Source.Len()
	return n + 5, err
}

func TestLenIsWhatWasThere(t *testing.T) {
	x := []int{1, 2, 3}
	src := gone{render.Raw(inspect.Of(&x).Trust(true), "x")}
	list, err := src.Elem()
	if err != nil {
		t.Fatal(err)
	}
	if n := render.Snap(gone{list}, render.Limit{}); n.Len != 3 || n.Cut != nil {
		t.Errorf("length %d and a cut of %+v of a list that has 3 by now", n.Len, n.Cut)
	}
	if n := render.Snap(gone{list}, render.Limit{Items: 2}); n.Len != 8 || n.Cut.More != 6 {
		t.Errorf("length %d and a cut of %+v of a list that was not walked to its end", n.Len, n.Cut)
	}
}

// TestWordInInterface: what is one pointer lies in the interface itself, and not where it points.
func TestWordInInterface(t *testing.T) {
	one := 1
	for want, x := range map[string]any{
		"[1]*int{nil}":             [1]*int{},
		"[1]*int{&1}":              [1]*int{&one},
		"struct{p: &1}":            struct{ p *int }{&one},
		"struct{a: [1]*int{&1}}":   struct{ a [1]*int }{[1]*int{&one}},
		"[1]chan int{nil}":         [1]chan int{},
		"struct{m: map[int]int{}}": struct{ m map[int]int }{map[int]int{}},
	} {
		v, err := inspect.Of(&x).Elem()
		if err != nil {
			t.Fatal(err)
		}
		n := render.Snap(render.Raw(v, "x"), render.Limit{})
		if got := strings.ReplaceAll(n.Line(100), "≈", ""); got != want {
			t.Errorf("%#v: %s, want %s", x, got, want)
		}
	}
}
