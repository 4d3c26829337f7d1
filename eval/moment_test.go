package eval

import (
	"container/list"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

// turning is a lock of the application's under which something changes whenever a look gives it back: what outlives the
// guard is seen to.
type turning struct {
	sync.Mutex
	turn func()
}

func (l *turning) Unlock() {
	l.turn()
	l.Mutex.Unlock()
}

// told is an element that tells whether it is one: its name is its key, and twice is twice its id.
type told struct {
	Name  string
	ID    int
	Twice int
	Tags  []string
}

// largeTold is too large to lie in a map's slot.
type largeTold struct {
	told
	a, b [8]int
}

func newTold(id int) told {
	name := "n" + strconv.Itoa(id)
	return told{name, id, 2 * id, []string{name}}
}

// moments is an object that is another one at each moment.
type moments struct {
	turns int
	items map[string]told
	large map[string]largeTold
	refs  map[string]*told
	list  []told
	ptrs  []*told
	array [8]told
	faces []any
	chain *list.List
	pairs [][]told
	texts [][]byte
	vast  []vastTold
	mu    sync.Mutex // of the owner
}

// vastTold is too large to be copied.
type vastTold struct {
	told
	rest [9000]uint64
}

func newMoments() *moments {
	m := &moments{chain: list.New()}
	m.turn()
	return m
}

// turn gives each place another element, and each object another content.
func (m *moments) turn() {
	m.turns++
	n := m.turns % 5
	if m.items == nil {
		m.items, m.refs = map[string]told{}, map[string]*told{}
		m.large = map[string]largeTold{}
		m.list, m.ptrs, m.faces = make([]told, 8), make([]*told, 8), make([]any, 8)
		m.pairs, m.texts, m.vast = make([][]told, 8), make([][]byte, 8), make([]vastTold, 8)
		for i := range m.ptrs {
			m.ptrs[i] = new(told)
			m.chain.PushBack(m.ptrs[i])
		}
	}
	clear(m.items)
	clear(m.large)
	clear(m.refs)
	for i := range 8 {
		t := newTold((i + n) % 8)
		m.list[i], m.array[i], m.faces[i] = t, t, t
		*m.ptrs[i] = t
		m.vast[i].told = t
		if m.pairs[i] == nil {
			m.pairs[i], m.texts[i] = make([]told, 2), make([]byte, 2)
		}
		m.pairs[i][0], m.pairs[i][1] = t, t
		copy(m.texts[i], t.Name)
		// One more or less, so that each slot has another key.
		if i != n {
			m.items[t.Name] = t
			l := m.large[t.Name]
			l.told = t
			m.large[t.Name] = l
			m.refs[t.Name] = &t
		}
	}
}

// verdict says what is wrong with an answer: an element that is none, or not the one asked for.
type verdict func(x any) string

// ofOne holds of every element in an answer that it is one of one moment.
func ofOne(x any) string {
	switch x := x.(type) {
	case []any:
		for _, e := range x {
			if wrong := ofOne(e); wrong != "" {
				return wrong
			}
		}
	case map[string]any:
		id, ok := x["ID"].(float64)
		if !ok {
			for _, e := range x {
				if wrong := ofOne(e); wrong != "" {
					return wrong
				}
			}
			return ""
		}
		want := newTold(int(id))
		if x["Name"] != want.Name || x["Twice"] != float64(want.Twice) || x["Tags"] != nil && fmt.Sprint(x["Tags"]) != fmt.Sprint(want.Tags) {
			return fmt.Sprint("torn: ", x)
		}
	}
	return ""
}

// only holds that all elements have that id.
func allOf(id float64) verdict {
	return func(x any) string {
		if wrong := ofOne(x); wrong != "" {
			return wrong
		}
		switch x := x.(type) {
		case []any:
			for _, e := range x {
				if wrong := allOf(id)(e); wrong != "" {
					return wrong
				}
			}
		case map[string]any:
			if got, ok := x["ID"]; ok && got != id {
				return fmt.Sprint("not the one: ", x)
			}
		}
		return ""
	}
}

func isNow(want any) verdict {
	return func(x any) string {
		if x != want {
			return fmt.Sprint("want ", want)
		}
		return ""
	}
}

// ordered holds that elements are in the order of their ids.
func inOrder(sign float64) verdict {
	return func(x any) string {
		last := -1000.0
		for _, e := range x.([]any) {
			m := e.(map[string]any)
			if m["…"] != nil {
				continue // the rest was cut
			}
			id := m["ID"].(float64)
			if id *= sign; id < last {
				return "not in their order"
			}
			last = id
		}
		return ofOne(x)
	}
}

// topMost holds that elements are shown with what they were chosen by.
func topMost(x any) string {
	for _, e := range x.([]any) {
		row := e.(map[string]any)
		if wrong := allOf(row["by"].(float64))(row["value"]); wrong != "" {
			return wrong
		}
	}
	return ""
}

// byID holds that elements lie under their ids.
func byID(x any) string {
	for id, group := range x.(map[string]any) {
		n, _ := strconv.Atoi(id)
		if wrong := allOf(float64(n))(group); wrong != "" {
			return wrong
		}
	}
	return ""
}

// twice holds that the second of two is twice the first.
func twice(x any) string {
	if p := x.([]any); p[1] != 2*p[0].(float64) {
		return "of two moments"
	}
	return ""
}

// What an answer shows of an element of a list or a map is of the moment in which it was reached, or the answer says that it is not.
func TestAnswersAreOfOneMoment(t *testing.T) {
	questions := []struct {
		source  string
		verdict verdict
	}{
		{`m.items["n3"].Name`, isNow("n3")},
		{`m.items.n3`, allOf(3)},
		{`m.large["n3"].Name`, isNow("n3")},
		{`m.large["n3"].told`, allOf(3)},
		{`m.items["n3"].Tags[0]`, isNow("n3")},
		{`let e = m.items.n3; [e.ID, e.Twice]`, twice},
		{`find(m.items, .ID == 3)`, allOf(3)},
		{`find(m.items, #key == "n3").Name`, isNow("n3")},
		{`filter(m.items, .ID == 3)`, allOf(3)},
		{`filter(m.large, .ID == 3)`, allOf(3)},
		{`values(m.items)`, ofOne},
		{`m.items`, ofOne},
		{`m.list[3]`, ofOne},
		{`let e = m.list[3]; [e.ID, e.Twice]`, twice},
		{`let e = m.faces[3]; [e.ID, e.Twice]`, twice},
		{`m.list`, ofOne},
		{`m.list[2:5]`, ofOne},
		{`first(m.list)`, ofOne},
		{`last(m.list)`, ofOne},
		{`find(m.list, .ID == 3)`, allOf(3)},
		{`find(m.list, .ID == 3).Name`, isNow("n3")},
		{`find(m.list[0:8], .ID == 3)`, allOf(3)},
		{`findLast(m.list, .ID == 3)`, allOf(3)},
		{`filter(m.list, .ID == 3)`, allOf(3)},
		{`filter(m.array, .ID == 3)`, allOf(3)},
		{`find(m.array, .ID == 3).Name`, isNow("n3")},
		{`filter(m.faces, .ID == 3)`, allOf(3)},
		{`sortBy(m.list, .ID)`, inOrder(1)},
		{`top(m.list, 3, .ID)`, topMost},
		{`groupBy(m.list, .ID)`, byID},
		{`groupBy(m.array, .ID)`, byID},
		{`let xs = filter(m.list, .ID < 4); map(xs, {{ID: .ID, Name: .Name, Twice: .Twice, Tags: .Tags}})`, ofOne},
		{`map(m.list, .Tags)`, ofOne},
		{`reduce(m.list, .ID == 3 ? # : #acc, nil)`, allOf(3)},
		{`uniq(m.list)`, ofOne},
		// These lead to objects that others are by now: it is said.
		{`filter(m.ptrs, .ID == 3)`, allOf(3)},
		{`find(m.ptrs, .ID == 3)`, allOf(3)},
		{`find(m.ptrs, .ID == 3).Name`, isNow("n3")},
		{`sortBy(m.ptrs, .ID)`, inOrder(1)},
		{`top(m.ptrs, 3, .ID)`, topMost},
		{`groupBy(m.ptrs, .ID)`, byID},
		{`find(m.chain, .ID == 3)`, allOf(3)},
		{`find(m.refs, .ID == 3)`, allOf(3)},
		// So do these, with elements that a slice leads to.
		{`find(m.pairs, #[0].ID == 3)`, allOf(3)},
		{`filter(m.pairs, #[0].ID == 3)`, allOf(3)},
		{`find(m.texts, string(#) == "n3")`, isNow("n3")},
		// And these stay in their places.
		{`find(m.vast, .ID == 3).Name`, isNow("n3")},
		{`find(m.vast, .ID == 3).told`, allOf(3)},
	}
	for _, policy := range []string{"guard", "owner"} {
		m := newMoments()
		reg := registry.New()
		if policy == "guard" {
			l := &turning{turn: m.turn}
			reg.Expose("m", m, registry.Guard(l))
		} else {
			reg.Expose("m", m, registry.Owner(func(f func()) {
				m.mu.Lock()
				defer m.mu.Unlock()
				f()
				m.turn()
			}))
		}
		s := NewSession(reg, Limits{})
		for _, q := range questions {
			answers, kept := 0, 0
			for range 15 {
				r, err := s.Eval(t.Context(), q.source)
				if err != nil {
					if code := codeOfError(err); code != "no_key" && code != "nil" && code != "type" {
						t.Fatalf("%s: %s: %v", policy, q.source, err)
					}
					continue
				}
				var x any
				if err := json.Unmarshal(r.Node.JSON(), &x); err != nil {
					t.Fatal(err)
				}
				if x == nil {
					continue
				}
				answers++
				excused := slices.Contains(r.Codes, ChangedNote) || strings.Contains(q.source, "vast") && slices.Contains(r.Codes, PartedNote)
				if wrong := q.verdict(x); wrong != "" && !excused {
					t.Errorf("%s: %s = %s: %s; notes %q", policy, q.source, r.Node.Line(300), wrong, r.Notes)
					break
				}
				if strings.Contains(q.source, ".ID == 3") && !strings.HasSuffix(q.source, "Name`") {
					// It stays what it was as the last answer too.
					_, err := s.Eval(t.Context(), "kept = _")
					again, err2 := s.Eval(t.Context(), "kept")
					if err != nil || err2 != nil {
						t.Fatal(err, err2)
					}
					if kept++; !excused && string(again.Node.JSON()) != string(r.Node.JSON()) {
						t.Errorf("%s: %s is %s later: %s", policy, q.source, r.Node.Line(300), again.Node.Line(300))
						break
					}
				}
			}
			if answers < 3 {
				t.Errorf("%s: %s has %d answers", policy, q.source, answers)
			}
		}
	}
}

// What a variable was given is what was found, and not what is at its place later.
func TestPickedIsNoPath(t *testing.T) {
	var o struct {
		list []*told
		refs map[string]*told
		arr  [4]*told
	}
	o.refs = map[string]*told{}
	for i := range o.arr {
		e := newTold(i)
		o.list, o.arr[i], o.refs[e.Name] = append(o.list, &e), &e, &e
	}
	var mu sync.Mutex
	reg := registry.New()
	reg.Expose("o", &o, registry.Guard(&mu))
	s := NewSession(reg, Limits{})
	names := map[string]string{"a": "find(o.list, .ID == 3)", "b": `o.refs["n3"]`, "c": "find(o.arr, .ID == 3)", "d": "o.list[3]", "e": "find(o.refs, .ID == 3)", "f": "last(o.list)"}
	for name, source := range names {
		if _, err := s.Eval(t.Context(), name+" = "+source); err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		slices.Reverse(o.list[:3])
		o.list = append(o.list[1:], o.list[0])
		o.arr[3], o.arr[0] = o.arr[0], o.arr[3]
		o.refs["n3"] = o.list[0]
		for name, source := range names {
			if got, err := answer(t, s, name+".ID"); got != 3 || err != nil {
				t.Errorf("%s was 3, and is %v, %v", source, got, err)
			}
		}
	}
}
