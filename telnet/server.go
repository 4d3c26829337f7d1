package telnet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/registry"
)

var (
	// ErrServerClosed is what Serve and its relatives return after Shutdown or Close.
	ErrServerClosed = errors.New("telnet: server closed")

	// ErrOff is what they return while SIGHTGLASS=off is in the environment.
	ErrOff = errors.New("telnet: SIGHTGLASS=off is in the environment: no server starts; unset it to allow one")

	// ErrInsecure is wrapped by what Serve returns for an address that others than this machine reach.
	ErrInsecure = errors.New("anybody who reaches it could look: listen on localhost or on unix:/path, or set Server.InsecureRemote")
)

// The defaults of Server's limits.
const (
	defaultSessions     = 64
	defaultWriteTimeout = 30 * time.Second
)

// Server serves sessions. Its zero value is a server of the default registry on localhost:3000.
// Its methods may be called from any goroutine; its fields must not be changed once one was.
type Server struct {
	// Addr is host:port, or unix:/path; see Listen. "" is localhost:3000.
	Addr string

	// Registry holds what can be looked at; nil is registry.Default.
	Registry *registry.Registry

	// Limits bounds each evaluation; zero fields mean the defaults of eval.Limits.
	Limits eval.Limits

	// Logger is told of sessions, refused connections and faults; nil: of none.
	Logger *slog.Logger

	// MaxSessions is how many sessions there may be at a time; 0 is 64. Who comes when there are
	// as many is told so and disconnected.
	MaxSessions int

	// WriteTimeout is how long one write may wait for a client that does not read, before it is
	// disconnected; 0 is 30 s.
	WriteTimeout time.Duration

	// AnyUser admits all users of this machine on loopback, not only the one that the process
	// runs as and root.
	AnyUser bool

	// InsecureRemote serves addresses beyond loopback, without encryption and without asking who
	// connects: anybody who reaches the address can look at everything that is exposed.
	InsecureRemote bool

	newEvaluator func() console.Evaluator // in tests

	mu        sync.Mutex
	closed    bool
	listeners map[net.Listener]bool
	conns     map[*conn]bool
	running   sync.WaitGroup // connections
	web       rate.Sometimes // logs peers of the web
}

// ListenAndServe serves reg, nil for registry.Default, on addr, with the defaults of Server.
// It returns when serving has failed, and never nil.
func ListenAndServe(addr string, reg *registry.Registry) error {
	return (&Server{Addr: addr, Registry: reg}).ListenAndServe()
}

// ListenAndServe listens on s.Addr and serves until Shutdown or Close. The error is never nil.
func (s *Server) ListenAndServe() error {
	if err := s.off(); err != nil {
		return err
	}
	l, err := Listen(cmp.Or(s.Addr, "localhost:3000"))
	if err != nil {
		return err
	}
	return s.Serve(l)
}

// Serve serves the connections of l, each in its own goroutine, until Shutdown or Close. It
// closes l. The error is never nil.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if err := s.off(); err != nil {
		return err
	}
	if err := s.permit(l.Addr()); err != nil {
		s.logger().Error("listening was refused", "addr", l.Addr(), "error", err)
		return err
	}
	if !s.track(l) {
		return ErrServerClosed
	}
	defer s.untrack(l)
	keepUrgent(l)
	s.logger().Info("listening", "addr", l.Addr().String())
	for pause := time.Duration(0); ; {
		nc, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			if !s.begin() {
				nc.Close()
				return ErrServerClosed
			}
			go s.admit(nc)
		case s.isClosed():
			return ErrServerClosed
		case !temporary(err):
			return err
		default: // out of file descriptors, most likely
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.logger().Warn("accepting a connection", "error", err, "again_in", pause)
			time.Sleep(pause)
		}
	}
}

// ServeConn serves one connection that the caller has accepted and admitted, and returns when its
// session is over: with nil if its user or Shutdown ended it. It closes nc. Of the admission
// checks only the number of sessions and SIGHTGLASS=off apply.
func (s *Server) ServeConn(nc net.Conn) error {
	if err := s.off(); err != nil {
		nc.Close()
		return err
	}
	if !s.begin() {
		nc.Close()
		return ErrServerClosed
	}
	defer s.running.Done()
	return s.serve(nc)
}

