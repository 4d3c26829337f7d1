package telnet

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/eval"
)

// scanning is an evaluation that never ends by itself. The clock of the test's bubble moves while
// it works.
type scanning struct {
	turn   *turn
	slices atomic.Int64
	most   atomic.Int64 // nanoseconds that it waited for a slice
}

// scan works until ctx ends.
func (s *scanning) scan(ctx context.Context, t turns) {
	s.turn, _ = begin(ctx, t, func() {})
	defer s.turn.end()
	time.Sleep(15 * time.Millisecond)
	for {
		began := time.Now()
		if s.turn.extend(ctx) != nil || ctx.Err() != nil {
			return
		}
		s.most.Store(max(s.most.Load(), int64(time.Since(began))))
		s.slices.Add(1)
		for !s.turn.due() {
			if time.Sleep(50 * time.Microsecond); ctx.Err() != nil {
				return
			}
		}
	}
}

// scanAll runs n evaluations that scan until stop is called.
func scanAll(t *testing.T, of turns, n int) (all []*scanning, stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range n {
		s := &scanning{}
		all = append(all, s)
		running.Go(func() { s.scan(ctx, of) })
	}
	return all, func() {
		cancel()
		running.Wait()
	}
}

// begin begins a turn.
func begin(ctx context.Context, of turns, waiting func()) (*turn, error) {
	u := &turn{turns: of, waiting: waiting}
	return u, u.begin(ctx, false)
}

// taken is how many have or wait for a place.
func (t turns) taken() int {
	n := 0
	for _, l := range []*line{t.short, t.long} {
		n += len(l.having) + len(l.lines[0]) + len(l.lines[1])
	}
	return n
}

// TestSlices: evaluations that never end have as many slices each, and what comes for the first time
// waits for one slice, however many there are.
func TestSlices(t *testing.T) {
	for _, places := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			of := newTurns(places)
			all, stop := scanAll(t, of, 16)
			time.Sleep(time.Second) // each has come for the first time
			synctest.Wait()
			var before, counts []int64
			for _, s := range all {
				before = append(before, s.slices.Load())
				s.most.Store(0)
			}
			time.Sleep(10 * time.Second)
			for range 20 {
				began := time.Now()
				short, err := begin(t.Context(), of, func() { t.Error("a short question is told to wait") })
				if err != nil || time.Since(began) > 0 {
					t.Fatalf("%v, begun after %v", err, time.Since(began))
				}
				time.Sleep(15 * time.Millisecond)
				began = time.Now()
				if err := short.extend(t.Context()); err != nil || time.Since(began) > longSlice {
					t.Errorf("%v, extended after %v", err, time.Since(began))
				}
				time.Sleep(5 * time.Millisecond)
				short.end()
			}
			stop()
			for i, s := range all {
				counts = append(counts, s.slices.Load()-before[i])
				// In a turn of all others, and of the questions between them.
				if most := time.Duration(2*16/places+1) * longSlice; s.most.Load() > int64(most) {
					t.Errorf("of %d places, an evaluation waited %v for a slice, want %v at most", places, time.Duration(s.most.Load()), most)
				}
			}
			if few, many := slices.Min(counts), slices.Max(counts); many-few > int64(2*places) || few < int64(400*places/16) {
				t.Errorf("of %d places, evaluations had %v slices", places, counts)
			}
			if n := of.taken(); n != 0 {
				t.Errorf("%d have or wait for a place at the end", n)
			}
		})
	}
}

// TestSlicesUnderFlood: those that take long have half of the time, however many come that take
// little longer than a moment.
func TestSlicesUnderFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := newTurns(1)
		all, stop := scanAll(t, of, 2)
		ctx, cancel := context.WithCancel(t.Context())
		var flood sync.WaitGroup
		for range 10 {
			flood.Go(func() {
				for ctx.Err() == nil {
					short, err := begin(ctx, of, func() {})
					if err != nil {
						return
					}
					time.Sleep(11 * time.Millisecond)
					if short.extend(ctx) == nil {
						time.Sleep(longSlice)
					}
					short.end()
				}
			})
		}
		time.Sleep(10 * time.Second)
		cancel()
		flood.Wait()
		stop()
		if n := all[0].slices.Load() + all[1].slices.Load(); n < 230 || n > 300 { // of 500
			t.Errorf("two long ones had %d slices in 10 s", n)
		}
	})
}

