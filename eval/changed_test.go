package eval

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/registry"
)

// TestChangedAmongMany: that one of many objects has changed since it was picked is told, however it is read.
func TestChangedAmongMany(t *testing.T) {
	type link struct{ ID int }
	type picked struct {
		ID, n int
		next  *link
	}
	o := &struct {
		list  []*picked
		byKey map[int]*picked
	}{byKey: map[int]*picked{}}
	for i := range 10 {
		p := &picked{i, i, &link{i}}
		o.list, o.byKey[i] = append(o.list, p), p
	}
	changes := 0 // whenever a look gives the lock back
	reg := registry.New()
	reg.Expose("o", o, registry.Guard(&turning{turn: func() { o.list[5].ID += changes }}))
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, of := range []string{"o.list", "o.byKey"} {
		for _, source := range []string{
			"map(sortBy(XS, .n), .ID)", "map(sortBy(XS, .n), .n)", "count(sortBy(XS, .n), .ID == 3)", "map(sortBy(XS, .n), .next.ID)", "sum(groupBy(XS, .n % 2)[1], .n)", "sortBy(XS, .n)",
		} {
			source = strings.ReplaceAll(source, "XS", of)
			for _, changes = range []int{0, 1} {
				r, err := s.Eval(t.Context(), source)
				if told := slices.Contains(r.Codes, ChangedNote); err != nil || told != (changes > 0) {
					t.Errorf("%s with %d changes: the notes are %q, %v", source, changes, r.Codes, err)
				}
			}
		}
	}
}

// TestChangedString: an object that is dropped keeps its words until others are written there, and
// the memory of its strings may be given to others before. That is told too.
func TestChangedString(t *testing.T) {
	type picked struct {
		ID   int
		Name string
	}
	name := []byte("three")
	o := &struct {
		list  []*picked
		byKey map[int]*picked
	}{byKey: map[int]*picked{}}
	for i := range 10 {
		p := &picked{i, "another"}
		if i == 3 {
			p.Name = unsafe.String(&name[0], len(name))
		}
		o.list, o.byKey[i] = append(o.list, p), p
	}
	reused := 0 // whenever a look gives the lock back
	reg := registry.New()
	reg.Expose("o", o, registry.Guard(&turning{turn: func() { name[0] += byte(reused) }}))
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, of := range []string{"o.list", "o.byKey"} {
		for _, source := range []string{"find(XS, .ID == 3)", "find(XS, .ID == 3)!", "find(XS, .ID == 3).Name", "sortBy(XS, .ID)[2:5]", "groupBy(XS, .ID % 2)[1]"} {
			source = strings.ReplaceAll(source, "XS", of)
			for _, reused = range []int{0, 1} {
				r, err := s.Eval(t.Context(), source)
				if told := slices.Contains(r.Codes, ChangedNote); err != nil || told != (reused > 0) {
					t.Errorf("%s, where the memory of a string changes %d times: the notes are %q, %v", source, reused, r.Codes, err)
				}
			}
		}
	}
}
