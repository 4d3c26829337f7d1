package eval

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/registry"
)

// TestHowFar: the error of a limit says how far the evaluation came, that it gave way to the
// application, and what to type instead.
func TestHowFar(t *testing.T) {
	reached := access.Reached{Walked: 1_204_331, Gave: 4126 * time.Millisecond, Path: "cache.items", At: 1_204_331, Of: 6_000_000}
	for _, tc := range []struct {
		source  string
		reached access.Reached
		lowered bool
		more    string
		want    string
	}{
		{"freq(cache.items, .tenant)", reached, false, "",
			"it came to entry 1,204,331 of 6,000,000 of cache.items and gave way to the application for 4.1s of it; freq(cache.items[:50000], .tenant) answers for a part, or raise the server's Limits.MaxTime"},
		{" x = cache.items | freq(.tenant) ", reached, true, "",
			"it came to entry 1,204,331 of 6,000,000 of cache.items and gave way to the application for 4.1s of it; x = cache.items[:50000] | freq(.tenant) answers for a part, or raise the limit that this session has set"},
		{"count(cache.items, .x) / len(cache.items)", reached, false, "",
			"it came to entry 1,204,331 of 6,000,000 of cache.items and gave way to the application for 4.1s of it; count(cache.items[:50000], .x) / len(cache.items[:50000]) answers for a part, or raise the server's Limits.MaxTime"},
		{"freq(cache.items, .tenant)", reached, false, "set time 30s allows more",
			"it came to entry 1,204,331 of 6,000,000 of cache.items and gave way to the application for 4.1s of it; set time 30s allows more, and freq(cache.items[:50000], .tenant) answers for a part"},
		{"sort(xs)", access.Reached{Walked: 9000}, false, "set time 30s allows more",
			"it looked at 9,000 entries; set time 30s allows more, or narrow it with filter(…) or take(…)"},
		// The path is not in the line, or is a part of another one there.
		{"freq(c.items, .tenant)", reached, false, "",
			"it came to entry 1,204,331 of 6,000,000 of cache.items and gave way to the application for 4.1s of it; ask for a part, as in cache.items[:50000], or raise the server's Limits.MaxTime"},
		{"any(cache.items[\"cache.items\"].parts, .x) or mycache.items == cache.items2", reached, false, "",
			"it came to entry 1,204,331 of 6,000,000 of cache.items and gave way to the application for 4.1s of it; ask for a part, as in cache.items[:50000], or raise the server's Limits.MaxTime"},
		{"sort(xs)", access.Reached{Walked: 900, Path: "xs", At: 900, Of: 901, Gave: time.Second}, false, "",
			"it came to entry 900 of 901 of xs and gave way to the application for 1s of it; sort(xs[:20]) answers for a part, or raise the server's Limits.MaxTime"},
		{"any(xs, any(ys, .a))", access.Reached{Walked: 9000, Path: "xs", At: 3, Of: 10}, false, "",
			"it came to entry 3 of 10 of xs; narrow it with filter(…) or take(…), or raise the server's Limits.MaxTime"},
		{"sort(xs)", access.Reached{Walked: 9000}, false, "",
			"it looked at 9,000 entries; narrow it with filter(…) or take(…), or raise the server's Limits.MaxTime"},
		{"count(1..100000000, # > 5)", access.Reached{Gave: 4 * time.Second}, false, "",
			"it gave way to the application for 4s of it; narrow it with filter(…) or take(…), or raise the server's Limits.MaxTime"},
		{"count(1..100000000, # > 5)", access.Reached{Gave: time.Millisecond}, false, "",
			"narrow it with filter(…) or take(…), or raise the server's Limits.MaxTime"},
	} {
		f := meter.New(t.Context(), meter.Budget{Time: 5 * time.Second}).Ended(context.DeadlineExceeded)
		if got := howFar(f, tc.reached, "", 5*time.Second, tc.source, tc.lowered, tc.more); got != tc.want {
			t.Errorf("%s\n%s\nwant\n%s", tc.source, got, tc.want)
		}
	}
}

// TestHowFarOfWalks: where the limit of entries ends a walk, and that the line which is proposed
// answers.
func TestHowFarOfWalks(t *testing.T) {
	type item struct{ tenant string }
	items := map[int]*item{}
	list := make([]int, 5000)
	for i := range 5000 {
		items[i] = &item{"t" + string(rune('a'+i%3))}
		list[i] = i
	}
	mapNumbers := regexp.MustCompile(`[\d,]+ of 5,000 entries of cache.items were read, (.*?(?:\(|is ))[^;)]+([;)])`)
	reg := registry.New()
	reg.Expose("cache", &struct{ items map[int]*item }{items}, registry.Frozen())
	reg.Expose("list", &list, registry.Frozen())
	s := NewSession(reg, Limits{Entries: 2400, Time: time.Hour})
	for source, want := range map[string]string{
		`count(list, # > 5)`:            `more than 2,400 entries were read at 1:1; 1,199 of 5,000 entries of list were read, of which 1,193 match; count(list[:50], # > 5) answers for a part, or raise the server's Limits.Entries`,
		`freq(cache.items, .tenant)`:    `more than 2,400 entries were read at 1:19; … of 5,000 entries of cache.items were read, of 3 values (…); freq(cache.items[:20], .tenant) answers for a part, or raise the server's Limits.Entries`,
		`sum(keys(cache.items))`:        `more than 2,400 entries were read at 1:1; … of 5,000 entries of cache.items were read, the sum of which is …; sum(keys(cache.items[:50])) answers for a part, or raise the server's Limits.Entries`,
		`any(1..9, sum(list) < 0)`:      `more than 2,400 entries were read at 1:11; it came to entry 1,199 of 5,000 of list; any(1..9, sum(list[:50]) < 0) answers for a part, or raise the server's Limits.Entries`,
		`count(list[1000:], # < 0)`:     `more than 2,400 entries were read at 1:20; 1,196 of 4,000 entries of list[1000:5000] were read, none of which matches; ask for a part, as in list[1000:5000][:50], or raise the server's Limits.Entries`,
		`let xs = list; max(xs, # * 2)`: `more than 2,400 entries were read at 1:26; 1,198 of 5,000 entries of list were read, the greatest of which is 2394; let xs = list[:50]; max(xs, # * 2) answers for a part, or raise the server's Limits.Entries`,
	} {
		_, err := s.Eval(t.Context(), source)
		if err == nil {
			t.Errorf("%s: no error", source)
			continue
		}
		// How many entries of a map are read before the limit depends on how it lies in memory.
		if got := mapNumbers.ReplaceAllString(err.Error(), "… of 5,000 entries of cache.items were read, $1…$2"); got != want {
			t.Errorf("%s\n%v\nwant\n%s", source, err, want)
		}
		if _, line, ok := strings.Cut(strings.TrimSuffix(err.Error(), " answers for a part, or raise the server's Limits.Entries"), "; "); ok && strings.Contains(err.Error(), "answers") {
			_, line, _ = strings.Cut(line, "; ")
			if _, err := s.Eval(t.Context(), line); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	_, err := s.Run(t.Context(), Query{Source: "count(list, # > 5)", Limits: Limits{Entries: 1000}})
	if want := "more than 1,000 entries were read at 1:1; 499 of 5,000 entries of list were read, of which 493 match; count(list[:20], # > 5) answers for a part, or raise the limit that this session has set"; err == nil || err.Error() != want {
		t.Errorf("a lower limit: %v", err)
	}
}
