package telnet

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/telnet/internal/protocol"
	"github.com/sightglass-go/sightglass/telnet/internal/protocoltest"
)

// logins are the ways to log in, and what a guest must send first for each.
var logins = map[string]struct {
	auth    func(asked *atomic.Int64) Authenticator
	answers string
}{
	"without a login": {func(*atomic.Int64) Authenticator { return nil }, ""},
	"a login without a question": {func(*atomic.Int64) Authenticator {
		return AuthenticatorFunc(func(context.Context, *Peer) (Identity, error) { return Identity{User: "me"}, nil })
	}, ""},
	"a login": {func(asked *atomic.Int64) Authenticator {
		return AuthenticatorFunc(func(ctx context.Context, p *Peer) (Identity, error) {
			who, err := p.Ask(ctx, "user: ")
			if err != nil {
				return Identity{}, err
			}
			asked.Add(1)
			if who != "content-x:1" {
				return Identity{}, ErrDenied
			}
			return Identity{User: who}, nil
		})
	}, "content-x:1\n"},
}

// Clients of other protocols are disconnected and logged, and nothing of theirs is evaluated,
// however they split what they send and whatever login there is. None of them counts as an attempt
// to log in.
func TestStrangers(t *testing.T) {
	t.Parallel()
	for name, login := range logins {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			s := serve(t, &Server{Auth: login.auth(&asked), MaxRate: -1, MaxSessions: 10_000}, "tcp", "127.0.0.1:0")
			var clients sync.WaitGroup
			sent := 0
			list := protocoltest.Strangers
			if login.answers == "" { // or else the first line is an answer
				list = slices.Concat(list, protocoltest.Greeters)
			}
			for _, tc := range list {
				if len(tc.In) > 10_000 {
					continue
				}
				for _, size := range []int{1, len(tc.In)} {
					if tc.In[0] == protocol.KeyEnd {
						continue // Ctrl-D ends the session if the rest comes later
					}
					if login.answers != "" && strings.ContainsAny(tc.In[:1], "\r\n\x03") {
						continue // an empty line is an answer, and Ctrl-C none, if the rest comes later
					}
					sent++
					c := s.dial(t)
					clients.Go(func() {
						for part := range slices.Chunk([]byte(tc.In), size) {
							if _, err := c.conn.Write(part); err != nil {
								break // closed, as it should be
							}
						}
						c.conn.(*net.TCPConn).CloseWrite()
						if got := c.rest(); strings.Contains(got, "bye") {
							t.Errorf("%s, %d bytes a time, is a session: %q", tc.Name, size, got)
						}
					})
				}
			}
			clients.Wait()
			s.drain()
			select {
			case line := <-s.began:
				t.Errorf("%q was evaluated", line)
			default:
			}
			if n := asked.Load(); n > 0 {
				t.Errorf("%d of them were taken for an answer to a question", n)
			}
			s.Close()
			s.drain()
			if n := int(s.strangers.missed.Load()) + 1; n != sent {
				t.Errorf("%d of %d are on record as strangers", n, sent)
			}
			if strings.Contains(s.log.String(), "a session ended") {
				t.Errorf("the log is\n%s", s.log)
			}
		})
	}
}

// What a person or a script may send first is for the session, with and without a login.
func TestGuests(t *testing.T) {
	t.Parallel()
	for name, login := range logins {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			s := serve(t, &Server{Auth: login.auth(&asked), MaxRate: -1, MaxSessions: 10_000}, "tcp", "127.0.0.1:0")
			var clients sync.WaitGroup
			for _, tc := range protocoltest.Guests {
				in := login.answers + tc.In + "\nquit\n"
				for _, size := range []int{1, len(in)} {
					c := s.dial(t)
					clients.Go(func() {
						for part := range slices.Chunk([]byte(in), size) {
							if _, err := c.conn.Write(part); err != nil {
								break // after the end of input
							}
						}
						if got := c.rest(); !strings.HasSuffix(got, "bye\r\n") && !strings.HasPrefix(tc.In, "json on") {
							t.Errorf("%s, %d bytes a time, is answered %q", tc.Name, size, got)
						}
					})
				}
			}
			clients.Wait()
			s.drain()
			s.Close()
			s.drain()
			if log := s.log.String(); strings.Contains(log, "does not speak telnet") || strings.Contains(log, "refused") {
				t.Errorf("the log is\n%s", log)
			}
		})
	}
}
