package eval

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	cogwheel struct {
		id    int64
		owner *machineOf
	}
	machineOf struct {
		name  string
		parts []*cogwheel
		byID  map[int64]*cogwheel
		first *int64 // into a cogwheel
		any   any
		work  chan int64
		run   func()
		raw   unsafe.Pointer
	}
)

// newMachine has three parts, each of which leads back to it.
func newMachine() *machineOf {
	m := &machineOf{name: strings.Clone("lathe"), parts: make([]*cogwheel, 0, 8), byID: map[int64]*cogwheel{}, work: make(chan int64, 4), run: func() {}}
	for i := range int64(3) {
		p := &cogwheel{i, m}
		m.parts, m.byID[i] = append(m.parts, p), p
	}
	m.first, m.any, m.raw = &m.parts[0].id, cogwheel{7, nil}, unsafe.Pointer(m)
	return m
}

// shareOf is a row of a census.
type shareOf struct {
	Objects, Bytes int
	Percent        float64
	Example        string
}

func censusOf(t *testing.T, s *Session, source string) (map[string]shareOf, Result) {
	t.Helper()
	r, err := s.Eval(t.Context(), source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	rows := map[string]shareOf{}
	if err := json.Unmarshal(r.Node.JSON(), &rows); err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return rows, r
}

// TestCensus: each object counts once, under its type, with a path that leads to one.
func TestCensus(t *testing.T) {
	const word = int(unsafe.Sizeof(uintptr(0)))
	m := newMachine()
	reg := registry.New()
	reg.Expose("lathe", m)
	reg.Expose("again", &struct{ m *machineOf }{m})
	reg.Func("made", func(ctx context.Context) any { return newMachine() })
	s := NewSession(reg, Limits{Time: time.Hour})
	partSize := int(unsafe.Sizeof(cogwheel{}))
	want := map[string]shareOf{
		"eval.machineOf":              {1, int(unsafe.Sizeof(*m)), 0, "lathe"},
		"eval.cogwheel":               {4, 4 * partSize, 0, "lathe.parts[0]"},
		"[]*eval.cogwheel":            {1, 3 * word, 0, "lathe.parts"},
		"map[int64]*eval.cogwheel":    {1, 3 * (8 + word + 1), 0, "lathe.byID"},
		"string":                      {1, len("lathe"), 0, "lathe.name"},
		"chan int64":                  {1, 4 * 8, 0, "lathe.work"},
		"(beyond the ends of slices)": {0, 5 * word, 0, ""},
	}
	all := 0
	for _, row := range want {
		all += row.Bytes
	}
	rows, r := censusOf(t, s, "census(lathe)")
	sum := 0.0
	for name, row := range rows {
		sum += row.Percent
		row.Percent = 0
		if row != want[name] {
			t.Errorf("%s: %+v, want %+v", name, row, want[name])
		}
	}
	if len(rows) != len(want) || sum < 99.5 || sum > 100.5 {
		t.Errorf("%d types, want %d; %v percent", len(rows), len(want), sum)
	}
	if note := fmt.Sprintf("reached %d bytes; 1 function and 1 unsafe pointer were not followed", all); !slices.Contains(r.Notes, note) {
		t.Errorf("%q has no %q", r.Notes, note)
	}
	// Order: the most bytes first.
	if first := r.Node.Items[0].Key.Text; first != "eval.machineOf" {
		t.Errorf("the first is %s", first)
	}
	// All that is exposed: what a function makes is not.
	rows, r = censusOf(t, s, "census()")
	if rows["eval.machineOf"].Objects != 1 || !strings.Contains(strings.Join(r.Notes, "\n"), "that were live in the heap after the last collection") {
		t.Errorf("%+v, %q", rows, r.Notes)
	}
	// What grew: a census is a value like others.
	if _, err := s.Eval(t.Context(), "before = census(lathe)"); err != nil {
		t.Fatal(err)
	}
	m.parts = append(m.parts, &cogwheel{9, m})
	if got, want := shown(t, s, "take(diff(before, census(lathe)), 1)[0]"), fmt.Sprintf(`{type: "eval.cogwheel", grew: %d, bytes: %d, more: 1, objects: 5, example: "lathe.parts[0]"}`, partSize, 5*partSize); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := shown(t, s, "diff(before, census(lathe))"); !strings.HasPrefix(got, "grew ") || !strings.Contains(got, "   eval.cogwheel ") {
		t.Error(got)
	}
	if got := shown(t, s, "diff(census(lathe), census(lathe))"); got != "nothing changed" {
		t.Error(got)
	}
	if got := shown(t, s, "map(diff(census(lathe), before), .grew)[-1]"); got != fmt.Sprint(-partSize) {
		t.Error(got)
	}
	if got := shown(t, s, `diff(before, {a: 1})[0].at`); strings.Contains(got, "grew") {
		t.Error(got)
	}
	for _, source := range []string{"census(7)", "refs(7)"} {
		if _, err := s.Eval(t.Context(), source); err == nil || !strings.Contains(err.Error(), "a live object") {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestCensusWithinLimits: a census that cannot end says how far it came, and is the same as size.
func TestCensusWithinLimits(t *testing.T) {
	var list *cogwheel
	parts := make([]*cogwheel, 5000)
	for i := range parts {
		list = &cogwheel{id: int64(i)}
		parts[i] = list
	}
	reg := registry.New()
	reg.Expose("parts", &parts)
	s := NewSession(reg, Limits{Time: time.Hour, Entries: 2000})
	_, r := censusOf(t, s, "census(parts)")
	if !strings.Contains(strings.Join(r.Notes, "\n"), "census stopped before the end: ") {
		t.Errorf("%q", r.Notes)
	}
	r, err := s.Eval(t.Context(), "refs(parts[4999])")
	if err != nil || !strings.Contains(strings.Join(r.Notes, "\n"), "refs stopped before the end: ") {
		t.Errorf("%v, %v", r, err)
	}
}

// TestCensusExamples: a type has an example if some object of it has a way that can be typed, wherever the census
// meets the first.
func TestCensusExamples(t *testing.T) {
	type (
		pointed struct{ id int }
		boxed   struct{ id, n int }
		leading struct{ to *pointed }
		item    struct{ id int16 }
		named   string
		keyed   struct{ id int8 }
		handle  struct{ id int8 }
		waiting struct{ id int8 }
		hidden  struct{ id int8 }
		buried  struct{ id int8 }
		rare    struct {
			pointer *pointed
			box     any
			word    any
			list    []item
			bytes   []byte
			text    named
			ids     map[int8]bool
			byID    map[int8]*leading
			in      any
			byRef   map[*int]*handle
			work    chan int8
			queue   chan *waiting
			pin     *hidden `inspect:"secret"`
		}
		node struct {
			next   *node
			rare   *rare
			buried *buried
			keyed  *keyed
		}
	)
	const n = 3000
	r := &rare{
		pointer: &pointed{1}, box: boxed{1, 2}, word: &leading{}, list: []item{{1}}, bytes: []byte("b"), text: named(strings.Clone("t")),
		ids: map[int8]bool{1: true}, byID: map[int8]*leading{}, in: [1]map[uint16]bool{{1: true}}, byRef: map[*int]*handle{new(int): {1}},
		work: make(chan int8, 1), queue: make(chan *waiting, 1), pin: &hidden{1},
	}
	r.queue <- &waiting{1}
	last := &node{rare: r, buried: &buried{1}}
	for range n {
		last = &node{next: last}
	}
	keyed1 := make(map[*int]*keyed)
	for i := range int8(100) {
		for range 30 {
			keyed1[new(int)] = &keyed{i}
		}
	}
	reg := registry.New()
	reg.Expose("x", &struct {
		list  *node
		byRef map[*int]*keyed
		near  *struct{ rare *rare }
		last  struct{ keyed *node }
	}{last, keyed1, &struct{ rare *rare }{r}, struct{ keyed *node }{&node{keyed: &keyed{1}}}})
	for _, opts := range [][]registry.Option{nil, {registry.Hide("none.*.at.all")}} {
		reg.Expose("y", &struct{ rare *rare }{r}, opts...)
		reg.Expose("z", &struct{ rare *rare }{r}, registry.Hide("rare.*"))
		s := NewSession(reg, Limits{Time: time.Hour})
		for _, source := range []string{"census(x)", "census()"} {
			rows, result := censusOf(t, s, source)
			for name, row := range rows {
				want := map[string]string{
					"eval.pointed": "x.near.rare.pointer", "eval.boxed": "x.near.rare.box", "eval.leading": "x.near.rare.word", "[]eval.item": "x.near.rare.list",
					"[]byte": "x.near.rare.bytes", "eval.named": "x.near.rare.text", "map[int8]bool": "x.near.rare.ids", "map[int8]*eval.leading": "x.near.rare.byID",
					"map[uint16]bool": "x.near.rare.in[0]", "map[*int]*eval.handle": "x.near.rare.byRef", "chan int8": "x.near.rare.work", "chan *eval.waiting": "x.near.rare.queue",
					"eval.waiting": "items(x.near.rare.queue)[0]", "eval.rare": "x.near.rare", "eval.keyed": "x.last.keyed.keyed", "eval.node": "x.list",
					"eval.buried": "-", "eval.handle": "-", "(beyond the ends of slices)": "-",
					"map[*int]*eval.keyed": "x.byRef",
				}[name]
				switch {
				case want == "-" && row.Example == "":
				case want != "" && row.Example != want && (source == "census(x)" || row.Example != strings.Replace(want, "x.near", "y", 1) && row.Example != "z.rare"):
					t.Errorf("%s: %s: %q, want %q", source, name, row.Example, want)
				case want == "" && row.Example == "":
					t.Errorf("%s: %s has no example", source, name)
				}
			}
			if len(rows) < 21 || strings.Contains(strings.Join(result.Notes, "\n"), "stopped") {
				t.Errorf("%d types, %q", len(rows), result.Notes)
			}
		}
	}
}

// TestCensusTellsNoSecret: what is hidden is not followed, and no path names it.
func TestCensusTellsNoSecret(t *testing.T) {
	type vault struct {
		Password *cogwheel
		Tokens   map[string]*cogwheel
		plain    *cogwheel
		hook     *struct{ f func() }
	}
	p := &cogwheel{id: 1}
	v := &vault{hook: &struct{ f func() }{func() {}}, Password: p, Tokens: map[string]*cogwheel{"hunter2": {id: 2}}, plain: &cogwheel{id: 3}}
	reg := registry.New()
	reg.Expose("vault", v, registry.Hide("Password", "Tokens", "hook"))
	reg.Expose("p", p)
	line := []byte("user hunter2")
	reg.Expose("login", &struct{ line, password []byte }{line, line[5:]})
	s := NewSession(reg, Limits{Time: time.Hour})
	if got := shown(t, s, "refs(login.line)"); !strings.Contains(got, "login.line") || strings.Contains(got, "password") {
		t.Error(got)
	}
	rows, r := censusOf(t, s, "census(vault)")
	if rows["eval.cogwheel"].Objects != 1 || strings.Contains(string(r.Node.JSON()), "hunter2") {
		t.Errorf("%s", r.Node.JSON())
	}
	if got := shown(t, s, "refs(p)"); strings.Contains(got, "vault") {
		t.Error(got)
	}
	if r, err := s.Eval(t.Context(), "refs(p)"); err != nil || strings.Contains(strings.Join(r.Notes, "\n"), "function") {
		t.Errorf("%q, %v: a function that is hidden is counted", r.Notes, err)
	}
}

// TestRefs: pointers, interior pointers, slices, interfaces, maps and channels lead to an object.
func TestRefs(t *testing.T) {
	m := newMachine()
	m.any = m.parts[0]
	reg := registry.New()
	reg.Expose("lathe", m)
	reg.Expose("shop", &struct {
		machines []*machineOf
		byID     map[int64]*cogwheel
		work     chan int64
		tail     []*cogwheel
	}{[]*machineOf{m}, m.byID, m.work, m.parts[1:]})
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string][]string{
		"refs(lathe)":          {"lathe.any.owner", "lathe.parts[1].owner", "lathe.parts[2].owner", "lathe.raw", "shop.machines[0]"},
		"refs(lathe.parts[0])": {"lathe.any", "lathe.byID[0]", "lathe.first", "lathe.parts[0]"},
		"refs(lathe.byID)":     {"lathe.byID", "shop.byID"},
		"refs(lathe.work)":     {"lathe.work", "shop.work"},
		"refs(lathe.parts)":    {"lathe.parts", "shop.tail"},
	} {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		var rows []struct{ Path, Type string }
		if err := json.Unmarshal(r.Node.JSON(), &rows); err != nil {
			t.Fatal(err)
		}
		var paths []string
		for i, row := range rows {
			paths = append(paths, row.Path)
			if i > 0 && strings.Count(row.Path, ".") < strings.Count(rows[i-1].Path, ".")-1 {
				t.Errorf("%s: %v does not begin with the nearest", source, rows)
			}
		}
		slices.Sort(paths)
		if !reflect.DeepEqual(paths, want) {
			t.Errorf("%s: %q, want %q", source, paths, want)
		}
	}
}

// TestWordsOfInterfaces: what an interface keeps in its own word is no memory of its own, and does not
// stand for the memory that it leads to. What waits in a channel is followed, and so are keys.
func TestWordsOfInterfaces(t *testing.T) {
	type link struct{ next *link }
	type box struct{ p *link }
	last := &link{}
	work := make(chan *link, 1)
	work <- last
	x := &struct {
		box, array, table any
		keys              map[*link]bool
		work              chan *link
	}{box{&link{&link{last}}}, [1]*link{last}, map[int8]int8{1: 1}, map[*link]bool{last: true}, work}
	reg := registry.New()
	reg.Expose("x", x)
	s := NewSession(reg, Limits{Time: time.Hour})
	const word = int(unsafe.Sizeof(uintptr(0)))
	rows, r := censusOf(t, s, "census(x)")
	if got := rows["eval.link"]; got.Objects != 3 || got.Bytes != 3*word {
		t.Errorf("%+v", got)
	}
	if got := rows["map[int8]int8"]; got.Objects != 1 || got.Bytes != 3 {
		t.Errorf("%+v", got)
	}
	if _, ok := rows["eval.box"]; ok || len(rows) != 5 {
		t.Errorf("%v", rows)
	}
	if rows["chan *eval.link"].Objects != 1 {
		t.Errorf("%v", rows)
	}
	r, err := s.Eval(t.Context(), "map(refs(x.array[0]), .path)")
	if got := fmt.Sprint(r.Node.Line(0)); err != nil || got != `["x.array[0]", "items(x.work)[0]", "keys(x.keys)[0]", "x.box.p.next.next"]` {
		t.Error(got, err)
	}
}
