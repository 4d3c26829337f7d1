package telnet

import (
	"cmp"
	"net"
	"runtime"
	"time"

	"golang.org/x/time/rate"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/telnet/internal/peer"
)

// Defaults of the limits in Server.
const (
	defaultSessions     = 64
	defaultRate         = 20 // connections a second
	defaultAttempts     = 10 // failed logins a minute
	defaultLoginTimeout = 30 * time.Second
	defaultIdleTimeout  = time.Hour
	defaultWriteTimeout = 30 * time.Second
	defaultKeepAlive    = 30 * time.Second
)

// trustedRate is the least number of connections a second that the process's own user and root may
// make.
const trustedRate = 500

// maxRefusals bounds concurrent refusal messages. Each may take a second; in a flood the remaining
// connections are closed without one.
const maxRefusals = 32

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

// positive returns n if it is positive, and otherwise the default.
func positive[T int | time.Duration](n, byDefault T) T {
	if n <= 0 {
		return byDefault
	}
	return n
}

// prepare sets the unexported fields of s that depend on the exported ones, once.
func (s *Server) prepare() {
	s.prepared.Do(func() {
		s.turns = newTurns(positive(s.MaxEvaluations, max(1, runtime.GOMAXPROCS(0)/2)))
		if perSecond := s.maxRate(); perSecond > 0 {
			s.arrivals = peer.NewThrottle(rate.Limit(perSecond), 2*perSecond)
			trusted := max(perSecond, trustedRate)
			s.trustedArrivals = peer.NewThrottle(rate.Limit(trusted), 2*trusted)
		}
		perMinute := s.maxAttempts()
		s.failures = peer.NewThrottle(rate.Every(time.Minute/time.Duration(perMinute)), perMinute)
		s.refusals = make(chan struct{}, maxRefusals)
		s.strangers.every.Interval, s.flood.every.Interval = time.Minute, time.Second
	})
}
