package eval

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestBatchesThroughAtomics: the way through an atomic.Pointer goes by batches, to words, texts and lengths, and a text
// behind it is told to be read without a guard.
func TestBatchesThroughAtomics(t *testing.T) {
	type settings struct {
		Limit int
		Name  string
		Tags  []string
	}
	type tenant struct {
		Settings atomic.Pointer[settings]
		Always   atomic.Pointer[settings]
	}
	o := &struct{ Tenants [100]tenant }{}
	for i := range o.Tenants {
		s := &settings{i, fmt.Sprint("tenant ", i%5), make([]string, i%3)}
		o.Tenants[i].Always.Store(s)
		if i%4 > 0 {
			o.Tenants[i].Settings.Store(s)
		}
	}
	reg := registry.New()
	reg.Expose("o", o)
	reg.Expose("frozen", o, registry.Frozen())
	many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	slow.single = true
	for _, name := range []string{"o", "frozen"} {
		for form, want := range map[string]string{
			"count(%s.Tenants, .Settings == nil)":                           "25",
			"sum(%s.Tenants, .Always.Limit)":                                "4950",
			"count(%s.Tenants, .Always.Name == \"tenant 3\")":               "20",
			"sum(%s.Tenants, len(.Always.Tags))":                            "99",
			"count(%s.Tenants, .Settings != nil and .Settings.Limit >= 50)": "38",
		} {
			line := fmt.Sprintf(form, name)
			if got, want := both(t, many, slow, line); got != want {
				t.Errorf("%s:\n%s\nwant, one by one,\n%s", line, got, want)
			}
			r, err := many.Run(t.Context(), Query{Source: line, Explain: true})
			if err != nil || r.Node.Line(0) != want || len(r.Ways) != 1 || r.Ways[0].Single > 3 {
				t.Errorf("%s: %v, %v, want %s", line, r.Ways, err, want)
			}
		}
	}
}