// TestSliceOfWaiter: an evaluation that waits for the application loses its place too, and one that
// nobody waits behind keeps it.
func TestSliceOfWaiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := newTurns(1)
		begun := func() *turn {
			u, err := begin(t.Context(), of, func() {})
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		first, second := begun(), begun()
		if err := first.extend(t.Context()); err != nil {
			t.Fatal(err)
		}
		if time.Sleep(time.Hour); first.due() {
			t.Error("a place is lost that nobody waits for")
		}
		began := time.Now()
		if err := second.extend(t.Context()); err != nil || time.Since(began) != 0 || !first.due() || second.due() {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), longSlice/2)
		defer cancel()
		if err := first.extend(ctx); err == nil {
			t.Error("a place is had twice")
		}
		first.end()
		second.end()
		if n := of.taken(); n != 0 {
			t.Errorf("%d have or wait for a place at the end", n)
		}
	})
}

// TestShortPlaceIsLeft: what gets a long place or waits for one is out of the way of short questions
// at once.
func TestShortPlaceIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := newTurns(1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		for i := range 5 {
			u, err := begin(t.Context(), of, func() {})
			if err != nil || time.Since(began) > 0 {
				t.Fatalf("number %d: %v, begun after %v", i, err, time.Since(began))
			}
			defer u.end()
			if err := u.extend(ctx); (err != nil) != (i > 0) {
				t.Errorf("number %d: %v", i, err)
			}
		}
	})
}

// TestWaitsInAll: an evaluation whose waits for slices take noticeAfter in all says so, once. After it
// waited for a person it comes as for the first time.
func TestWaitsInAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := newTurns(1)
		_, stop := scanAll(t, of, 16)
		defer stop()
		time.Sleep(time.Second)
		told := 0
		u, err := begin(t.Context(), of, func() { told++ })
		if err != nil {
			t.Fatal(err)
		}
		defer u.end()
		extend := func() time.Duration {
			began := time.Now()
			if err := u.extend(t.Context()); err != nil {
				t.Fatal(err)
			}
			return time.Since(began)
		}
		for u.waited < 2*noticeAfter {
			if waited := extend(); waited >= noticeAfter {
				t.Fatalf("it waited %v for a slice", waited)
			}
			for !u.due() {
				time.Sleep(time.Millisecond)
			}
		}
		if told != 1 {
			t.Errorf("it was told %d times that it waits", told)
		}
		extend()
		u.end()
		time.Sleep(time.Second)
		if waited := extend(); waited > longSlice {
			t.Errorf("after a person it waited %v for a slice", waited)
		}
	})
}

// TestShortPlaceIsLost: an evaluation that has had a short place for a moment and does not ask for
// more, as it waits for the application, loses it to who waits. A completion does not.
func TestShortPlaceIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := newTurns(1)
		waits := func(kept bool) time.Duration {
			u := &turn{turns: of, waiting: func() {}}
			began := time.Now()
			if err := u.begin(t.Context(), kept); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(u.end)
			return time.Since(began)
		}
		if waits(true) != 0 || waits(false) != 0 { // both places are taken
			t.Error("a place that is free is waited for")
		}
		if d := waits(false); d != eval.Moment {
			t.Errorf("the place of one that waits for the application is lost after %v", d)
		}
		time.Sleep(time.Hour)
		if d := waits(true); d != 0 {
			t.Errorf("a place that was over for long is waited for for %v", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		u := &turn{turns: of, waiting: func() {}}
		if err := u.begin(ctx, false); err == nil {
			t.Error("the place of a completion is lost")
		}
		if n := of.taken(); n != 2 {
			t.Errorf("%d have or wait for a place", n)
		}
	})
}
