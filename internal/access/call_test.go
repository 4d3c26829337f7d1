package access

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/internal/access/internal/argument"
)

type valve struct{ turned int }

func (v *valve) Turn(n int, why string) int { v.turned += n; return v.turned }
func (v *valve) Turned() int                { return v.turned }

// oversight records what an Overseer was told.
type oversight struct{ approved, begun, ended []string }

func (o *oversight) overseer(approve func(*Call) error) Overseer {
	return Overseer{
		Approve: func(c *Call) error {
			o.approved = append(o.approved, c.Text())
			return approve(c)
		},
		Begin: func(c *Call) error {
			o.begun = append(o.begun, c.Text())
			return nil
		},
		End: func(c *Call, _ time.Duration, err error) { o.ended = append(o.ended, fmt.Sprint(c.Name, " ", err)) },
	}
}

// An action runs only if the session may act and the call is approved.
func TestAct(t *testing.T) {
	v := new(valve)
	r := New()
	r.Expose("valve", v, Frozen(), Methods("Turned"), Actions("Turn"))
	var seen oversight
	refusal := errors.New("not now")
	for _, tc := range []struct {
		name     string
		overseer Overseer
		turned   int
		why      string
	}{
		{"a look", Overseer{}, 0, "this session can only look"},
		{"approved", seen.overseer(func(*Call) error { return nil }), 3, ""},
		{"refused", new(oversight).overseer(func(*Call) error { return refusal }), 3, "was not run: not now"},
		{"not on record", Overseer{Approve: func(*Call) error { return nil }, Begin: func(c *Call) error {
			if c.Action {
				return refusal
			}
			return nil
		}}, 3, "was not run: not now"},
	} {
		l := r.Visit(context.Background(), nil)
		l.Oversee(tc.overseer)
		view, err := l.Get("valve")
		if err != nil {
			t.Fatal(err)
		}
		_, err = view.Call("Turn", []any{3, "leak"})
		var refused *MethodError
		if tc.why == "" && err != nil || tc.why != "" && (!errors.As(err, &refused) || !refused.Refused || !strings.Contains(err.Error(), tc.why)) {
			t.Errorf("%s: %v", tc.name, err)
		}
		if v.turned != tc.turned {
			t.Errorf("%s: it was turned by %d, want %d", tc.name, v.turned, tc.turned)
		}
		if got, err := view.Call("Turned", nil); err != nil || got != tc.turned {
			t.Errorf("%s: a method that only looks: %v, %v", tc.name, got, err)
		}
	}
	for _, tc := range []struct {
		what string
		got  []string
		want []string
	}{
		{"approved", seen.approved, []string{`valve.Turn(3, "leak")`}},
		{"begun", seen.begun, []string{`valve.Turn(3, "leak")`, "valve.Turned()"}},
		{"ended", seen.ended, []string{"*access.valve.Turn <nil>", "*access.valve.Turned <nil>"}},
	} {
		if !slices.Equal(tc.got, tc.want) {
			t.Errorf("%s were %q, want %q", tc.what, tc.got, tc.want)
		}
	}
}

// station has receivers and arguments of every kind.
type station struct {
	Valves []*labelled
	Slots  map[slot]*labelled
	ByName map[string]*labelled
	called []string
}

type slot struct{ Row, Col int }

type labelled struct {
	Label  string
	Number int
	Token  string
	Peer   *labelled
	called *[]string
}

func (l *labelled) Shut(how ...any) string {
	*l.called = append(*l.called, fmt.Sprintf("%s %#v", l.Label, how))
	return l.Label
}

func (l *labelled) SetPassword(to string) { *l.called = append(*l.called, l.Label) }
func (l *labelled) Swap(with *labelled)   { *l.called = append(*l.called, l.Label+" "+with.Label) }
func (l *labelled) Keep(list []any, m map[string]any, b []byte) {
	list[0], m["a"], b[0] = "changed", "changed", '!'
}

