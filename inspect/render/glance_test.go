package render_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// Duration is what programs make of an int64 to read it from their settings.
type Duration int64

// settings is a large struct of which most is zero.
type settings struct {
	Name            string
	Grace           Duration
	ReadTimeout     time.Duration
	Password        string
	Pin             int
	Started         time.Time
	Ratio           float64
	Limit           uint64
	Single          float32
	Tags            []string
	Empty           []string
	Sum             [4]byte
	Raw             []byte
	By              map[string]int
	Next            *settings
	Err             error
	Typed           error
	Zero            any
	Enabled         bool
	anon            struct{ X, Y int }
	inner           struct{ Token string }
	mu              sync.Mutex
	once            sync.Once
	On              func()
	Queue           chan int
	Nothing         struct{}
	verbose, silent bool
}

// glance writes n for a screen.
func glance(n *render.Node, width, height int) string {
	var b strings.Builder
	n.WriteText(&b, render.Style{Width: width, Height: height, Now: when})
	return b.String()
}

// TestZeroFields: the zero fields of a large struct share a line, and nothing else does that.
func TestZeroFields(t *testing.T) {
	x := &settings{Name: "n", Grace: 5e9, Empty: []string{}, Typed: (*typedNil)(nil), Zero: 0}
	const want = `*render_test.settings{
  Name:  "n"
  Grace: 5000000000 (5s)
  Empty: []string{}
  Typed: (*render_test.typedNil)(nil)
  Zero:  0
  zero: ReadTimeout, Password, Pin, Started, Ratio, Limit, … 17 more: x!
}
`
	if got := glance(solid(x, render.Limit{Taper: true}), 76, 20); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	const wide = `  zero: ReadTimeout, Password, Pin, Started, Ratio, Limit, Single, Tags, Sum, Raw, By, Next, Err, Enabled, anon, inner, mu, once, On, Queue, Nothing, verbose, silent
`
	if got := glance(solid(x, render.Limit{Taper: true}), 200, 20); !strings.Contains(got, wide) {
		t.Errorf("got\n%s", got)
	}
	// All of it is written where nothing is to be folded, and as JSON.
	n := solid(x, render.Limit{})
	for _, name := range []string{"ReadTimeout", "silent", "Nothing"} {
		if got := glance(n, 76, 0); !strings.Contains(got, "\n  "+name+":") {
			t.Errorf("no %s in\n%s", name, got)
		}
		if !bytes.Contains(n.JSON(), []byte(`"`+name+`":`)) {
			t.Errorf("no %s in %s", name, n.JSON())
		}
	}
	// A small struct shows each field.
	const small = `render_test.line{SKU: "", Count: 0, Price: 0, Gift: false}` + "\n"
	if got := glance(solid(&line{}, render.Limit{Taper: true}), 76, 20); got != "*"+small {
		t.Errorf("got %s", got)
	}
}

