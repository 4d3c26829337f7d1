package eval

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// rowsToCut are elements in each kind of collection: two batches of 64 and three lanes, behind the one that is taken first.
type rowsToCut struct {
	mu     sync.Mutex
	rows   []rowToCut
	refs   []*rowToCut
	byID   map[int]*rowToCut
	byName map[string]rowToCut
}

type rowToCut struct {
	Hits int
	Name string
	Even bool
	Next *rowToCut
}

const cutSize = 1 + 64 + 64 + 3

func newRowsToCut() *rowsToCut {
	x := &rowsToCut{byID: map[int]*rowToCut{}, byName: map[string]rowToCut{}}
	for i := range cutSize {
		r := rowToCut{i * 7 % 100, fmt.Sprint("name ", i%9), i%2 == 0, &rowToCut{Hits: i}}
		x.rows, x.refs = append(x.rows, r), append(x.refs, &r)
		x.byID[i], x.byName[fmt.Sprint("key ", i)] = &r, r
	}
	return x
}

var cutSources = []string{
	"count(XS, .Even)", "sum(XS, .Hits)", "max(XS, .Next.Hits)", "filter(XS, .Hits > 40)", "map(XS, .Hits)", "freq(XS, .Name)", "groupBy(XS, .Hits % 3)", "top(XS, 4, .Hits)", "sortBy(XS, .Hits)[:3]", "reduce(XS, #acc + .Hits, 0)",
	"count(filter(XS, .Even), .Hits > 20)", "map(filter(XS, .Hits > 20), .Name)", "sum(map(filter(XS, .Even), .Next.Hits))", "any(XS, .Hits == 1000)", "findIndex(XS, .Next.Hits == 131)", "one(XS, .Next.Hits == 3)", "hist(XS, .Hits)", "mean(XS, .Next.Hits)",
	"count(XS, .Name contains \"3\" and .Next.Hits > 7)", "len(filter(XS, .Name == \"name 4\"))", "all(XS, .Next.Hits >= 0)", "find(XS, .Next.Hits == 131)", "map(XS, .Name + \"!\")", "freq(filter(XS, .Even), .Name, .Hits)",
}

var cutCollections = []string{"x.rows", "x.refs", "x.byID", "x.byName", "x.rows[1:130]"}

// cutPolicies are the ways in which rowsToCut are exposed.
func cutPolicies(x *rowsToCut) map[string][]registry.Option {
	return map[string][]registry.Option{"found": nil, "declared": {registry.Guard(&x.mu)}, "unguarded": {registry.Guard(nil)}, "frozen": {registry.Frozen()}}
}

// atColumn is the position of an error.
var atColumn = regexp.MustCompile(` at 1:\d+`)

// toldWhole is what an evaluation says, or its error with what it had found.
func toldWhole(t *testing.T, s *Session, limits Limits, source string) string {
	t.Helper()
	r, err := s.Run(t.Context(), Query{Source: source, Limits: limits})
	if err == nil {
		return fmt.Sprintf("%s\n%v\n%d entries, %d bytes", r.Node.Line(0), r.Notes, r.Cost.Entries, r.Cost.Bytes)
	}
	var failed *Error
	if !errors.As(err, &failed) {
		t.Fatalf("%s: %v", source, err)
	}
	said := err.Error()
	if p := failed.Partial; p != nil {
		said += fmt.Sprintf("\n%s of %s: %d of %d, %d kept", p.Function, p.Path, p.Entries, p.Of, p.Kept)
		if p.Value != nil {
			said += " " + string(p.Value.JSON())
		}
	}
	return said
}

// TestAttackBudgetsAtLanes: a budget of entries or of bytes that ends at any lane of a batch ends where it does one by
// one, with the same error, which tells the same of what was found. No guard stays held.
func TestAttackBudgetsAtLanes(t *testing.T) {
	x := newRowsToCut()
	turn, cut := 0, 0
	for policy, options := range cutPolicies(x) {
		reg := registry.New()
		reg.GuardWait = time.Hour
		reg.Expose("x", x, options...)
		many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
		slow.single = true
		for c, collection := range cutCollections {
			for i, source := range cutSources {
				source := strings.ReplaceAll(source, "XS", collection)
				whole, err := slow.Eval(t.Context(), source)
				if err != nil {
					t.Fatalf("%s: %v", source, err)
				}
				for lane := range cutSize + 2 {
					if turn++; (turn+i*5+c)%attack.Stride(1201) != 0 {
						continue
					}
					for kind, limits := range map[string]Limits{
						"entries": {Entries: max(1, whole.Cost.Entries*lane/cutSize)},
						"bytes":   {Bytes: max(1, whole.Cost.Bytes*lane/cutSize)},
					} {
						many.lanes = []int{64, 0, 63, 65, 3, 1, 67}[turn/601%7]
						got, want := toldWhole(t, many, limits, source), toldWhole(t, slow, limits, source)
						if kind == "bytes" { // of a lane all is kept at once, and not at each of the places that keep some of it
							got, want = atColumn.ReplaceAllString(got, ""), atColumn.ReplaceAllString(want, "")
						}
						// What is read under a guard is charged once it is released, when depends on time.
						if guarded := policy == "found" || policy == "declared"; !guarded && got != want || guarded && strings.Contains(got, "more than") != strings.Contains(want, "more than") {
							t.Errorf("%s: %s: %d lanes: %s cut at %+v:\n%.1500s\nwant, one by one,\n%.1500s", policy, kind, many.lanes, source, limits, got, want)
						}
						if strings.Contains(want, "more than") {
							cut++
						}
						if !x.mu.TryLock() {
							t.Fatalf("%s keeps the guard", source)
						}
						x.mu.Unlock()
					}
				}
			}
		}
	}
	if cut == 0 {
		t.Error("nothing was cut")
	}
	t.Logf("%d evaluations were cut", cut)
}