func newStation() (*station, *Registry) {
	s := &station{}
	add := func(name string, n int) *labelled {
		return &labelled{Label: name, Number: n, Token: "hunter2hunter2", called: &s.called}
	}
	s.Valves = []*labelled{add("first", 1), add("second", 2)}
	s.Slots = map[slot]*labelled{{1, 2}: add("slot", 3)}
	s.ByName = map[string]*labelled{"n": add("name", 4)}
	r := New()
	r.Expose("station", s, Frozen(), Actions("Valves.*.*", "Slots.*.*", "ByName.*.*"))
	return s, r
}

// The text of an action says which object it is of and what it is given, whether these can be typed
// or not.
func TestCallText(t *testing.T) {
	const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
	s, r := newStation()
	for _, tc := range []struct {
		name   string
		get    func(*View) (*View, error)
		method string
		args   []any
		want   string
	}{
		{"an index", func(v *View) (*View, error) { return step2(v, "Valves", 0) }, "Shut", []any{"late", 1, 2.5, true, nil},
			`station.Valves[0].Shut("late", 1, 2.5, true, nil), where station.Valves[0] is *access.labelled{"Label":"first","Number":1,"Token":{"…":{"redacted":true}},"Peer":null,"called":null}`},
		{"a key that is a struct", func(v *View) (*View, error) { return first(v, "Slots") }, "Shut", nil,
			`station.Slots[{Row: 1, Col: 2}].Shut(), where station.Slots[{Row: 1, Col: 2}] is *access.labelled{"Label":"slot",`},
		{"a list, a map and large numbers", func(v *View) (*View, error) { return step2(v, "ByName", "n") }, "Shut",
			[]any{[]any{1, nil, "x", []any{}}, map[string]any{"b": 1, "a": "y"}, uint64(1<<64 - 1), math.NaN(), []byte("b\xff")},
			`station.ByName["n"].Shut([1, nil, "x", []], {"a": "y", "b": 1}, 18446744073709551615, NaN, b"b\xff"), where station.ByName["n"] is *access.labelled{"Label":"name",`},
		{"texts that look secret", func(v *View) (*View, error) { return step2(v, "Valves", 0) }, "Shut", []any{secret, map[string]any{"token": "x", "name": "y"}},
			`station.Valves[0].Shut(<10>, {"name": "y", "token": <1>}), where`},
		{"a method whose name is that of a secret", func(v *View) (*View, error) { return step2(v, "Valves", 0) }, "SetPassword", []any{"x"},
			`station.Valves[0].SetPassword(<1>), where`},
		{"a live object", func(v *View) (*View, error) { return step2(v, "Valves", 0) }, "Swap", []any{1},
			`station.Valves[0].Swap(station.Valves[1]), where station.Valves[0] is *access.labelled{"Label":"first",`},
		{"live objects in a list", func(v *View) (*View, error) { return step2(v, "Valves", 0) }, "Shut", []any{[]any{1}},
			`station.Valves[0].Shut([station.Valves[1]]), where station.Valves[0] is *access.labelled{"Label":"first",`},
	} {
		l := r.Visit(context.Background(), nil)
		var got string
		l.Oversee(Overseer{
			Approve: func(c *Call) error { got = c.Text(); return nil },
			Mask:    func(secret string) string { return fmt.Sprintf("<%d>", min(len(secret), 10)) },
		})
		root, err := l.Get("station")
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(tc.name, "live") || strings.HasPrefix(tc.name, "a live") {
			other, err := step2(root, "Valves", 1)
			if err != nil {
				t.Fatal(err)
			}
			if tc.args = []any{other}; strings.HasPrefix(tc.name, "live") {
				tc.args = []any{[]any{other}}
			}
			tc.want += `… and station.Valves[1] is *access.labelled{"Label":"second",`
		}
		view, err := tc.get(root)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		s.called = nil
		if _, err := view.Call(tc.method, tc.args); err != nil || len(s.called) != 1 {
			t.Errorf("%s: %v, and called were %q", tc.name, err, s.called)
		}
		at := got
		for _, part := range strings.Split(tc.want, "…") {
			_, rest, ok := strings.Cut(at, part)
			if !ok {
				t.Errorf("%s:\n%s\nwant\n%s", tc.name, got, tc.want)
				break
			}
			at = rest
		}
		if strings.Contains(got, "hunter2") || strings.Contains(got, secret) {
			t.Errorf("%s tells a secret: %s", tc.name, got)
		}
	}
}