// TestZeroFieldsHide: a hidden field is never among the zero ones, nor is a struct with one in it,
// so that the text is the same whatever they hold. Nor is a field that could not be read.
func TestZeroFieldsHide(t *testing.T) {
	shown := func(x *settings) string {
		src := policy{Source: render.Raw(inspect.Of(x).Trust(true), "x"), t: t,
			hidden: map[string]bool{"x.Password": true, "x.Pin": true, "x.inner.Token": true, "x.Sum": true, "x.By": true}}
		return glance(render.Snap(src, render.Limit{Taper: true}), 200, 20)
	}
	const want = `*render_test.settings{
  Password: <redacted>
  Pin:      <redacted>
  Sum:      <redacted>
  By:       <redacted>
  inner:    struct{Token: <redacted>}
  zero: Name, Grace, ReadTimeout, Started, Ratio, Limit, Single, Tags, Empty, Raw, Next, Err, Typed, Zero, Enabled, anon, mu, once, On, Queue, Nothing, verbose, silent
}
`
	full := &settings{Password: "p", Pin: 1234, Sum: [4]byte{1}, By: map[string]int{"a": 1}}
	full.inner.Token = "t"
	for _, x := range []*settings{{}, full} {
		if got := shown(x); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
	n := solid(&settings{}, render.Limit{Taper: true})
	for i := range n.Items {
		for _, change := range []func(*render.Node){
			func(n *render.Node) { n.Err = "held" },
			func(n *render.Node) { n.Mark |= inspect.Torn },
			func(n *render.Node) { n.Cut = &render.Cut{Path: "x"} },
			func(n *render.Node) { n.Hidden = true },
		} {
			was := *n.Items[i].Node
			change(n.Items[i].Node)
			if got := glance(n, 300, 20); !strings.Contains(got, "\n  "+n.Items[i].Name+": ") {
				t.Errorf("%s has no line of its own in\n%s", n.Items[i].Name, got)
			}
			*n.Items[i].Node = was
		}
	}
}

// TestZeroColumns: the columns of large structs that are zero in each row share a line, and a hidden
// column is none of them, whatever it holds.
func TestZeroColumns(t *testing.T) {
	const want = `&[]*render_test.settings{
  Name     Grace  Password    Pin         Sum         inner
  "one"        0  <redacted>  <redacted>  <redacted>  struct{Token: <…
  "two"        7  <redacted>  <redacted>  <redacted>  struct{Token: <…
  "three"      0  <redacted>  <redacted>  <redacted>  struct{Token: <…
  zero in each row: ReadTimeout, Started, Ratio, Limit, … 17 more: x[0]!
  … the same in each row: By: <redacted>
  … more in each row (inner): x[0]
}
`
	hidden := map[string]bool{}
	for _, row := range []string{"x[0]", "x[1]", "x[2]"} {
		for _, name := range []string{"Password", "Pin", "Sum", "By", "inner.Token"} {
			hidden[row+"."+name] = true
		}
	}
	for _, empty := range []bool{true, false} {
		var rows []*settings
		for _, name := range []string{"one", "two", "three"} {
			x := &settings{}
			if !empty {
				x = &settings{Password: "p", Pin: 1234, Sum: [4]byte{1}, By: map[string]int{"a": 1}}
				x.inner.Token = "t"
			}
			if x.Name = name; name == "two" {
				x.Grace = 7
			}
			rows = append(rows, x)
		}
		src := policy{Source: render.Raw(inspect.Of(&rows).Trust(true), "x"), t: t, hidden: hidden}
		if got := glance(render.Snap(src, render.Limit{Taper: true}), 76, 20); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
}

// plumbed holds what lies in most structs of a server.
type plumbed struct {
	name   string
	log    *log.Logger
	silent *log.Logger
	slog   *slog.Logger
	own    *eventLogger
	file   *os.File
	conn   net.Conn
	lis    net.Listener
	unix   net.Conn
	inner  *plumbed
	again  *log.Logger
}

type eventLogger struct {
	core  any
	name  string
	level int
	out   io.Writer
	count map[string]int
}

// TestPlumbing: loggers, files and connections take a line each within a value, and show their
// parts by themselves. JSON always has the parts.
func TestPlumbing(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer lis.Close()
	conn, err := net.Dial("tcp", lis.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	x := &plumbed{
		name: "p", log: log.New(os.Stderr, "http: ", 0), silent: log.New(io.Discard, "", 0), slog: slog.New(slog.DiscardHandler),
		own: &eventLogger{name: "http.log", count: map[string]int{"a": 1}}, file: file, conn: conn, lis: lis,
	}
	x.again = x.log
	n := solid(x, render.Limit{Taper: true})
	want := fmt.Sprintf(`*render_test.plumbed{
  name:   "p"
  log:    *log.Logger("http: ")
  silent: *log.Logger{outMu: sync.Mutex(unlocked), out: io.discard{}, prefix: &"", flag: 0, isDiscard: true}
  slog:   *slog.Logger(slog.discardHandler)
  own:    *render_test.eventLogger("http.log")
  file:   *os.File(%q, fd %d)
  conn:   *net.TCPConn(%v ↔ %v)
  lis:    *net.TCPListener(%v)
  unix:   nil
  inner:  nil
  again:  *log.Logger("http: ")
}
`, file.Name(), file.Fd(), conn.LocalAddr(), conn.RemoteAddr(), lis.Addr())
	if got := glance(n, 200, 40); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if j := n.JSON(); !bytes.Contains(j, []byte(`"own":{"core":null,"name":"http.log","level":0,"out":null,"count":{"a":1}}`)) {
		t.Errorf("no parts in %s", j)
	}
	if got := glance(solid(x.own, render.Limit{Taper: true}), 60, 40); !strings.Contains(got, "\n  name:  \"http.log\"\n") {
		t.Errorf("a logger by itself is\n%s", got)
	}
	// Without trust, what lies behind an interface may change meanwhile.
	racy := glance(render.Snap(render.Raw(inspect.Of(x), "x"), render.Limit{Taper: true}), 200, 40)
	for _, want := range []string{"*log.Logger(\"http: \")", "*slog.Logger(≈slog.discardHandler)", "≈*net.TCPConn(127", "≈*net.TCPListener(127"} {
		if !strings.Contains(racy, want) {
			t.Errorf("no %s in\n%s", want, racy)
		}
	}
	// What policy hides is not told.
	x.again = nil
	src := policy{Source: render.Raw(inspect.Of(x).Trust(true), "x"), t: t,
		hidden: map[string]bool{"x.log.prefix": true, "x.own.name": true, "x.file.file": true, "x.conn.conn.fd": true, "x.slog.handler": true}}
	text := glance(render.Snap(src, render.Limit{Taper: true}), 200, 40)
	for _, told := range []string{`"http: "`, "http.log", "data", conn.LocalAddr().String(), "discardHandler"} {
		if strings.Contains(text, told) {
			t.Errorf("%s is told in\n%s", told, text)
		}
	}
	if !strings.Contains(text, "  conn:   *net.TCPConn{conn: net.conn{fd: <redacted>}}\n") {
		t.Errorf("the hidden connection is\n%s", text)
	}
}

// TestUnfold: what is unfolded fits the rows there are, the outermost first. All that is folded has
// an address.
func TestUnfold(t *testing.T) {
	x := &holder{Name: "all", By: records(5), Recent: []*record{record7(1), record7(2)}, Last: record7(3), Next: &holder{Name: "next", Last: record7(4)}}
	n := solid(x, render.Limit{Taper: true})
	least := strings.Count(glance(n, 76, 1), "\n")
	const folded = `*render_test.holder{
  Name:   "all"
  By:     map[string]*render_test.record{… 5 entries: x.By}
  Recent: []*render_test.record{… 2 elements: x.Recent}
  Last:   *render_test.record{Key: "sku-23757", Hits: 3, … 6 more: x.Last}
  Next:   *render_test.holder{Name: "next", … 4 more: x.Next}
}
`
	if got := glance(n, 76, 1); got != folded {
		t.Errorf("got\n%swant\n%s", got, folded)
	}
	before := ""
	for height := 1; height < 60; height++ {
		got := glance(n, 76, height)
		rows := strings.Count(got, "\n")
		if rows > max(height, least) {
			t.Errorf("%d rows for %d:\n%s", rows, height, got)
		}
		if rows < strings.Count(before, "\n") {
			t.Errorf("less is shown on %d rows than on one less:\n%s", height, got)
		}
		before = got
	}
	for width := 20; width < 200; width += 7 {
		for height := 1; height < 80; height += 11 {
			for name, nodes := range topics() {
				for _, n := range nodes {
					if got := glance(n, width, height); n != nil && got == "" {
						t.Errorf("%s is empty", name)
					}
				}
			}
		}
	}
}

// TestUnfoldTimes: times that are written out, since they differ by less than their distance from now
// tells, take the rows that were reckoned for them.
func TestUnfoldTimes(t *testing.T) {
	var near []time.Time
	for i := range 12 {
		near = append(near, when.Add(time.Duration(i-5000)*time.Hour))
	}
	n := solid(&struct{ A, B, C []time.Time }{near, near, near}, render.Limit{Taper: true})
	least := strings.Count(glance(n, 76, 1), "\n")
	for height := 1; height < 40; height++ {
		if got := glance(n, 76, height); strings.Count(got, "\n") > max(height, least) {
			t.Errorf("%d rows have more lines:\n%s", height, got)
		}
	}
}

// TestUnfoldDeep: what cannot be folded, as no expression shows it, is looked at once at each depth.
func TestUnfoldDeep(t *testing.T) {
	n := &render.Node{Shape: inspect.Struct, Type: "deepest", Items: []render.Item{node("note", strings.Repeat("long ", 20))}}
	for range 60 {
		n = &render.Node{Shape: inspect.Struct, Type: "t", Items: []render.Item{node("note", strings.Repeat("long ", 20)), {Name: "in", Node: n}, {Name: "too", Node: marked(0)}}}
	}
	for _, height := range []int{1, 20, 1000} {
		if got := glance(n, 76, height); strings.Count(got, "t{") != 61 || !strings.Contains(got, "deepest{") {
			t.Errorf("%d rows: the parts are missing in\n%s", height, got)
		}
	}
}

// TestUnfoldKeys: a key that is a large struct is cut to its line, and says which expression shows
// the keys.
func TestUnfoldKeys(t *testing.T) {
	x := &map[*settings]struct{}{{Name: strings.Repeat("long ", 20), Limit: 7, Grace: 1}: {}}
	const want = `&map[*render_test.settings]struct{}{
  {Grace: 1, Limit: 7, … 26 more: keys(x)}: {}
}
`
	if got := glance(solid(x, render.Limit{Taper: true}), 60, 20); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
