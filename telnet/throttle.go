package telnet

import (
	"net"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

// maxAddresses is of how many addresses a throttle keeps account; those beyond share one account.
const maxAddresses = 4096

// throttle limits how often something may happen for each address. An address is one of IPv4, the
// first half of one of IPv6, which is what a customer is given, or all that is neither.
type throttle struct {
	rate  rate.Limit // in a second
	burst int

	mu     sync.Mutex
	of     map[netip.Prefix]*rate.Limiter
	others *rate.Limiter
}

func newThrottle(r rate.Limit, burst int) *throttle {
	return &throttle{rate: r, burst: burst, of: map[netip.Prefix]*rate.Limiter{}, others: rate.NewLimiter(r, burst)}
}

// allow reports whether it may happen now, and counts it if so.
func (t *throttle) allow(addr net.Addr) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := network(addr)
	l, ok := t.of[at]
	if !ok {
		if len(t.of) >= maxAddresses {
			t.purge()
		}
		if len(t.of) >= maxAddresses {
			return t.others.Allow()
		}
		l = rate.NewLimiter(t.rate, t.burst)
		t.of[at] = l
	}
	return l.Allow()
}

// forgive forgets what happened for an address.
func (t *throttle) forgive(addr net.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, network(addr))
}

// purge drops the accounts that are as good as new.
func (t *throttle) purge() {
	for at, l := range t.of {
		if l.Tokens() >= float64(t.burst) {
			delete(t.of, at)
		}
	}
}

// network is what counts as one address.
func network(addr net.Addr) netip.Prefix {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return netip.Prefix{}
	}
	const half = 64
	ip := at.Addr().Unmap().WithZone("")
	p, err := ip.Prefix(min(half, ip.BitLen()))
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