func step2(v *View, field string, key any) (*View, error) {
	v, err := v.Member(field)
	if err != nil {
		return nil, err
	}
	return v.At(key)
}

// first returns the element that a walk over a field meets first.
func first(v *View, field string) (found *View, err error) {
	if v, err = v.Member(field); err != nil {
		return nil, err
	}
	err = v.Each(func(_, elem *View) (bool, error) {
		found, err = elem.Keep()
		return false, err
	})
	return found, err
}

// What runs is what was shown, whatever becomes of the names meanwhile; and nothing runs once its
// name was withdrawn or exposed anew.
func TestCallIsBound(t *testing.T) {
	for _, tc := range []struct {
		name      string
		meanwhile func(*station, *Registry)
		called    string
		why       string
	}{
		{"nothing changes", func(*station, *Registry) {}, `first second`, ""},
		{"the list shifts", func(s *station, _ *Registry) { s.Valves[0], s.Valves[1] = s.Valves[1], s.Valves[0] }, `first second`, ""},
		{"the list is gone", func(s *station, _ *Registry) { s.Valves = nil }, `first second`, ""},
		{"withdrawn", func(_ *station, r *Registry) { r.Withdraw("station") }, "", "station was withdrawn meanwhile"},
		{"another policy", func(s *station, r *Registry) { r.Expose("station", s, Frozen()) }, "", "station was exposed anew meanwhile"},
		{"another object", func(_ *station, r *Registry) { r.Expose("station", new(station), Actions("Valves.*.*")) }, "", "station was exposed anew meanwhile"},
		{"an argument's name is withdrawn", func(_ *station, r *Registry) { r.Withdraw("spare") }, "", "spare was withdrawn meanwhile"},
		{"another name", func(_ *station, r *Registry) { r.Expose("other", 1) }, `first second`, ""},
	} {
		s, r := newStation()
		r.Expose("spare", s, Frozen())
		l := r.Visit(context.Background(), nil)
		begun := 0
		l.Oversee(Overseer{
			Approve: func(*Call) error { tc.meanwhile(s, r); return nil },
			Begin:   func(*Call) error { begun++; return nil },
		})
		root, err1 := l.Get("station")
		spare, err2 := l.Get("spare")
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		view, err1 := step2(root, "Valves", 0)
		other, err2 := step2(spare, "Valves", 1)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		_, err := view.Call("Swap", []any{other})
		if got := strings.Join(s.called, ", "); got != tc.called || (err == nil) != (tc.why == "") || err != nil && !strings.Contains(err.Error(), tc.why) {
			t.Errorf("%s: called were %q, %v; want %q, %s", tc.name, got, err, tc.called, tc.why)
		}
		if want := len(s.called); begun != want {
			t.Errorf("%s: %d calls were begun, want %d", tc.name, begun, want)
		}
	}
}

// An application that keeps and changes its arguments changes nothing of the session.
func TestArgumentsAreCopies(t *testing.T) {
	_, r := newStation()
	l := r.Visit(context.Background(), nil)
	l.Oversee(Overseer{Approve: func(*Call) error { return nil }})
	root, err := l.Get("station")
	if err != nil {
		t.Fatal(err)
	}
	view, err := step2(root, "Valves", 0)
	if err != nil {
		t.Fatal(err)
	}
	list, entries, bytes := []any{"x"}, map[string]any{"a": "x"}, []byte("x")
	if _, err := view.Call("Keep", []any{list, entries, bytes}); err != nil {
		t.Fatal(err)
	}
	if list[0] != "x" || entries["a"] != "x" || bytes[0] != 'x' {
		t.Errorf("they became %v, %v and %s", list, entries, bytes)
	}
	type own struct{ n int } // stands for what expressions compute with and Go does not know
	for _, x := range []any{own{1}, &own{1}, []any{own{1}}, map[string]any{"a": &own{1}}} {
		if _, err := view.Call("Shut", []any{x}); err == nil {
			t.Errorf("the application was given %#v", x)
		}
	}
}

