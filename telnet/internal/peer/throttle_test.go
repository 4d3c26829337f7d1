package peer

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

func TestThrottle(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	at := func(addr string) Origin {
		tcp, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		return originOf(tcp)
	}
	one, other := at("192.0.2.1:1000"), at("192.0.2.2:1000")
	for _, same := range [][2]Origin{
		{one, at("192.0.2.1:2000")},
		{one, at("[::ffff:192.0.2.1]:1")},
		{at("[2001:db8::1]:1"), at("[2001:db8::2:3]:1")},
		{at("[fe80::1%lo]:1"), at("[fe80::1]:1")},
	} {
		if same[0] != same[1] {
			t.Errorf("%v is not %v", same[0], same[1])
		}
	}
	for _, o := range []Origin{other, at("[2001:db8::1]:1"), originOf(transport.AddrOf(func() net.Addr { return nil }))} {
		if o == one {
			t.Errorf("%v is %v", o, one)
		}
	}
	th := NewThrottle(1, 2)
	for i, want := range []bool{true, true, false} {
		if got := th.Allow(one, now); got != want {
			t.Errorf("the %d. is %v", i+1, got)
		}
	}
	if !th.Allow(other, now) || th.Open(one, now) || !th.Allow(one, now.Add(time.Second)) {
		t.Error("it is not for each by itself, or not for the time that it should be")
	}
	for range 5 {
		th.Charge(other, now)
	}
	if th.Open(other, now.Add(4*time.Second)) || !th.Open(other, now.Add(6*time.Second)) {
		t.Error("what was charged beyond the limit does not count")
	}
	for i := range 3 * maxOrigins {
		th.Allow(at(fmt.Sprintf("10.%d.%d.1:1", i>>8, i&255)), now.Add(time.Minute))
	}
	if n := len(th.of); n > maxOrigins {
		t.Errorf("it keeps account of %d", n)
	}
	if th.Allow(at("172.16.0.1:1"), now.Add(time.Minute)) {
		t.Error("those beyond have no limit")
	}
	if !th.Allow(at("172.16.0.1:1"), now.Add(time.Hour)) {
		t.Error("those of before are never forgotten")
	}
}
