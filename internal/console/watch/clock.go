package watch

import "time"

// Clock tells the time, and waits.
type Clock interface {
	Now() time.Time
	// Wait returns after d, as soon as done is closed, or when there is something in woken, which it
	// takes.
	Wait(d time.Duration, done, woken <-chan struct{})
}

// WallClock is the clock of the machine.
type WallClock struct{}

var _ Clock = WallClock{}

func (WallClock) Now() time.Time { return time.Now() }

func (WallClock) Wait(d time.Duration, done, woken <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	case <-woken:
	}
}
