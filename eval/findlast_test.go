package eval

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestFindLastByParts: what is found from the end of a list is the same whether many elements are asked at once or one
// by one, wherever it lies, and errors of elements before it are not met.
func TestFindLastByParts(t *testing.T) {
	t.Parallel()
	const n = 6000
	type page struct{ N, By int }
	o := &struct{ Pages []page }{make([]page, n)}
	for i := range o.Pages {
		o.Pages[i] = page{i, 1}
	}
	reg := registry.New()
	reg.Expose("o", o)
	many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	slow.single = true
	told := func(s *Session, line string) string {
		r, err := s.Eval(t.Context(), line)
		if err != nil {
			return err.Error()
		}
		return r.Node.Line(0)
	}
	for _, at := range []int{0, 1, 63, 64, 1000, 4096, n - 321, n - 320, n - 319, n - 65, n - 64, n - 63, n - 1} {
		for _, zero := range []int{-1, at - 1, at + 1, at - 100, at + 100} {
			if zero >= n {
				continue
			}
			if zero >= 0 {
				o.Pages[zero].By = 0
			}
			for _, form := range []string{"findLast(o.Pages, %d / .By == .N)", "findLastIndex(o.Pages, .N - %d == 0 * (1 / .By))", "last(o.Pages[3:], .N <= %d / .By)", "findLastIndex(o.Pages[:-7], .N / .By <= %d)", "findLast(o.Pages, #index * .By == %d / .By)"} {
				line := fmt.Sprintf(form, at)
				if got, want := told(many, line), told(slow, line); got != want {
					t.Errorf("%s, where .By is 0 at %d: %s, want %s", line, zero, got, want)
				}
			}
			if zero >= 0 {
				o.Pages[zero].By = 1
			}
		}
	}
	r, err := many.Run(t.Context(), Query{Source: "findLastIndex(o.Pages, .N == 5)", Explain: true})
	if err != nil || len(r.Ways) != 1 || r.Ways[0].Batched < n-200 || r.Ways[0].Single > 200 {
		t.Errorf("%v, %v", r.Ways, err)
	}
	many = NewSession(reg, Limits{Time: time.Hour, Entries: n})
	if _, err := many.Eval(t.Context(), "findLastIndex(o.Pages, .N == 5)"); err == nil || !strings.Contains(err.Error(), "the last that matches is not found yet") {
		t.Error(err)
	}
}