// A call that is too long to be shown in full does not run.
func TestLongAction(t *testing.T) {
	s, r := newStation()
	l := r.Visit(context.Background(), nil)
	longest := 0
	l.Oversee(Overseer{Approve: func(c *Call) error { longest = max(longest, len(c.Text())); return nil }})
	root, err := l.Get("station")
	if err != nil {
		t.Fatal(err)
	}
	view, err := step2(root, "Valves", 0)
	if err != nil {
		t.Fatal(err)
	}
	for n, runs := range map[int]bool{MaxCall / 2: true, MaxCall: false, 10 * MaxCall: false} {
		s.called = nil
		if _, err := view.Call("Shut", []any{strings.Repeat("x", n)}); (err == nil) != runs || (len(s.called) == 1) != runs {
			t.Errorf("a text of %d bytes: %v", n, err)
		}
		s.called = nil
		if _, err := view.Call("Shut", []any{[]byte(strings.Repeat("x", n))}); (err == nil) != runs || (len(s.called) == 1) != runs {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if longest > MaxCall || longest < MaxCall/2 {
		t.Errorf("the longest call that was approved has %d bytes", longest)
	}
}

// Whatever the texts of the application are, a call is on one line, and no text passes for a part
// of it.
func TestCallCannotBeForged(t *testing.T) {
	const forged = "x\"}.Harmless()\n\x1b[2J\u202e\u2028\U000e0001\xff"
	s, r := newStation()
	s.Valves[0].Label = forged
	s.Slots[slot{1, 2}].Label = forged
	s.ByName[forged] = s.Valves[1]
	for _, get := range []func(v *View) (*View, error){
		func(v *View) (*View, error) { return step2(v, "Valves", 0) },
		func(v *View) (*View, error) { return first(v, "Slots") },
		func(v *View) (*View, error) { return step2(v, "ByName", forged) },
	} {
		l := r.Visit(context.Background(), nil)
		var got string
		l.Oversee(Overseer{Approve: func(c *Call) error { got = c.Text(); return nil }})
		root, err := l.Get("station")
		if err != nil {
			t.Fatal(err)
		}
		view, err := get(root)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := view.Call("Shut", []any{forged, map[string]any{forged: []any{[]byte(forged)}}}); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }); i >= 0 && !strings.HasPrefix(got[i:], "\ufffd") {
			t.Errorf("%q has %q", got, got[i:])
		}
		if strings.Contains(got, `x"}.Harmless`) {
			t.Errorf("it is forged: %q", got)
		}
	}
}

// Of several things that are wrong an error names the first, and not one by chance.
func TestErrorsOfMapsAreTheSame(t *testing.T) {
	_, c := lookAt(t, &struct {
		points map[struct{ x int }]int
	}{map[struct{ x int }]int{{1}: 1}})
	points := must(t, c, ".points")
	noLive := argument.Live(func(reflect.Type, any) (in reflect.Value, bound any, ok bool, err error) { return })
	wrong := map[string]any{}
	for _, name := range strings.Split("qwertyuiop", "") {
		wrong[name] = "no number"
	}
	for range 20 {
		if _, err := points.At(wrong); err == nil || !strings.Contains(err.Error(), "has no field e") {
			t.Fatalf("a key of which no field is right: %v", err)
		}
		if _, _, err := noLive.Bind(reflect.TypeFor[map[string]int](), wrong); err == nil || !strings.Contains(err.Error(), `entry "e"`) {
			t.Fatalf("an argument of which no entry is right: %v", err)
		}
	}
}
