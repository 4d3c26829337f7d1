package telnet

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxOrigins bounds the origins that a throttle counts one by one. Further origins share one count.
const maxOrigins = 4096

// origin identifies where connections come from: an IPv4 address; the first half of an IPv6 address,
// which is what a customer gets; or a user of this machine, by whatever address, where the kernel
// tells the user. All users of this machine whom it does not tell are one origin.
type origin struct {
	network netip.Prefix // ::1 is all of loopback; the zero Prefix what has no address
	uid     int
}

// nobodyKnown is the uid of users whom the kernel did not tell, or was not asked about.
const nobodyKnown = -1

// originOf returns the origin of a connection from addr on another machine.
func originOf(addr net.Addr) origin {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return origin{uid: nobodyKnown}
	}
	const half = 64
	ip := at.Addr().Unmap().WithZone("")
	p, err := ip.Prefix(min(half, ip.BitLen()))
	if err != nil {
		return origin{uid: nobodyKnown}
	}
	return origin{p, nobodyKnown}
}

// throttle limits events per origin. A nil throttle limits nothing.
type throttle struct {
	rate  rate.Limit // in a second
	burst int

	mu     sync.Mutex
	of     map[origin]*rate.Limiter
	others *rate.Limiter
	purged time.Time
}

func newThrottle(r rate.Limit, burst int) *throttle {
	return &throttle{rate: r, burst: burst, of: map[origin]*rate.Limiter{}, others: rate.NewLimiter(r, burst)}
}

// allow reports whether an event may happen now, and counts it if so.
func (t *throttle) allow(o origin, now time.Time) bool {
	return t == nil || t.account(o, now).AllowN(now, 1)
}

// open reports whether an event may happen now.
func (t *throttle) open(o origin, now time.Time) bool {
	return t == nil || t.account(o, now).TokensAt(now) >= 1
}

// charge counts an event even beyond the limit, which then lasts longer.
func (t *throttle) charge(o origin, now time.Time) {
	if t != nil {
		t.account(o, now).ReserveN(now, 1)
	}
}

func (t *throttle) account(o origin, now time.Time) *rate.Limiter {
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
func (t *throttle) purge(now time.Time) {
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
