package eval

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/registry"
)

// recallOf evaluates lines, and returns the last answer on one line or its error, and how many entries
// it read.
func recallOf(t *testing.T, s *Session, lines ...string) (answer string, entries int) {
	t.Helper()
	for _, line := range lines {
		r, err := s.Eval(t.Context(), line)
		if err != nil {
			answer = err.Error()
			continue
		}
		answer, entries = r.Node.Line(0), r.Cost.Entries
	}
	return answer, entries
}

// What is kept as _ follows what is shown: an entry from which everything can be reached costs little
// more than its screen. Asked to keep it under a name, the session keeps as much as fits.
func TestRecallReadsLittle(t *testing.T) {
	reg := registry.New()
	reg.Expose("app", newAppOfScreen(2_000))
	s := NewSession(reg, Limits{Time: time.Hour, Share: 1})
	_, shown := recallOf(t, s, `app.sessions[7]`)
	if shown > 1_000 {
		t.Errorf("an entry read %d entries and hops", shown)
	}
	weight := func(name string) int {
		v, _ := s.vars.get(name, Typed)
		return v.size
	}
	small := weight("_")
	if recallOf(t, s, `x = app.sessions[7]`); weight("x") < 4*small {
		t.Errorf("a name keeps %d bytes, and _ %d", weight("x"), small)
	}
	for _, tc := range []struct{ line, then, want string }{
		{`app.sessions[7]`, `_.user`, `"user-7"`},
		{`app.sessions[7]`, `_.tenant.name`, `"tenant-7"`},
		{`app.sessions[7]`, `_.state.peer`, `"10.0.0.7:443"`},
		{`app.sessions[7]`, `_.headers["Accept"][0]`, `"text/html"`},
		{`filter(app.sessions, .id < 100)`, `[len(_), count(_, .id % 2 == 0), max(map(_, .id))]`, `[100, 50, 99]`},
		{`filter(app.sessions, .id < 100)`, `_[99].user`, `"user-99"`},
		{`app.sessions[7]`, `len(_.tenant.sessions)`, `50`},
		// What was cut has an address, and is not taken for nothing.
		{`app.sessions[7]`, `count(_.tenant.sessions, true)`, `the snapshot was cut here and is incomplete at 1:1; the live object has it: app.sessions[7].tenant.sessions[`},
	} {
		if got, _ := recallOf(t, s, tc.line, tc.then); !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s, then %s: %s, want %s", tc.line, tc.then, got, tc.want)
		}
	}
}

// What is shown whole is not read again: _ is what was shown, however the object changes.
func TestShownWholeIsKept(t *testing.T) {
	type point struct{ X, Y int }
	m := map[string]point{"a": {1, 2}}
	reg := registry.New()
	reg.Expose("m", &m)
	s := NewSession(reg, Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), `m["a"]`)
	if err != nil {
		t.Fatal(err)
	}
	if kept := s.vars.answers[0].Value.(*value.Snapshot).Node; kept != r.Node {
		t.Errorf("_ is another snapshot than the one that was shown: %s, %s", kept.Line(0), r.Node.Line(0))
	}
}

// The texts of a variable are bounded all together, and what is cut says so.
func TestTextOfVariables(t *testing.T) {
	type page struct{ text string }
	o := struct {
		lists map[string][]string
		pages map[string]*page
	}{map[string][]string{}, map[string]*page{}}
	for i := range 100 {
		text := fmt.Sprint(i%10, strings.Repeat("x", 60_000))
		o.lists["a"] = append(o.lists["a"], text)
		o.pages[fmt.Sprint(i)] = &page{text}
	}
	reg := registry.New()
	reg.Expose("o", &o)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, line := range []string{`x = o.lists.a`, `x = values(o.pages)`, `x = filter(o.pages, true)`, `o.lists.a`, `values(o.pages)`} {
		recallOf(t, s, line)
		v, most := s.vars.answers[0], 256<<10
		if strings.HasPrefix(line, "x") {
			most = 1 << 20
		}
		if n := v.Value.(*value.Snapshot).Node; v.size > most+value.NodeSize(400) || v.size < most-64<<10 || !value.IsCut(n) {
			t.Errorf("%s keeps %d bytes, cut %v", line, v.size, value.IsCut(n))
		}
	}
	if got, _ := recallOf(t, s, `_[0].text[1:4]`); got != `"xxx"` {
		t.Errorf("the first text is %s", got)
	}
}

// A completion looks at the beginning of a large map, and finds the key that was typed in any case.
func TestCompleteInLargeMap(t *testing.T) {
	m := map[string]*tenantOfScreen{}
	for i := range 30_000 {
		m[fmt.Sprintf("sku-%d", i)] = nil
	}
	m["a secret token"] = nil
	reg := registry.New()
	reg.Expose("o", &struct{ items map[string]*tenantOfScreen }{m})
	s := NewSession(reg, Limits{Share: 1})
	for i := range 5 {
		want := fmt.Sprintf("sku-%d", 29_999-i)
		for _, line := range []string{`o.items["` + want, `o["items"]["` + want} {
			found := s.Complete(line, len(line))
			n := 0
			for _, c := range found {
				if c.Text == fmt.Sprintf("%q]", want) {
					n++
				}
			}
			if n != 1 {
				t.Fatalf("%s is proposed %d times: %v", line, n, found)
			}
		}
	}
	if found := s.Complete(`o.items["nothing`, len(`o.items["nothing`)); found != nil {
		t.Errorf("proposed %v", found)
	}
}
