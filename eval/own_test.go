package eval

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestOwnPredicates: the signs of the predicates of own functions stand where they were, for errors too.
func TestOwnPredicates(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	for source, want := range map[string]string{
		`top(cache.items, 1, .histt)`:        "1:22",
		`top(cache.items, 1, .hits + .nope)`: "1:30",
		`cache.items | top(1, .nope)`:        "1:23",
		"freq(cache.items,\n .nope)":         "2:3",
		`freq(cache.items, #acc)`:            "#acc is only defined in reduce",
		`top(cache.items, 1, .)`:             "",
		`freq(cache.items, .status +)`:       `unexpected ")"`,
		`freq(cache.items, .status))`:        `this ) closes nothing`,
		`cache.top(1, .x)`:                   "1:6",
		`freq(nums, #foo)`:                   "#foo",
		`.hits`:                              "1:1",
		`#`:                                  "1:1",
		`freq(nums) + .hits`:                 "1:14",
		`ꓸhits`:                              "1:",
	} {
		_, err := s.Eval(t.Context(), source)
		if err == nil || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "ꓸꓺ") {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
	for source, want := range map[string]any{
		`map(cache.items, freq(.tags, # startsWith "n")[0]?.count ?? 0)`: []any{1, 0},
		`freq(nums, [#, 1][0] > 1 ? "many" : "few")[0].value`:            "many",
		`freq(nums, not (# in [1, 2]))[0].count`:                         2,
		`top(nums, 1, #index)[0].value`:                                  2,
		`top(cache.items, 1, #key)[0].key`:                               "bx",
		`map(top(nums, 2, -#), .value)`:                                  []any{1, 2},
		`let top = 5; top + top(nums, 1)[0].by`:                          8,
		`top(map(nums, ({a: #})), 1, .a)[0].value.a`:                     3,
		`nums | freq() | map(.count) | sum()`:                            3,
	} {
		x, err := answer(t, s, source)
		if err != nil || !reflect.DeepEqual(x, want) {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
}

// TestOwnCompletion: within the predicate of an own function a dot is that of the element.
func TestOwnCompletion(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{})
	for _, line := range []string{"top(cache.items, 5, .hi", "freq(cache.items, .hi", "cache.items | hist(.hi", "top(cache.items, 1, .status == \"up\" and .hi"} {
		got := s.Complete(line, len(line))
		if len(got) != 1 || got[0].Text != "hits" {
			t.Errorf("%s: %v", line, got)
		}
	}
	if got := s.Complete("fre", 3); len(got) != 1 || got[0].Text != "freq(" {
		t.Error(got)
	}
	if _, err := s.Eval(t.Context(), "frek(nums)"); err == nil || !strings.Contains(err.Error(), "did you mean freq(…)?") {
		t.Error(err)
	}
}
