package telnet

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
)

// wrapping is a listener that wraps what it accepts.
type wrapping struct {
	net.Listener
	wrap func(net.Conn) net.Conn
}

func (l wrapping) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.wrap(nc), nil
}

// hidden is a wrapper that hides the connection inside, like that of netutil.LimitListener.
type hidden struct{ net.Conn }

// showing is a wrapper that shows the connection inside.
type showing struct{ net.Conn }

func (c showing) NetConn() net.Conn { return c.Conn }

// LimitLevel holds inside any wrapper.
func TestLimitLevelInside(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.certificate(t, "server")}}
	for _, tc := range []struct {
		name string
		wrap func(net.Listener) net.Listener
		tls  bool
		acts bool // where LimitLevel agrees
	}{
		{name: "nothing", wrap: func(l net.Listener) net.Listener { return l }, acts: true},
		{name: "a wrapper that shows it", wrap: func(l net.Listener) net.Listener {
			return wrapping{l, func(c net.Conn) net.Conn { return showing{c} }}
		}, acts: true},
		{name: "a wrapper that hides it", wrap: func(l net.Listener) net.Listener {
			return wrapping{l, func(c net.Conn) net.Conn { return &hidden{c} }}
		}},
		{name: "both", wrap: func(l net.Listener) net.Listener {
			return wrapping{l, func(c net.Conn) net.Conn { return showing{&hidden{c}} }}
		}},
		{name: "TLS", wrap: func(l net.Listener) net.Listener { return tls.NewListener(l, config) }, tls: true, acts: true},
		{name: "LimitLevel", wrap: func(l net.Listener) net.Listener { return LimitLevel(Act, l) }, acts: true},
	} {
		for _, most := range []Level{Look, Act} {
			v, reg := newValve()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s := serveOn(t, &Server{Registry: reg, Level: Act, AnyUser: true}, tc.wrap(LimitLevel(most, l)))
			conn, err := net.Dial("tcp", s.addr.String())
			if tc.tls {
				conn, err = tls.Dial("tcp", s.addr.String(), &tls.Config{RootCAs: a.pool, ServerName: "localhost"})
			}
			if err != nil {
				t.Fatal(err)
			}
			c := newClient(t, conn)
			fmt.Fprint(c.conn, "valve.Turn(\"x\")\nquit\n")
			got := c.rest()
			want := most == Act && tc.acts
			if acted := v.turns() != ""; acted != want || strings.Contains(got, "\n# ") != want || !strings.Contains(got, "sightglass in") {
				t.Errorf("%s around LimitLevel(%v): acted %v, and the session is %q", tc.name, most, acted, got)
			}
		}
	}
}
