package telnet

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"runtime/debug"
	"time"

	"golang.org/x/time/rate"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Defaults of the limits in Server.
const (
	defaultSessions     = 64
	defaultRate         = 20 // in a second
	ownRate             = 500
	defaultAttempts     = 10 // in a minute
	defaultLoginTimeout = 30 * time.Second
	defaultIdleTimeout  = time.Hour
	defaultWriteTimeout = 30 * time.Second
	defaultKeepAlive    = 30 * time.Second
)

// maxRefusals bounds concurrent refusal messages. Each may take a second; in a flood the remaining
// connections are closed without one.
const maxRefusals = 32

// positive returns n if it is positive, else otherwise.
func positive[T int | time.Duration](n, otherwise T) T {
	if n <= 0 {
		return otherwise
	}
	return n
}

// prepare fills in what depends on the fields of s.
func (s *Server) prepare() {
	s.prepared.Do(func() {
		inspect.Prepare()
		s.turns = newTurns(positive(s.MaxEvaluations, max(1, runtime.GOMAXPROCS(0)/2)))
		if perSecond := s.maxRate(); perSecond > 0 {
			s.arrivals = peer.NewThrottle(rate.Limit(perSecond), 2*perSecond)
			own := max(perSecond, ownRate)
			s.own = peer.NewThrottle(rate.Limit(own), 2*own)
		}
		perMinute := s.maxAttempts()
		s.failures = peer.NewThrottle(rate.Every(time.Minute/time.Duration(perMinute)), perMinute)
		s.refusals = make(chan struct{}, maxRefusals)
		s.strangers.every.Interval, s.flood.every.Interval = time.Minute, time.Second
	})
}

func (s *Server) maxSessions() int            { return positive(s.MaxSessions, defaultSessions) }
func (s *Server) maxRate() int                { return cmp.Or(s.MaxRate, defaultRate) }
func (s *Server) maxAttempts() int            { return positive(s.MaxAttempts, defaultAttempts) }
func (s *Server) loginTimeout() time.Duration { return positive(s.LoginTimeout, defaultLoginTimeout) }
func (s *Server) writeTimeout() time.Duration { return positive(s.WriteTimeout, defaultWriteTimeout) }
func (s *Server) confirmTime() time.Duration  { return positive(s.confirmLimit, console.ConfirmTime) }
func (s *Server) idleTimeout() time.Duration  { return cmp.Or(s.IdleTimeout, defaultIdleTimeout) }

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

// begin counts a connection that Shutdown is to wait for. It reports false if the server is closing.
func (s *Server) begin() bool {
	s.prepare()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

var errTooFast = errors.New("too many connections from this address, try again in a second")

// admit serves a connection that a listener of that scope accepted, unless connections come too fast
// or the user may not enter.
func (s *Server) admit(nc net.Conn, listener peer.Scope, highest Level) {
	defer s.running.Done()
	defer func() {
		if value := recover(); value != nil {
			s.logger().Error("a connection panicked and was closed", "panic", plain(fmt.Sprint(value)), "stack", string(debug.Stack()))
		}
	}()
	nc = transport.SafeConn(nc)
	defer nc.Close()
	way := s.wayOf(nc, listener, highest)
	nc = way.timed(nc)
	defer nc.Close()
	if !s.arrives(way) {
		s.flood.do(func(missed int64) {
			s.logger().Warn("a connection was refused", "peer", plain(from(way.Addr)), "error", errTooFast, "since_last", missed)
		})
		s.refuse(nc, errTooFast)
		return
	}
	way.Search(s.kernel())
	if err := s.admits(way); err != nil {
		s.refused(newPeer(way), err)
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
	s.serve(nc, way, who)
}

// arrives counts a connection and reports whether it is within the rate. Our own user may connect as
// often as it likes: it could take the same from others without a server.
func (s *Server) arrives(w *wayIn) bool {
	limit := s.arrivals
	if w.Trusted() {
		limit = s.own
	}
	return limit.Allow(w.Origin(), time.Now())
}

// refused logs a refusal.
func (s *Server) refused(peer *Peer, why error) {
	s.logger().With(peer.attributes()...).Warn("a connection was refused", "error", plain(why.Error()))
}

// serve runs a session on nc if there is a free place. A nil who has to log in.
func (s *Server) serve(nc net.Conn, way *wayIn, who *Identity) error {
	c := newConn(s, nc, way)
	if err := s.enter(c, who == nil); err != nil {
		c.cancel()
		s.refused(c.peer, err)
		s.refuse(nc, err)
		return err
	}
	err := c.serve(who)
	s.exit(c)
	s.report(c, err, time.Since(c.since))
	return err
}

// report logs the end of a connection.
func (s *Server) report(c *conn, err error, lasted time.Duration) {
	log := c.log().With(slog.Duration("lasted", lasted))
	var other errLanguage
	var panicked *console.PanicError
	var no *refusal
	switch {
	case errors.As(err, &panicked):
		logPanic(log, panicked)
	case errors.As(err, &other):
		s.strangers.do(func(missed int64) {
			log.Warn("a connection was closed that does not speak telnet", "language", string(other), "since_last", missed)
		})
	case errors.As(err, &no):
		log.Warn("a connection was refused", "error", plain(no.why.Error()), "user", plain(no.user))
	case c.who.Load() == nil:
		log.Warn("a connection was refused", "error", plain(fmt.Sprint("it ended before the login: ", cmp.Or(err, ErrServerClosed))))
	case err != nil:
		log.Info("a session was cut off", "error", plain(err.Error()))
	default:
		log.Info("a session ended")
	}
}

// enter takes a place for a session. Connections that have to log in share half of the places, and
// those of one origin an eighth, so that they cannot keep out users who are known, nor one origin
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
			return fmt.Errorf("too many logins at a time (limit %d), try again later", most)
		}
		if most := max(1, limit/8); here >= most {
			return fmt.Errorf("too many logins at a time from this address (limit %d), try again later", most)
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

// refuse tells the peer why, unless it expects TLS, and closes the connection.
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