// Shutdown stops listening, cancels evaluations, says goodbye to the sessions, and waits for them
// to end. When ctx is done first it returns its error; Close ends what is left.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.stop(func(c *conn) { go c.terminal.Shutdown("the server is shutting down: goodbye") })
	over := make(chan struct{})
	go func() {
		s.running.Wait()
		close(over)
	}()
	select {
	case <-over:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close stops listening and ends all sessions at once. It does not wait for them.
func (s *Server) Close() error {
	return s.stop(func(c *conn) {
		c.net.Close()
		c.terminal.Hangup(net.ErrClosed)
	})
}

// stop closes the listeners and ends each connection.
func (s *Server) stop(end func(*conn)) error {
	s.mu.Lock()
	s.closed = true
	var errs []error
	for l := range s.listeners {
		errs = append(errs, l.Close())
	}
	clear(s.listeners)
	conns := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		end(c)
	}
	return errors.Join(errs...)
}

// admit serves an accepted connection, unless its user may not enter.
func (s *Server) admit(nc net.Conn) {
	defer s.running.Done()
	if err := s.checkPeer(nc); err != nil {
		s.logger().Warn("a connection was refused", "peer", nc.RemoteAddr().String(), "error", err)
		refuse(nc, err.Error())
		return
	}
	s.serve(nc)
}

// serve holds a session on nc, if there is room for one.
func (s *Server) serve(nc net.Conn) error {
	c := newConn(s, nc)
	if err := s.enter(c); err != nil {
		s.logger().Warn("a connection was refused", "peer", nc.RemoteAddr().String(), "error", err)
		refuse(nc, err.Error())
		return err
	}
	defer s.exit(c)
	began := time.Now()
	s.logger().Info("a session begins", "peer", nc.RemoteAddr().String())
	err := c.serve()
	s.report(c, err, time.Since(began))
	return err
}

// report logs how a session ended.
func (s *Server) report(c *conn, err error, lasted time.Duration) {
	log := s.logger().With("peer", c.net.RemoteAddr().String(), "lasted", lasted)
	var web errWeb
	var panicked *console.PanicError
	switch {
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

// begin counts a connection in for Shutdown to wait for; false means that it must not begin.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

// enter takes one of the places for sessions.
func (s *Server) enter(c *conn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrServerClosed
	}
	if limit := cmp.Or(s.MaxSessions, defaultSessions); len(s.conns) >= limit {
		return fmt.Errorf("too many sessions (limit %d), try again later", limit)
	}
	if s.conns == nil {
		s.conns = map[*conn]bool{}
		s.web.Interval = time.Minute
	}
	s.conns[c] = true
	return nil
}

func (s *Server) exit(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

func (s *Server) track(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.listeners == nil {
		s.listeners = map[net.Listener]bool{}
	}
	s.listeners[l] = true
	return true
}

func (s *Server) untrack(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// off says whether the environment forbids servers.
func (s *Server) off() error {
	if os.Getenv("SIGHTGLASS") != "off" {
		return nil
	}
	s.logger().Warn("not started: SIGHTGLASS=off is in the environment")
	return ErrOff
}

func (s *Server) logger() *slog.Logger {
	if s.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Logger
}

func (s *Server) writeTimeout() time.Duration { return cmp.Or(s.WriteTimeout, defaultWriteTimeout) }

func (s *Server) evaluator() console.Evaluator {
	if s.newEvaluator != nil {
		return s.newEvaluator()
	}
	return eval.NewSession(s.Registry, s.Limits)
}

// refuse tells the peer why, and closes.
func refuse(nc net.Conn, why string) {
	defer nc.Close()
	nc.SetDeadline(time.Now().Add(drainTime))
	if _, err := nc.Write([]byte(why + "\r\n")); err != nil {
		return
	}
	closeGently(nc)
}

// temporary reports whether accepting may succeed later.
func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}
