package meter

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// TestWaits: whoever waits in an evaluation is told of its end, whichever comes first, and whenever
// they began to wait.
func TestWaits(t *testing.T) {
	const budget = time.Second
	for name, tc := range map[string]struct {
		happens func(m *Meter, cancel context.CancelCauseFunc)
		after   time.Duration
		want    error // the cause
	}{
		"the time is spent":   {func(*Meter, context.CancelCauseFunc) { time.Sleep(2 * budget) }, budget, context.DeadlineExceeded},
		"the parent ends":     {func(_ *Meter, cancel context.CancelCauseFunc) { cancel(errors.ErrUnsupported) }, 0, errors.ErrUnsupported},
		"the evaluation ends": {func(m *Meter, _ context.CancelCauseFunc) { m.End() }, 0, context.Canceled},
		"after a pause": {func(m *Meter, _ context.CancelCauseFunc) {
			resume := m.Pause()
			time.Sleep(5 * budget)
			resume()
			time.Sleep(2 * budget)
		}, 6 * budget, context.DeadlineExceeded},
	} {
		for _, early := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				parent, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				m := New(parent, Budget{Time: budget})
				defer m.End()
				if m.Context().Err() != nil || context.Cause(m.Context()) != nil {
					t.Fatalf("%s: it has ended before it began", name)
				}
				began, took := time.Now(), make(chan time.Duration, 1)
				wait := func() {
					child, stop := context.WithCancel(m.Context())
					defer stop()
					<-child.Done()
					if got := context.Cause(child); !errors.Is(got, tc.want) {
						t.Errorf("%s: the cause is %v", name, got)
					}
					took <- time.Since(began)
				}
				if early {
					go wait()
					synctest.Wait()
				}
				tc.happens(m, cancel)
				want := tc.after
				if !early {
					want = time.Since(began)
					wait()
				}
				if got := <-took; got != want {
					t.Errorf("%s: it ended after %v, not %v", name, got, want)
				}
				if m.Context().Err() == nil {
					t.Errorf("%s: the context has no error", name)
				}
			})
		}
	}
}

// TestWaitsInPause: what begins to wait in a pause is not cut short by the time before it.
func TestWaitsInPause(t *testing.T) { testPause(t, time.Second/2, 0, time.Hour) }

// TestWaitsLateInPause: what begins to wait in a pause, after as much time as is left, waits until it is
// over.
func TestWaitsLateInPause(t *testing.T) { testPause(t, 0, time.Hour, 0) }

// testPause spends a part of a second and begins to wait in a pause, with so much of that before and
// after. The rest of the second has to come after the pause.
func testPause(t *testing.T, spent, before, after time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		m := New(t.Context(), Budget{Time: time.Second})
		defer m.End()
		time.Sleep(spent)
		resume := m.Pause()
		time.Sleep(before)
		done := m.Context().Done()
		time.Sleep(after)
		synctest.Wait()
		select {
		case <-done:
			t.Fatal("it ended in a pause")
		default:
		}
		resume()
		resumed := time.Now()
		<-done
		if got := time.Since(resumed); got != time.Second-spent {
			t.Errorf("it ended %v after the pause", got)
		}
	})
}

// TestSpentWaitsForNothing: an evaluation whose time is spent does not wait for a turn to be told so.
func TestSpentWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(t.Context(), Budget{Time: time.Second, Entries: 1})
		defer m.End()
		m.YieldTo(func() time.Duration { return time.Second }, func() bool { return false })
		m.WhenLong(nil, func() error { t.Error("it waited for a turn"); return nil })
		time.Sleep(2 * time.Second)
		if err := m.Look(); err == nil {
			t.Error("it goes on")
		}
	})
}
