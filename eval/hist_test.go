package eval

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestHist: the percentiles are those of a sort, or as much above as is said.
func TestHist(t *testing.T) {
	reg, all := collections(5000)
	s := NewSession(reg, Limits{Time: time.Hour})
	for field, of := range map[string]func(x *tenant) float64{
		"bytes": func(x *tenant) float64 { return float64(x.bytes) },
		"rate":  func(x *tenant) float64 { return x.rate },
		"wait":  func(x *tenant) float64 { return float64(x.wait) },
	} {
		sorted := make([]float64, len(all))
		for i, x := range all {
			sorted[i] = of(x)
		}
		slices.Sort(sorted)
		for name, rank := range map[string]int{"min": 1, "p50": 2500, "p90": 4500, "p99": 4950, "p999": 4995, "max": 5000} {
			x, err := answer(t, s, "hist(box.byID, ."+field+")."+name)
			var got float64
			switch x := x.(type) {
			case int:
				got = float64(x)
			case float64:
				got = x
			case time.Duration:
				got = float64(x)
			}
			want := sorted[rank-1]
			if slack := max(want, -want) / 1024; err != nil || got < want || got > want+slack || (name == "min" || name == "max") && got != want {
				t.Errorf("%s of %s is %v, %v, want %v", name, field, x, err, want)
			}
		}
		if x, err := answer(t, s, "sum(hist(box.list, ."+field+").bars, .count)"); x != len(all) || err != nil {
			t.Errorf("the bars of %s have %v, %v", field, x, err)
		}
		// Each bar has what lies between its edges, up to what the note says.
		x, err := answer(t, s, "map(hist(box.list, ."+field+").bars, [.from, .below, .count])")
		if err != nil {
			t.Fatal(err)
		}
		for _, bar := range x.([]any) {
			edge := func(i int) float64 {
				switch x := bar.([]any)[i].(type) {
				case int:
					return float64(x)
				case time.Duration:
					return float64(x)
				case float64:
					return x
				}
				t.Fatalf("an edge of %s is %v", field, bar)
				return 0
			}
			lo, hi, surely, maybe := edge(0), edge(1), 0, 0
			for _, v := range sorted {
				slack := max(v, -v) / 1024
				if v >= lo+slack && v < hi-slack {
					surely++
				}
				if v >= lo-slack && v < hi+slack {
					maybe++
				}
			}
			if n := bar.([]any)[2].(int); n < surely || n > maybe {
				t.Errorf("the bar from %v to %v of %s has %d, want %d to %d", lo, hi, field, n, surely, maybe)
			}
		}
	}
	for source, want := range map[string]string{
		`hist([])`:                              "no values",
		`hist([1, 2, "x"])`:                     "hist takes numbers, or durations, and this is a string",
		`hist([1, duration("1s")])`:             "hist takes numbers, or durations",
		`hist([now()])`:                         "now() - .field",
		`hist([nil])`:                           "this is nil",
		`hist(box.list)`:                        "name one of the fields",
		`hist([5]).p99`:                         "5",
		`hist([18446744073709551615.0, 1]).max`: "1.8446744073709552e+19",
		`hist([-5, 0, 5]).min`:                  "-5",
		`len(hist(map(1..100, # * # * # * #)).bars) < 40`: "true",
		`len(hist(map(1..100, 1.5 ** #)).bars) < 40`:      "true",
		`len(hist([1e-300, 1e300]).bars) < 60`:            "true",
		`len(hist([-1e300, 1e300]).bars) < 60`:            "true",
		`hist([0, 0, 0]).p50`:                             "0",
	} {
		if got := shown(t, s, source); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// TestHistNotes: what is not exact says so, and only that.
func TestHistNotes(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	for source, want := range map[string]bool{"hist(1..1000)": false, "hist(1..100000)": true, "hist(map(1..1000, float(#) + 0.5))": false, "hist(map(1..20000, float(#) / 7))": true} {
		r, err := s.Eval(t.Context(), source)
		if err != nil || (len(r.Notes) > 0) != want {
			t.Errorf("%s: %v, %v", source, r.Notes, err)
		}
	}
}
