package guard

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/access/internal/pace"
	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// fakeLock is free from a certain try on.
type fakeLock struct {
	tries, free, released int
	wanted                bool
}

func (f *fakeLock) lock() *Lock {
	return &Lock{
		Name: "mu", addr: 1,
		try:    func() bool { f.tries++; return f.tries >= f.free },
		unlock: func() { f.released++ },
		wanted: func() bool { return f.wanted },
	}
}

var errEnd = errors.New("the end")

// ended returns a Holder whose context has ended, so that it fails instead of waiting.
func ended() *Holder {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errEnd)
	p := pace.New()
	h := NewHolder(ctx, time.Hour, &p)
	return &h
}

// A lock that somebody takes and gives back without a pause is free again within a few tries.
func TestQuickTries(t *testing.T) {
	nothing := func() error { return nil }
	for free := 1; free <= 1+quickTries; free++ {
		f := &fakeLock{free: free}
		if err := ended().Hold(f.lock(), nothing); err != nil || f.tries != free || f.released != 1 {
			t.Fatalf("free at try %d: %v after %d tries, released %d times", free, err, f.tries, f.released)
		}
	}
	f := &fakeLock{free: 2 + quickTries}
	if err := ended().Hold(f.lock(), nothing); err != errEnd || f.tries != 1+quickTries || f.released != 0 {
		t.Errorf("%v after %d tries, released %d times: it should wait then", err, f.tries, f.released)
	}
	// While another guard is held it is tried once.
	f = &fakeLock{free: 2}
	other := &Lock{addr: 2, try: func() bool { return true }, unlock: func() {}}
	h := ended()
	err := h.Hold(other, func() error { return h.Hold(f.lock(), nothing) })
	if e := (*Error)(nil); !errors.As(err, &e) || !e.Busy || f.tries != 1 {
		t.Errorf("under another guard: %v after %d tries", err, f.tries)
	}
}

// A lock that is free for moments only is tried for longer after each pause.
func TestLongerTries(t *testing.T) {
	var last time.Time
	row := 0
	k := &Lock{Name: "mu", addr: 1, unlock: func() {}, try: func() bool {
		now := time.Now()
		if now.Sub(last) >= firstPause/4 {
			row = 0 // a pause is twice as long at least
		}
		last = now
		row++
		return row > 1+quickTries+quickTries/10
	}}
	p := pace.New()
	h := NewHolder(t.Context(), 10*time.Second, &p)
	if err := h.Hold(k, func() error { return nil }); err != nil {
		t.Error(err)
	}
}

// A lock that others waited for, or had when it was tried, is then left to them.
func TestLeftToOthers(t *testing.T) {
	for _, tc := range []struct {
		name   string
		f      fakeLock
		rests  bool
		nested bool
	}{
		{name: "nobody wanted it", f: fakeLock{free: 1}},
		{name: "others waited", f: fakeLock{free: 1, wanted: true}, rests: true},
		{name: "it was another's", f: fakeLock{free: 2}, rests: true},
		// It is given back while another guard is held, and nothing waits then.
		{name: "within another", f: fakeLock{free: 1, wanted: true}, nested: true},
	} {
		f, h := tc.f, ended()
		k := f.lock()
		var held time.Duration
		hold := func() error {
			for begin := time.Now(); held < 50*time.Microsecond; {
				held = time.Since(begin)
			}
			return nil
		}
		var err error
		if tc.nested {
			other := &Lock{addr: 2, try: func() bool { return true }, unlock: func() {}}
			err = h.Hold(other, func() error { return h.Hold(k, hold) })
		} else {
			err = h.Hold(k, hold)
		}
		if err != nil {
			t.Fatal(err)
		}
		if until, rests := h.resting[k.addr]; rests != tc.rests || rests && time.Until(until) > restFor*time.Hour {
			t.Errorf("%s: it rests: %v", tc.name, rests)
		} else if rests {
			h.resting[k.addr] = until.Add(time.Hour) // however slow this machine is
		}
		tries := f.tries
		if err = h.Hold(k, hold); (err == errEnd) != tc.rests || tc.rests != (f.tries == tries) {
			t.Errorf("%s: taken again: %v after %d tries", tc.name, err, f.tries-tries)
		}
		if rest := h.Waited(); tc.rests != (rest > held) {
			t.Errorf("%s: it waited for %v", tc.name, rest)
		}
		if _, rests := h.resting[k.addr]; tc.rests && rests {
			t.Errorf("%s: it still rests", tc.name)
		}
	}
}

// A release that hands the processor to others too is no part of the hold.
func TestReleaseIsNoHold(t *testing.T) {
	h, k := ended(), (&fakeLock{free: 1, wanted: true}).lock()
	var released time.Time
	k.unlock = func() {
		released = time.Now()
		time.Sleep(2 * longestHeld)
	}
	taken := time.Now()
	if err := h.Hold(k, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	after := time.Now()
	if rest := h.resting[k.addr].Sub(after); rest > restFor*released.Sub(taken) {
		t.Errorf("a rest of %v after %v", rest, released.Sub(taken))
	}
}

// What is left to others is 19 times as long as the hold was.
func TestRestFor(t *testing.T) {
	h := ended()
	k := (&fakeLock{free: 1}).lock()
	before := time.Now()
	h.leave(k, longestHeld)
	after := time.Now()
	if until := h.resting[k.addr]; until.Before(before.Add(19*longestHeld)) || until.After(after.Add(19*longestHeld)) {
		t.Errorf("it rests for %v after %v", until.Sub(before), longestHeld)
	}
	// A process that was stopped in a hold rests no longer than after the longest hold.
	h.leave(&Lock{addr: 99}, time.Minute)
	if rest := time.Until(h.resting[99]); rest > 19*longestHeld {
		t.Errorf("it rests for %v after a minute", rest)
	}
	// Short holds add up, and are rested for together.
	short := &Lock{addr: 98}
	h.resting[short.addr] = time.Now().Add(shortestRest - time.Nanosecond)
	if rested, err := h.Rest(short); rested || err != nil {
		t.Errorf("a short rest: %v, %v", rested, err)
	}
	h.resting[short.addr] = time.Now().Add(time.Hour)
	h.leave(short, time.Millisecond)
	if rest := time.Until(h.resting[short.addr]); rest < 59*time.Minute {
		t.Errorf("what was owed is %v", rest)
	}
	if rested, err := h.Rest(short); !rested || err != errEnd {
		t.Errorf("a long rest: %v, %v", rested, err)
	}
	for i := range uintptr(10 * maxResting) {
		h.leave(&Lock{addr: i}, time.Minute)
	}
	if len(h.resting) > maxResting {
		t.Errorf("%d locks are remembered", len(h.resting))
	}
	if _, ok := h.resting[10*maxResting-1]; !ok {
		t.Error("the last one is not")
	}
}
