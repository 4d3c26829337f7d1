package pace

import (
	"context"
	"testing"
	"time"
)

// A rest lasts as long as it should, and longer where the share demands it. What follows may hold a
// guard for as long as if a processor were idle.
func TestRest(t *testing.T) {
	ctx := context.Background()
	for name, is := range map[string]counts{"idle": idleNow, "full": fullNow, "crowded": crowdedNow} {
		f, p := begin(is)
		for range 1000 { // so that it is known
			f.t += 50 * µs
			p.Yield(ctx, false)
		}
		f.sleeps = nil
		f.t += 2 * HoldTime
		if err := p.Rest(ctx, 2*time.Millisecond); err != nil || len(f.sleeps) != 1 {
			t.Fatalf("%s: %v, %v", name, err, f.sleeps)
		}
		// 200 µs of a processor are a thirty-second of two for 3.2 ms, of which 200 µs have passed.
		slept := f.sleeps[0]
		if p.crowded() != (name == "crowded") || p.crowded() && slept < 5*time.Millisecond/2 || !p.crowded() && slept != 2*time.Millisecond {
			t.Errorf("%s: it rests for %v", name, slept)
		}
		if hold := p.Hold(); !p.crowded() && hold != HoldTime || p.crowded() && (hold < crowdSlice || hold > HoldTime) {
			t.Errorf("%s: a hold of %v then", name, hold)
		}
		f.t += HoldTime
		p.Yield(ctx, false)
		if hold := p.Hold(); name == "full" && hold != fullSlice {
			t.Errorf("%s: a hold of %v behind the next yield", name, hold)
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if err := p.Rest(ended, time.Millisecond); err != context.Canceled {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A timer of the kernel waits for as long as it should, again and again, and the machine keeps few.
func TestTimer(t *testing.T) {
	timer := newTimer()
	if timer == nil {
		t.Skip("there are none here")
	}
	defer timer.close()
	for range 20 {
		const d = 100 * time.Microsecond
		begin := time.Now()
		if err := timer.wait(d); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took < d {
			t.Errorf("%v instead of %v", took, d)
		}
	}
	begin := time.Now()
	if err := (machine{}).rest(t.Context(), time.Millisecond); err != nil || time.Since(begin) < time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (machine{}).rest(ended, time.Hour); err != context.Canceled {
		t.Error(err)
	}
	p := pool{open: newLine}
	if !p.sleep(time.Microsecond) || len(p.free) != 1 || p.free[0].timer == nil {
		t.Errorf("%+v", p.free)
	}
	p.free[0].timer.close() // as if there were no descriptor
	if p.sleep(time.Microsecond) || len(p.free) != 0 {
		t.Errorf("%+v", p.free)
	}
	p.open = func() *line { return nil }
	if p.sleep(time.Microsecond) {
		t.Error("it slept without a line")
	}
}
