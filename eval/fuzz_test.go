package eval

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// FuzzEval: whatever is typed, a session answers or says why not, in bounded time and memory, and never
// by a panic; and what can be typed can be completed.
func FuzzEval(f *testing.F) {
	for _, a := range attempts {
		f.Add(strings.ReplaceAll(a, "%s", theSecret))
	}
	for _, e := range endless {
		f.Add(e)
	}
	for _, seed := range []string{
		`count(cache.items, .hits > 10)`, `cache.items["a"].tags[0:1]`, `filter(cache.items, any(.tags, # == "x")) | map(.key)`, `x = cache; x.n`, `let a = 1; a ?? 2`, `if true { 1 } else { 2 }`,
		`groupBy(cache.items, .status)`, `sortBy(cache.byID, .hits, "desc")`, `cache.Get("a").hits`, `1 < 2 < 3`, `(1 ?: 2)`, `reduce(nums, #acc + #, 0)`, `nums[-1:]`, `dir(cache)`, `toJSON(cache)`, `$env["cache"]`, `db.pool.open`, `cache.items?.zz?.hits ?? 1`, `b"\xff"`, "`a`", `/* */ 1`, `#`, `map(1..3, {#key})`, `now().Year()`,
	} {
		f.Add(seed)
	}
	for _, line := range corpus(f, 200) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, source string) {
		reg, _ := shop(t)
		exposeCorpus(reg)
		s := NewSession(reg, Limits{Time: 10 * time.Millisecond, Bytes: 1 << 20, Line: 4 << 10})
		for range 2 { // the second time with what the first assigned
			r, err := s.Eval(t.Context(), source) // what does not end is found by the fuzzer's own limit
			if err == nil {
				r.Node.Line(0)
				continue
			}
			var e *Error
			if !errors.As(err, &e) || e.Code == "" || e.Code == "internal" || e.Message == "" {
				t.Fatalf("%#v", err)
			}
			e.Snippet()
			if strings.Contains(e.Message, "sk_live") {
				t.Fatal(e.Message)
			}
		}
		for i := 0; i <= len(source); i += 1 + len(source)/8 {
			s.Complete(source, i)
		}
	})
}
