package eval

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// frail is an element of which one cannot be computed with like the others.
type frail struct {
	Hits, By, Large int
	Name            string
	List            []int
	Next            *frail
}

func (b *frail) fill(i int) *frail {
	*b = frail{Hits: i % 7, By: 1 + i%3, Large: i, Name: fmt.Sprint("name ", i%5), List: []int{i, i + 1, i + 2}, Next: &frail{Hits: i % 4, Name: "next"}}
	return b
}

// harm makes b an element that nothing of erring can be computed of.
func (b *frail) harm() {
	b.By, b.Large, b.Name, b.List, b.Next = 0, math.MaxInt/2+1, "", nil, nil
}

// erring is what is an error for an element that was harmed.
var erring = []string{".Hits % .By", ".Large * 4", ".Next.Hits", ".List[2]", "int(.Name)", ".Large + .Large + .Large", "abs(.Next.Hits) + 1", ".Next.By / 2", "let x = .Next.Hits; x + 1", "len(.Next.Name)"}

// erringSources have the collection XS, and a number of an element, or a condition, that may be an error.
var erringSources = []string{
	"count(XS, NUM > 1)", "filter(XS, NUM > 1)", "any(XS, NUM > 9000)", "all(XS, NUM < 9000)", "none(XS, NUM == -5)", "one(XS, NUM == -5)", "find(XS, NUM == -5)", "findIndex(XS, NUM == -5)", "map(XS, NUM)", "sum(XS, NUM)", "mean(XS, NUM)", "min(XS, NUM)", "max(XS, NUM)", "median(XS, NUM)",
	"freq(XS, NUM)", "freq(XS, .Name, NUM)", "freq(XS, NUM, NUM)", "groupBy(XS, NUM)", "top(XS, 3, NUM)", "sortBy(XS, NUM)", "sortBy(XS, NUM)[:3]", "sort(XS, NUM, \"desc\")[-2]", "hist(XS, NUM)", "reduce(XS, #acc + NUM, 0)", "reduce(XS, NUM > #acc ? NUM : #acc, 0)",
	"count(filter(XS, .Hits > 1), NUM > 1)", "sum(map(XS, NUM))", "sum(filter(XS, NUM > 1), .Hits)", "len(filter(XS, NUM > 1))", "map(filter(XS, NUM > 1), .Name)", "groupBy(filter(XS, .Hits != 3), NUM)", "freq(map(XS, NUM))", "first(filter(XS, NUM == -5))", "take(filter(XS, NUM > 1), 90)", "top(filter(XS, NUM > 0), 3, .Hits)",
	"count(XS, .Hits == 3 or NUM > 1)", "count(XS, .Hits > 1 and NUM > 1)", "sum(XS, .Hits > 3 ? 1 : NUM)", "map(XS, [NUM, .Hits])", "sum(XS, NUM + NUM)", "any(map(XS, NUM), # == -5)",
}

// TestAttackErrorsAtLanes: a predicate that is an error at one element, wherever it lies in a batch, is the error that
// it is one by one, at the same place of the source, and where a budget ends before it or just behind it, that tells the same
// of what was found.
func TestAttackErrorsAtLanes(t *testing.T) {
	const size = 200
	turn, failed := 0, 0
	for _, at := range []int{0, 1, 2, 62, 63, 64, 65, 127, 128, 129, 191, size - 1} {
		x := &struct {
			Rows   []frail
			Refs   []*frail
			ByID   map[int]*frail
			ByName map[string]frail
		}{ByID: map[int]*frail{}, ByName: map[string]frail{}}
		for i := range size {
			b := new(frail).fill(i)
			if i == at || i == at+50 {
				b.harm() // the first error is the one that is told
			}
			x.Rows, x.Refs = append(x.Rows, *b), append(x.Refs, b)
			x.ByID[i], x.ByName[fmt.Sprint("key ", i)] = b, *b
		}
		for policy, options := range map[string][]registry.Option{"frozen": {registry.Frozen()}, "unguarded": {registry.Guard(nil)}} {
			reg := registry.New()
			reg.Expose("x", x, options...)
			many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
			slow.single = true
			for c, collection := range []string{"x.Rows", "x.Refs", "x.ByID", "x.ByName", "x.Refs[1:190]"} {
				for n, number := range erring {
					for i, source := range erringSources {
						if turn++; (turn+3*n+5*c+i)%attack.Stride(211) != 0 {
							continue
						}
						source = strings.ReplaceAll(strings.ReplaceAll(source, "XS", collection), "NUM", "("+number+")")
						many.lanes = []int{64, 0, 63, 65, 3, 1, 67}[turn/211%7]
						got, want := toldWhole(t, many, Limits{}, source), toldWhole(t, slow, Limits{}, source)
						if got != want {
							t.Errorf("%s, %d lanes: %s:\n%.1500s\nwant, one by one,\n%.1500s", policy, many.lanes, source, got, want)
						}
						if strings.Contains(want, " at 1:") {
							failed++
						}
						for _, entries := range []int{2 * at, 3*at + 3, 4 * at} {
							limits := Limits{Entries: max(1, entries)}
							if got, want := toldWhole(t, many, limits, source), toldWhole(t, slow, limits, source); got != want {
								t.Errorf("%s, %d lanes: %s cut at %d entries:\n%.1500s\nwant, one by one,\n%.1500s", policy, many.lanes, source, limits.Entries, got, want)
							}
						}
					}
				}
			}
		}
	}
	if failed == 0 {
		t.Error("nothing was an error")
	}
	t.Logf("%d of %d were errors", failed, turn/attack.Stride(211))
}

// TestAttackEachBudget: at whichever entry a budget ends, it ends at the same place of the source and tells the same of
// what was found, whether elements are matched, put off until the guard is released, or held.
func TestAttackEachBudget(t *testing.T) {
	var refs []*frail
	for i := range 40 {
		refs = append(refs, new(frail).fill(i))
	}
	reg := registry.New()
	reg.Expose("refs", &refs, registry.Frozen())
	many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	many.lanes, slow.single = 16, true
	for _, source := range []string{
		"filter(refs, len(.Next.Name) > 1)", "groupBy(filter(refs, .Hits != 3), .List[2])", "sortBy(refs, abs(.Next.Hits) + 1)",
	} {
		for entries := 1; entries < 130; entries += attack.Stride(3) {
			limits := Limits{Entries: entries}
			got, want := toldWhole(t, many, limits, source), toldWhole(t, slow, limits, source)
			if got != want {
				t.Errorf("%s cut at %d entries:\n%.1500s\nwant, one by one,\n%.1500s", source, entries, got, want)
				break
			}
			if !strings.Contains(want, "more than") {
				break
			}
		}
	}
}
