package telnet

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"golang.org/x/time/rate"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
)

// prepare makes what the fields of s ask for.
func (s *Server) prepare() {
	s.prepared.Do(func() {
		s.turns = newTurns(s.MaxEvaluations)
		if perSecond := cmp.Or(s.MaxRate, defaultRate); perSecond > 0 {
			s.arrivals = newThrottle(rate.Limit(perSecond), 2*perSecond)
		}
		perMinute := cmp.Or(s.MaxAttempts, defaultAttempts)
		s.attempts = newThrottle(rate.Every(time.Minute/time.Duration(perMinute)), perMinute)
		s.web.Interval, s.flood.Interval = time.Minute, time.Second
		s.conns = map[*conn]bool{}
	})
}

func (s *Server) loginTimeout() time.Duration { return cmp.Or(s.LoginTimeout, defaultLoginTimeout) }
func (s *Server) idleTimeout() time.Duration  { return cmp.Or(s.IdleTimeout, defaultIdleTimeout) }
func (s *Server) writeTimeout() time.Duration { return cmp.Or(s.WriteTimeout, defaultWriteTimeout) }

func (s *Server) keepAlive(c *net.TCPConn) {
	every := cmp.Or(s.KeepAlive, defaultKeepAlive)
	c.SetKeepAliveConfig(net.KeepAliveConfig{Enable: every > 0, Idle: every, Interval: every})
}

func (s *Server) evaluator() console.Evaluator {
	if s.newEvaluator != nil {
		return s.newEvaluator()
	}
	return eval.NewSession(s.Registry, s.Limits)
}

// begin counts a connection in for Shutdown to wait for; false means that it must not begin.
func (s *Server) begin() bool {
	s.prepare()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

// admit serves an accepted connection, unless it comes too fast or its user may not enter.
func (s *Server) admit(nc net.Conn) {
	defer s.running.Done()
	if s.arrivals != nil && !s.arrivals.allow(nc.RemoteAddr()) {
		s.flooded.Add(1)
		s.flood.Do(func() {
			s.logger().Warn("connections were refused", "peer", nc.RemoteAddr().String(), "error", errTooFast, "since_last", s.flooded.Swap(0))
		})
		s.refuse(nc, errTooFast)
		return
	}
	peer, err := peerOf(nc)
	var who *Identity
	if s.Auth == nil {
		who = &Identity{Level: s.Level}
		err = s.checkPeer(peer, err)
	} else {
		err = nil // what is not known of the peer is the authenticator's to judge
	}
	if err != nil {
		s.refused(peer, err)
		s.refuse(nc, err)
		return
	}
	if s.TLSConfig != nil {
		nc = tls.Server(nc, s.TLSConfig)
	}
	s.serve(nc, peer, who)
}

var errTooFast = errors.New("too many connections from this address, try again in a second")

// refused logs that a peer was refused.
func (s *Server) refused(peer *Peer, why error) {
	s.logger().With(peer.attributes()...).Warn("a connection was refused", "error", why)
}

// serve holds a session on nc, if there is room for one. who is nil for somebody who has to log in.
func (s *Server) serve(nc net.Conn, peer *Peer, who *Identity) error {
	c := newConn(s, nc, peer)
	if err := s.enter(c, who == nil); err != nil {
		c.cancel()
		s.refused(peer, err)
		s.refuse(nc, err)
		return err
	}
	defer s.exit(c)
	err := c.serve(who)
	s.report(c, err, time.Since(c.since))
	return err
}

// report logs how a connection ended.
func (s *Server) report(c *conn, err error, lasted time.Duration) {
	log := c.log().With(slog.Duration("lasted", lasted))
	var web errWeb
	var panicked *console.PanicError
	var no *refusal
	switch {
	case errors.As(err, &no):
		log.Warn("a connection was refused", "error", no.why, "user", no.user)
	case errors.As(err, &web):
		s.web.Do(func() {
			log.Warn("closed a connection that does not speak telnet; more of them in the next minute are not logged", "language", string(web))
		})
	case errors.As(err, &panicked):
		log.Error("a session panicked and was ended", "panic", fmt.Sprint(panicked.Value), "stack", string(panicked.Stack))
	case err != nil:
		log.Info("a session was cut off", "error", err)
	default:
		log.Info("a session ended")
	}
}

// enter takes one of the places for sessions.
func (s *Server) enter(c *conn, login bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrServerClosed
	}
	limit := cmp.Or(s.MaxSessions, defaultSessions)
	if len(s.conns) >= limit {
		return fmt.Errorf("too many sessions (limit %d), try again later", limit)
	}
	if login {
		logins := 0
		for other := range s.conns {
			if other.who.Load() == nil {
				logins++
			}
		}
		if logins >= max(1, limit/2) {
			return fmt.Errorf("too many logins at a time (limit %d), try again later", max(1, limit/2))
		}
	}
	s.conns[c] = true
	return nil
}

func (s *Server) exit(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// refuse tells the peer why, unless it expects to be spoken to in TLS, and closes.
func (s *Server) refuse(nc net.Conn, why error) {
	defer nc.Close()
	if s.TLSConfig != nil {
		return
	}
	nc.SetDeadline(time.Now().Add(drainTime))
	if _, err := nc.Write([]byte(why.Error() + "\r\n")); err != nil {
		return
	}
	closeGently(nc)
}
