package eval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
)

// TestFewOfSorted: the first elements of what is sorted are those of all that is sorted, and of equal elements those that
// are walked first.
func TestFewOfSorted(t *testing.T) {
	type ranked struct {
		ID    int
		Int   int
		Word  uint8
		Float float64
		Text  string
		Yes   bool
		Took  time.Duration
		At    time.Time
	}
	o := &struct {
		List   []ranked
		Floats []float64
		Up     []*ranked
		Mixed  []any
	}{}
	random := rand.New(rand.NewPCG(3, 4))
	at := time.Unix(1_700_000_000, 5)
	times := []time.Time{at.UTC(), at.In(time.FixedZone("there", 7200)), {}, at.Add(-1), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 2, 3, 0, 0, 0, 0, time.UTC), at.Add(time.Hour)}
	for i := range 150 {
		n := random.IntN(12)
		o.List = append(o.List, ranked{i, n - 6, uint8(n), []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(-1), 0.5}[n%5], fmt.Sprint("text ", n), n%2 == 0, time.Duration(6-n) * time.Second, times[n%len(times)]})
		o.Floats = append(o.Floats, o.List[i].Float)
		o.Up = append(o.Up, &ranked{ID: i, Int: i, Text: "same"})
		o.Mixed = append(o.Mixed, n)
	}
	reg := registry.New()
	reg.Expose("o", o)
	reg.Expose("frozen", o, registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour, Show: render.Limit{Items: 2000}})
	elements := func(list, member string) []string {
		t.Helper()
		line := "map(" + list + ", " + member + ")"
		r, err := s.Eval(t.Context(), line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return strings.Split(strings.Trim(string(r.Node.JSON()), "[]"), ",")
	}
	for sorted, member := range map[string]string{
		"sortBy(o.List, .Int)": ".ID", `sortBy(o.List, .Word, "desc")`: ".ID", "sortBy(frozen.List, .Float)": ".ID", `sortBy(o.List, .Float, "desc")`: ".ID", "sort(o.List, .Text)": ".ID",
		`sortBy(o.List, .Yes, "desc")`: ".ID", "sortBy(o.List, .Took)": ".ID", "sortBy(o.List, .At)": ".ID", `sortBy(frozen.List, .At, "desc")`: ".ID", "sort(o.Floats)": "#", `sort(o.Floats, "desc")`: "#", "sort(o.Mixed)": "#", "sortBy(o.Up, -.Int)": ".ID", "sortBy(o.Up, .Text)": ".ID",
		"sortBy(filter(o.List, .Int > 3), .Word)": ".ID", `sort(map(o.List, .Word), "desc")`: "#", "sortBy(1..50, # % 7)": "#", "sortBy([3], nil)": "#",
	} {
		s.lanes = random.IntN(70)
		all := elements(sorted, member)
		from := func(lo, hi int) []string { return all[min(lo, len(all)):min(hi, len(all))] }
		for part, want := range map[string][]string{
			"%s[:1]": from(0, 1), "%s[:2]": from(0, 2), "%s[:149]": from(0, 149), "take(%s, 30)": from(0, 30), "take(%s, 1000)": from(0, 1000), "%s[:5000]": from(0, 5000), "%s[3:9]": from(3, 9),
			"%s[-4:]": from(max(0, len(all)-4), len(all)), "%s[1:-1]": from(1, max(1, len(all)-1)), "%s[-5:-2]": from(max(0, len(all)-5), max(0, len(all)-2)), "%s[-999:]": from(0, len(all)), "%s[-5:3]": from(max(0, len(all)-5), max(3, len(all)-5)), "%s[-90:]": from(max(0, len(all)-90), len(all)), "[%s[0]]": from(0, 1), "[first(%s)]": from(0, 1), "[%s[-1]]": from(len(all)-1, len(all)), "[last(%s)]": from(len(all)-1, len(all)),
			"[get(%s, 0)]": from(0, 1), "%s | take(3)": from(0, 3),
		} {
			if len(want) == 0 {
				want = []string{""}
			}
			if got := elements(fmt.Sprintf(part, sorted), member); !slices.Equal(got, want) {
				t.Errorf(part+" has %s, want %s", sorted, got, want)
			}
		}
	}
	for line, want := range map[string]string{
		"sortBy(o.List, .ID)[-151]":             "index -151 is out of range: there are 150 elements",
		"sortBy(o.List, .ID)[150]":              "index 150 is out of range: there are 150 elements",
		"sortBy(o.List, .ID > 3 ? 1 : nil)[:2]": "nil < nil makes no sense at 1:33",
		"sortBy(o.List, .ID / 0)[0] ?? 1":       "0 / 0 has no answer",
		`sort(o.List, "ID")[0]`:                 "the order is",
		"take(sort(o.Floats), -1)":              "is not possible",
		"sort(o.Floats)[:0.5]":                  "needs an integer",
		`sort(o.Floats)["x"]`:                   "a list has no field x",
	} {
		if r, err := s.Eval(t.Context(), line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v, want %s", line, r.Node, err, want)
		}
	}
}
