package console

import "time"

// clock is what times are told by, and waited for.
type clock interface {
	Now() time.Time
	// Wait returns after d, or as soon as done is closed.
	Wait(d time.Duration, done <-chan struct{})
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Wait(d time.Duration, done <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	}
}
