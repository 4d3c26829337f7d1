package telnet

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"time"

	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

var errTooFast = errors.New("too many connections from this address, try again in a second")

// begin counts a connection that Shutdown waits for until running.Done. It reports false if the
// server is closed.
func (s *Server) begin() bool {
	s.prepare()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

// admit serves a connection that a listener of the given scope accepted, unless connections come
// too fast or the peer may not enter.
func (s *Server) admit(nc net.Conn, listener peer.Scope, highest Level) {
	defer s.running.Done()
	defer func() {
		if value := recover(); value != nil {
			s.logger().Error("a connection panicked and was closed", "panic", plain(fmt.Sprint(value)), "stack", string(debug.Stack()))
		}
	}()
	nc = transport.SafeConn(nc)
	served := false // then nc is closed at the end of its session
	defer func() {
		if !served {
			nc.Close()
		}
	}()
	way := s.wayOf(nc, listener, highest)
	nc = way.withDeadlines(nc)
	if !s.withinRate(way) {
		s.flood.do(func(missed int64) {
			s.logger().Warn("a connection was refused", "peer", plain(from(way.Addr)), "error", errTooFast, "since_last", missed)
		})
		s.refuse(nc, errTooFast)
		return
	}
	way.Search(s.kernel())
	if err := s.admits(way); err != nil {
		s.logRefusal(newPeer(way), err)
		s.refuse(nc, err)
		return
	}
	if way.Socket == nil {
		way.highest = Look // LimitLevel may be inside
	}
	var who *Identity
	if s.Auth == nil {
		who = &Identity{Level: way.highest}
	}
	if s.TLSConfig != nil {
		nc = tls.Server(nc, s.TLSConfig)
	}
	served = true
	s.serve(nc, way, who, func(error) {})
}

// withinRate counts a connection and reports whether its origin may connect now. The process's own
// user has a higher limit: it could slow the process down without a server.
func (s *Server) withinRate(w *wayIn) bool {
	limit := s.arrivals
	if w.Trusted() {
		limit = s.trustedArrivals
	}
	return limit.Allow(w.Origin(), time.Now())
}

// admits returns nil if w leads to a session, or to the Authenticator if there is one.
func (s *Server) admits(w *wayIn) error {
	if w.Remote() && !s.secure() && !s.InsecureRemote {
		return fmt.Errorf("only this machine may connect, and the peer is not known to be on it: %w", w.Unknown)
	}
	switch {
	case s.Auth != nil, !w.listener.Local(), w.Trusted():
		return nil
	case s.AnyUser && !w.Remote():
		return nil
	case w.UID >= 0:
		return fmt.Errorf("connect as the user that this process runs as (uid %d) or as root, not as uid %d", os.Geteuid(), w.UID)
	case w.Scope == peer.UnixSocket && w.Socket != nil && errors.Is(w.Unknown, peer.ErrUnknownUser):
		return nil // the kernel has checked the mode of the socket's file instead
	case errors.Is(w.Unknown, peer.ErrUnknownUser):
		return fmt.Errorf("cannot tell which user connects: %w; use a unix socket, or set Server.Auth or Server.AnyUser", w.Unknown)
	}
	return fmt.Errorf("cannot tell which user connects: %w", w.Unknown)
}

// serve runs a session on nc if there is a free place, and closes nc. A nil who has to log in. ended
// is called when that is done, by serve or later by another goroutine.
func (s *Server) serve(nc net.Conn, way *wayIn, who *Identity, ended func(error)) {
	c := newConn(s, nc, way)
	if err := s.enter(c, who == nil); err != nil {
		c.cancel()
		s.logRefusal(c.peer, err)
		s.refuse(nc, err)
		ended(err)
		return
	}
	c.serve(who, func(err error) {
		s.exit(c)
		c.logEnd(err, time.Since(c.since))
		ended(err)
	})
}

// enter takes a place for a connection, until exit. Connections that have to log in share half of
// the places, and those of one origin an eighth: they cannot keep out known users, nor one origin
// the others.
func (s *Server) enter(c *conn, login bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrServerClosed
	}
	limit := s.maxSessions()
	if len(s.conns) >= limit {
		return fmt.Errorf("too many sessions (limit %d), try again later", limit)
	}
	if login {
		all, here := 0, 0
		for other := range s.conns {
			if other.who.Load() != nil {
				continue
			}
			all++
			if other.origin == c.origin {
				here++
			}
		}
		if most := max(1, limit/2); all >= most {
			return fmt.Errorf("too many concurrent logins (limit %d), try again later", most)
		}
		if most := max(1, limit/8); here >= most {
			return fmt.Errorf("too many concurrent logins from this address (limit %d), try again later", most)
		}
	}
	if s.conns == nil {
		s.conns = map[*conn]bool{}
	}
	s.conns[c] = true
	return nil
}

func (s *Server) exit(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// refuse tells the peer why, unless it expects TLS or too many peers are being told, and closes the
// connection.
func (s *Server) refuse(nc net.Conn, why error) {
	defer nc.Close()
	if s.TLSConfig != nil {
		return
	}
	select {
	case s.refusals <- struct{}{}:
		defer func() { <-s.refusals }()
	default:
		return
	}
	nc.SetDeadline(time.Now().Add(transport.DrainTime))
	if _, err := nc.Write([]byte(why.Error() + "\r\n")); err != nil {
		return
	}
	transport.CloseGently(nc)
}
