package eval

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/registry"
)

// Who decides about long evaluations is asked once, while no guard is held, and what it waits is no time of the
// evaluation. The clock of the bubble stands still while that works, so that only the entries tell.
func TestLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lock := &flagLock{tried: func() {}}
		reg := registry.New()
		reg.Expose("list", &struct{ list []string }{make([]string, 3*meter.MomentEntries)}, registry.Guard(lock))
		s := NewSession(reg, Limits{Time: time.Minute})
		calls := 0
		long := func(ctx context.Context) error {
			if calls++; lock.held {
				t.Error("a guard is held")
			}
			time.Sleep(time.Hour)
			return ctx.Err()
		}
		for source, want := range map[string]int{
			"len(list.list)":                      0,
			"count(list.list[0:100], # == '')":    0,
			"count(list.list, # == '')":           1,
			"count(list.list, # == list.list[0])": 1,
		} {
			calls = 0
			r, err := s.Run(t.Context(), Query{Source: source, Long: long})
			if calls != want || err != nil || r.Cost.Time > time.Minute {
				t.Errorf("%s: %v, asked %d times, and took %v", source, err, calls, r.Cost.Time)
			}
		}
		// Its error is that of the evaluation, and the budget of time goes on behind it.
		no := &Error{Code: "cancelled", Message: "no"}
		if _, err := s.Run(t.Context(), Query{Source: "count(list.list, # == '')", Long: func(context.Context) error { return no }}); codeOfError(err) != "cancelled" || !errors.Is(err, no) && err.Error() != "no" {
			t.Error(err)
		}
		reg.Func("slow", func(ctx context.Context) any { <-ctx.Done(); return 1 })
		reg.CallTime = time.Hour
		start := time.Now()
		_, err := s.Run(t.Context(), Query{Source: "count(list.list, # == '') + slow", Long: long})
		if codeOfError(err) != "budget" || time.Since(start) != time.Hour+time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// TestDue: a long evaluation asks whether it is due at each look at the clock without a guard, and
// not before it is long. What it waits then is no time of its own, and is told.
func TestDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lock := &flagLock{tried: func() {}}
		reg := registry.New()
		reg.Expose("list", &struct{ list []string }{make([]string, 3*meter.MomentEntries)}, registry.Guard(lock))
		s := NewSession(reg, Limits{Time: time.Minute})
		asked, calls := 0, 0
		q := Query{Source: "count(list.list, # == list.list[len(#)])"}
		q.Due = func() bool {
			if asked++; lock.held || calls == 0 {
				t.Error("asked with a guard, or before it is long")
			}
			return asked%2 == 0
		}
		q.Long = func(context.Context) error {
			if calls++; lock.held {
				t.Error("a guard is held")
			}
			time.Sleep(time.Hour)
			return nil
		}
		r, err := s.Run(t.Context(), q)
		if err != nil || asked < 2 || calls != 1+asked/2 || r.Cost.Queued != time.Duration(calls)*time.Hour || r.Cost.Time > time.Minute {
			t.Errorf("%v, asked %d times, called %d times: %+v", err, asked, calls, r.Cost)
		}
	})
}
