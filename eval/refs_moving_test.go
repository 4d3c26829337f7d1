package eval

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// moving is a list to which somebody adds a node each time before its guard is taken.
type moving struct {
	mu    sync.Mutex
	head  *movingNode
	moves bool
	until int // the turn after which it does not, 0 for none
	turns int
	also  func() // called in each turn, if not nil
	ends  int    // the turn after which the guard is not to be had any more, 0 for none
}

type movingNode struct {
	next *movingNode
	to   *cogwheel
}

func (m *moving) Lock()   { m.mu.Lock() }
func (m *moving) Unlock() { m.mu.Unlock() }

func (m *moving) TryLock() bool {
	if m.ends > 0 && m.turns >= m.ends || !m.mu.TryLock() {
		return false
	}
	if m.turns++; m.moves && (m.until == 0 || m.turns <= m.until) {
		m.head = &movingNode{next: m.head}
	}
	if m.also != nil {
		m.also()
	}
	return true
}

// reset makes m a list of twenty nodes, the last of which leads to that wheel.
func (m *moving) reset(to *cogwheel) {
	m.head, m.turns = &movingNode{to: to}, 0
	for range 19 {
		m.head = &movingNode{next: m.head}
	}
}

// TestRefsWhileWaysChange: an object in which the way to a place changes is looked at again, by itself. If
// its ways keep changing, the answer says so.
func TestRefsWhileWaysChange(t *testing.T) {
	wheel := &cogwheel{id: 7}
	a, b := &moving{}, &moving{}
	reg := registry.New()
	reg.Expose("a", a, registry.Guard(a))
	reg.Expose("b", b, registry.Guard(b))
	reg.Expose("wheel", wheel)
	s := NewSession(reg, Limits{Time: time.Hour, Share: 1})
	// ask looks for what leads to the wheel where both lists do or not, and move or not. Nearest first, the walk
	// of one gives way to that of the other at each node.
	ask := func(toA, toB *cogwheel, moveA, moveB bool) (rows []refOf, notes string) {
		t.Helper()
		a.reset(toA)
		b.reset(toB)
		a.moves, b.moves = moveA, moveB
		defer func() { a.moves, b.moves = false, false }()
		r, err := s.Eval(t.Context(), "refs(wheel)")
		if err != nil {
			t.Fatal(err)
		}
		return refsOf(t, r), strings.Join(r.Notes, "\n")
	}
	leads := func(rows []refOf, notes string, want ...string) {
		t.Helper()
		if len(rows) != len(want) || strings.Contains(notes, "lead") {
			t.Errorf("%.200v, %q", rows, notes)
			return
		}
		for i, row := range rows {
			if got, err := answer(t, s, row.Path+".id"); err != nil || got != 7 || !strings.HasPrefix(row.Path, want[i]) {
				t.Errorf("%s: %v, %v", row.Path, got, err)
			}
		}
	}
	rows, notes := ask(wheel, nil, false, false)
	leads(rows, notes, "a.head.")
	turnsA, turnsB := a.turns, b.turns
	if turnsA < 10 || turnsB < 10 {
		t.Fatalf("the lists are read in %d and %d turns", turnsA, turnsB)
	}
	// If it moved for longer it could do so once more between the moment at which the way is told and the end.
	a.until, b.until = turnsA/2, turnsB/2
	rows, notes = ask(wheel, nil, true, false)
	if read := a.turns; read <= turnsA || b.turns != turnsB {
		t.Errorf("a was read in %d turns, and %d if nothing moves; b in %d and %d", read, turnsA, b.turns, turnsB)
	}
	leads(rows, notes, "a.head.")
	if !strings.Contains(notes, "a and b are not of one moment") {
		t.Errorf("%q", notes)
	}
	rows, notes = ask(wheel, wheel, false, true)
	leads(rows, notes, "a.head.", "b.head.")
	a.until, b.until = 0, 0
	rows, notes = ask(wheel, wheel, true, true)
	const changed = "ways through a.head and b.head changed while they were read, and may lead to it"
	if len(rows) != 0 || !strings.Contains(notes, changed+"\nno other place was found that leads to it") {
		t.Errorf("%.200v, %q", rows, notes)
	}
	if a.turns > 16*(turnsA+1) { // each time it is as long again
		t.Errorf("a was read in %d turns, and %d if nothing moves", a.turns, turnsA)
	}
	// What was found at first stays told where its object keeps changing.
	x := &struct {
		near *movingNode
		list *moving
	}{&movingNode{next: &movingNode{next: &movingNode{to: wheel}}}, a}
	a.also = func() {
		if a.turns > turnsA+5 { // the second time
			x.near = &movingNode{next: x.near}
		}
	}
	reg.Expose("a", x, registry.Guard(a))
	rows, notes = ask(wheel, wheel, true, true)
	if len(rows) != 1 || rows[0].Path != "a.near.next.next.to" || !strings.Contains(notes, "ways through a.list.head, a.near and b.head changed") {
		t.Errorf("%.200v, %q", rows, notes)
	}
	// So it does where the object cannot be read the second time.
	x.near, a.also = &movingNode{next: &movingNode{next: &movingNode{to: wheel}}}, nil
	ask(wheel, nil, false, false)
	a.ends, reg.GuardWait = a.turns, time.Millisecond
	rows, notes = ask(wheel, nil, true, false)
	if len(rows) != 1 || rows[0].Path != "a.near.next.next.to" || !strings.Contains(notes, "1 value that could not be read may lead to it: ") {
		t.Errorf("%.200v, %q", rows, notes)
	}
}

// TestRefsWhilePlacesMove: a place that goes to another exposed object while that was walked already is found
// there. If nothing leads there any more the answer does not say that nothing had.
func TestRefsWhilePlacesMove(t *testing.T) {
	type list struct{ head *movingNode }
	wheel := &cogwheel{id: 7}
	a, b, guardA, guardB := &list{}, &list{}, &moving{}, &moving{}
	reg := registry.New()
	reg.Expose("a", a, registry.Guard(guardA))
	reg.Expose("b", b, registry.Guard(guardB))
	reg.Expose("wheel", wheel)
	s := NewSession(reg, Limits{Time: time.Hour, Share: 1})
	// Nearest first, the walk of one list gives way to that of the other at each node.
	ask := func(move func()) (rows []refOf, notes string) {
		t.Helper()
		guardA.reset(nil)
		guardB.reset(wheel)
		a.head, b.head = guardA.head, guardB.head
		guardB.also = func() {
			if guardB.turns == 8 {
				move()
			}
		}
		r, err := s.Eval(t.Context(), "refs(wheel)")
		if err != nil {
			t.Fatal(err)
		}
		return refsOf(t, r), strings.Join(r.Notes, "\n")
	}
	rows, notes := ask(func() { a.head, b.head = b.head, a.head })
	if len(rows) != 1 || strings.Contains(notes, "lead") {
		t.Fatalf("%.200v, %q", rows, notes)
	}
	if got, err := answer(t, s, rows[0].Path+".id"); err != nil || got != 7 || !strings.HasPrefix(rows[0].Path, "a.head.") {
		t.Errorf("%s: %v, %v", rows[0].Path, got, err)
	}
	rows, notes = ask(func() { b.head = nil })
	if len(rows) != 0 || !strings.Contains(notes, "no other place was found that leads to it") {
		t.Errorf("%.200v, %q", rows, notes)
	}
}
