package eval

import (
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/registry"
)

// TestMaxTime: what the limits of time are, and how far a session may raise them.
func TestMaxTime(t *testing.T) {
	const s = time.Second
	for _, tc := range []struct {
		set, filled Limits
		asked, got  time.Duration
	}{
		{Limits{}, Limits{Time: 5 * s, MaxTime: 60 * s}, 30 * s, 30 * s},
		{Limits{}, Limits{Time: 5 * s, MaxTime: 60 * s}, 90 * s, 60 * s},
		{Limits{}, Limits{Time: 5 * s, MaxTime: 60 * s}, 0, 5 * s},
		{Limits{Time: -1, MaxTime: -1}, Limits{Time: 5 * s, MaxTime: 60 * s}, -5, 5 * s},
		{Limits{Time: 20 * s}, Limits{Time: 20 * s, MaxTime: 60 * s}, s, s},
		{Limits{Time: time.Hour}, Limits{Time: time.Hour, MaxTime: time.Hour}, 2 * time.Hour, time.Hour},
		// Who lowers Time alone has meant the most.
		{Limits{Time: s}, Limits{Time: s, MaxTime: s}, 30 * s, s},
		{Limits{Time: s, MaxTime: 10 * s}, Limits{Time: s, MaxTime: 10 * s}, 30 * s, 10 * s},
		{Limits{MaxTime: 2 * s}, Limits{Time: 2 * s, MaxTime: 2 * s}, 3 * s, 2 * s},
		{Limits{Time: 8 * s, MaxTime: 2 * s}, Limits{Time: 8 * s, MaxTime: 8 * s}, 9 * s, 8 * s},
	} {
		f := tc.set.Filled()
		if f.Time != tc.filled.Time || f.MaxTime != tc.filled.MaxTime || f.Filled() != f {
			t.Errorf("%v, %v: filled %v, %v", tc.set.Time, tc.set.MaxTime, f.Time, f.MaxTime)
		}
		if got := f.Within(Limits{Time: tc.asked}).Filled(); got.Time != tc.got || got.MaxTime != f.MaxTime {
			t.Errorf("%v, %v: asked for %v, got %v of %v", f.Time, f.MaxTime, tc.asked, got.Time, got.MaxTime)
		}
	}
	if got := (Limits{}).Filled().Within(Limits{MaxTime: s}); got.Time != s || got.MaxTime != s {
		t.Errorf("MaxTime lowered: %v, %v", got.Time, got.MaxTime)
	}
	for _, tc := range []struct {
		at, of    int
		time, max time.Duration
		want      time.Duration
	}{
		{500, 1000, 5 * s, 60 * s, 20 * s},
		{200, 1000, 5 * s, 60 * s, 60 * s},
		{1, 1000, 5 * s, 60 * s, 60 * s},
		{1, 1e9, 10 * s, 60 * s, 60 * s},
		{0, 0, 5 * s, 60 * s, 30 * s},
		{999, 1000, 5 * s, 7 * s, 7 * s},
		{1200, 1000, s / 10, 60 * s, s},
	} {
		if got := enough(access.Reached{At: tc.at, Of: tc.of}, Limits{Time: tc.time, MaxTime: tc.max}); got != tc.want {
			t.Errorf("%d of %d in %v of %v: %v is enough, want %v", tc.at, tc.of, tc.time, tc.max, got, tc.want)
		}
	}
	// The error tells what is allowed.
	raised := Query{Source: endless[0], Limits: Limits{Time: time.Millisecond}}
	if _, err := NewSession(registry.New(), Limits{}).Run(t.Context(), raised); err == nil || !strings.Contains(err.Error(), "set time 1s allows more") {
		t.Error(err)
	}
	_, err := NewSession(registry.New(), Limits{Time: time.Millisecond}).Eval(t.Context(), endless[0])
	if err == nil || !strings.HasSuffix(err.Error(), "or raise the server's Limits.MaxTime") || strings.Contains(err.Error(), "set time") {
		t.Error(err)
	}
}
