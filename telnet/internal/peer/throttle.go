package peer

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxOrigins bounds the origins that a Throttle counts one by one. Further origins share one count.
const maxOrigins = 4096

// Throttle limits events per origin. A nil Throttle limits nothing.
type Throttle struct {
	rate  rate.Limit // in a second
	burst int

	mu     sync.Mutex
	of     map[Origin]*rate.Limiter
	others *rate.Limiter
	purged time.Time
}

func NewThrottle(r rate.Limit, burst int) *Throttle {
	return &Throttle{rate: r, burst: burst, of: map[Origin]*rate.Limiter{}, others: rate.NewLimiter(r, burst)}
}

// Allow reports whether an event may happen now, and counts it if so.
func (t *Throttle) Allow(o Origin, now time.Time) bool {
	return t == nil || t.account(o, now).AllowN(now, 1)
}

// Open reports whether an event may happen now.
func (t *Throttle) Open(o Origin, now time.Time) bool {
	return t == nil || t.account(o, now).TokensAt(now) >= 1
}

// Charge counts an event even beyond the limit, which then lasts longer.
func (t *Throttle) Charge(o Origin, now time.Time) {
	if t != nil {
		t.account(o, now).ReserveN(now, 1)
	}
}

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

// purge drops the counts that have recovered, once a second.
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
