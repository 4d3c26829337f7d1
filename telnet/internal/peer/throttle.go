package peer

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxOrigins bounds the origins that a Throttle counts separately. Further ones share one count.
const maxOrigins = 4096

// Throttle limits the rate of events of each origin. A nil Throttle limits nothing. It is safe for
// concurrent use.
type Throttle struct {
	rate  rate.Limit // events a second
	burst int        // events at once

	mu     sync.Mutex
	of     map[Origin]*rate.Limiter // at most maxOrigins
	others *rate.Limiter            // of all origins that have no place in of
	purged time.Time                // when purge last looked through of
}

// NewThrottle returns a Throttle that lets each origin have r events a second, and burst at once.
func NewThrottle(r rate.Limit, burst int) *Throttle {
	return &Throttle{rate: r, burst: burst, of: map[Origin]*rate.Limiter{}, others: rate.NewLimiter(r, burst)}
}

// Allow reports whether o may have an event now, and counts it if so.
func (t *Throttle) Allow(o Origin, now time.Time) bool {
	return t == nil || t.account(o, now).AllowN(now, 1)
}

// Open reports whether o may have an event now.
func (t *Throttle) Open(o Origin, now time.Time) bool {
	return t == nil || t.account(o, now).TokensAt(now) >= 1
}

// Charge counts an event of o. Beyond the limit it delays the time when o may have the next one.
func (t *Throttle) Charge(o Origin, now time.Time) {
	if t != nil {
		t.account(o, now).ReserveN(now, 1)
	}
}

// account returns the limiter that o counts under.
func (t *Throttle) account(o Origin, now time.Time) *rate.Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l, ok := t.of[o]; ok {
		return l
	}
	if len(t.of) >= maxOrigins {
		t.purge(now)
	}
	if len(t.of) >= maxOrigins {
		return t.others
	}
	l := rate.NewLimiter(t.rate, t.burst)
	t.of[o] = l
	return l
}

// purge forgets the origins whose counts have recovered, at most once a second.
func (t *Throttle) purge(now time.Time) {
	if now.Sub(t.purged) < time.Second {
		return
	}
	t.purged = now
	for o, l := range t.of {
		if l.TokensAt(now) >= float64(t.burst) {
			delete(t.of, o)
		}
	}
}
