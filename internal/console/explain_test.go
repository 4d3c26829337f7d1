package console

import (
	"bytes"
	clist "container/list"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

type grain struct {
	Size int
	Name string
	Next *grain
	When time.Time
	Err  error
	Tags []int
	To   atomic.Pointer[grain]
}

// TestExplain: explain tells which way the elements of each collection go, and why.
func TestExplain(t *testing.T) {
	object := &struct {
		Grains []*grain
		Sizes  []int
		Any    []any
		Set    map[string]struct{}
		Sync   sync.Map
		Chain  clist.List
	}{Set: map[string]struct{}{"a": {}}}
	for i := range 3000 {
		g := &grain{Size: i, Name: "grain", Next: &grain{Size: i}, When: time.Unix(int64(i), 0)}
		if g.To.Store(g); i == 1500 {
			g.Next = nil
		}
		object.Grains, object.Any, object.Sizes = append(object.Grains, g), append(object.Any, g), append(object.Sizes, i)
		object.Sync.Store(i, g)
		object.Chain.PushBack(g)
	}
	reg := registry.New()
	reg.Expose("sand", object)
	reg.Expose("limit", new(int))
	for line, want := range map[string]string{
		"explain":       "explain what? write an expression behind it, as in explain count(xs, .size > 5)\n",
		"explain 1 + 1": "no function in it walks a collection\n",
		"explain count(sand.Grains, .Size > 7 and .Name == \"grain\")":         "count at 1:1: 2,998 elements in batches, 2 one by one\n",
		"explain count(sand.Any, .Size > 7)":                                   "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain count(sand.Sync, .Size > 7)":                                  "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain sum(sand.Grains, len(.Tags))":                                 "sum at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain sum(sand.Grains, .To.Size)":                                   "sum at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain count(sand.Grains, .To == nil)":                               "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain min(sand.Sizes) + median(sand.Sizes)":                         "min at 1:1: 3,000 elements in batches\nmedian at 1:19: 3,000 elements in batches\n",
		"explain max([3, 4])":                                                  "max at 1:1: 2 elements one by one\n  one by one: the collection is none of the application's\n",
		"explain findLast(sand.Sync, .Size == 9)":                              "findLast at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain findLastIndex(sand.Grains, .Size < 2998)":                     "findLastIndex at 1:1: 3 elements one by one\n  one by one: the last elements of a list, and those near the one that is found\n",
		"explain count(sand.Grains, max(.Tags) == nil)":                        "count at 1:1: 3,000 elements one by one\n  one by one: the function max takes one value at a time\nmax at 1:20: met no element\n",
		"explain reduce(sand.Grains[:4], #acc + .Name, \"\")":                  "reduce at 1:1: 4 elements one by one\n  one by one: reduce takes such values one at a time\n",
		"explain count(sand.Sync, #key > 7)":                                   "count at 1:1: 3,000 elements in batches\n",
		"explain count(sand.Chain, .Size > 7)":                                 "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain count(sand.Sync[5:9], .Size > 7)":                             "count at 1:1: 4 elements one by one\n  one by one: it is a part of a sync.Map\n",
		"explain count(sand.Grains, indexOf(.Name, \"g\") == 1)":               "count at 1:1: 3,000 elements one by one\n  one by one: the function indexOf takes one value at a time\n",
		"explain count(sand.Grains, upper(.Name) == \"GRAIN\")":                "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain sum(sand.Grains, .Size > 9 ? .Size / 2.5 : 0.5 * abs(.Size))": "sum at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain count(sand.Grains, let n = .Size; n > 7 and n % 2 == 1)":      "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain any(sand.Set, # == \"b\") or any(1..3, # == 2)":               "any at 1:1: 1 element in batches\nany at 1:28: 2 elements one by one\n  one by one: the collection is none of the application's\n",
		"explain len(filter(sand.Grains, .Size < 5))":                          "filter at 1:5: 2,999 elements in batches, 1 one by one\n",
		"explain count(sand.Grains, .Size > limit)":                            "count at 1:1: 2,999 elements in batches, 1 one by one\n  read once for all in batches: limit\n",
		"explain count(sand.Grains, .When < now() - 1h)":                       "count at 1:1: 2,999 elements in batches, 1 one by one\n  read once for all in batches: now()\n",
		"explain count(sand.Grains, now() - .When > 1h)":                       "count at 1:1: 2,999 elements in batches, 1 one by one\n  read once for all in batches: now()\n",
		"explain count(sand.Grains, .Next == nil)":                             "count at 1:1: 2,998 elements in batches, 2 one by one\n",
		"explain count(sand.Grains, (.Next.Size ?? 0) > 5)":                    "count at 1:1: 2,998 elements in batches, 2 one by one\n  one by one: some of its elements have nil on the way, a secret, bytes, a long text, or a result that does not fit\n",
		"explain count(sand.Grains, .Err == nil)":                              "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain count(sand.Any, .Next != nil)":                                "count at 1:1: 3,000 elements one by one\n  one by one: some of its elements have nil on the way, a secret, bytes, a long text, or a result that does not fit\n",
		"explain count(sand.Grains, nil == .Next)":                             "count at 1:1: 2,998 elements in batches, 2 one by one\n",
		"explain count(sand.Grains, [nil] == .Tags)":                           "count at 1:1: 3,000 elements one by one\n  one by one: it makes a list, a map, or a value of its own\n",
		"explain count(sand.Grains, .Next?.Size == 5)":                         "count at 1:1: 2,998 elements in batches, 2 one by one\n  one by one: some of its elements have nil on the way, a secret, bytes, a long text, or a result that does not fit\n",
		"explain count(sand.Grains, .Tags?.[0] == 5)":                          "count at 1:1: 3,000 elements one by one\n  one by one: it reads past nil with ?.\n",
		"explain count(map(sand.Grains, .Size), # % 7 == 1)":                   "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain sum(map(filter(map(sand.Grains, .Size), # > 9), # * 2))":      "sum at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain count(sand.Grains, # == nil or .Size ** 2 > 100)":             "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain count(sand.Grains, .Name + \"s\" == \"grains\")":              "count at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain sortBy(sand.Grains, .When)":                                   "sortBy at 1:1: 2,999 elements in batches, 1 one by one\n",
		"explain find(map(sand.Grains, .Next), .Size == 9)":                    "find at 1:1: 10 elements one by one\n  one by one: it takes fields of what map makes\nmap at 1:6: 10 elements one by one\n",
	} {
		var b bytes.Buffer
		s := New(eval.NewSession(reg, eval.Limits{}), &b, eval.Limits{})
		if err := s.Do(t.Context(), line); err != nil {
			t.Fatal(line, err)
		}
		if b.String() != want {
			t.Errorf("%s:\n%swant\n%s", line, b.String(), want)
		}
	}
}
