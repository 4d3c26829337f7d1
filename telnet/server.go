package telnet

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

var (
	// ErrServerClosed is what Serve and its relatives return after Shutdown or Close.
	ErrServerClosed = errors.New("telnet: server closed")

	// ErrOff is what they return while SIGHTGLASS=off is in the environment.
	ErrOff = errors.New("telnet: SIGHTGLASS=off is in the environment: no server starts; unset it to allow one")

	// ErrInsecure is wrapped by what Serve returns for an address that others than this machine reach.
	ErrInsecure = errors.New("anybody who reaches it could look: listen on localhost or on unix:/path, set Server.TLSConfig and Server.Auth, or say that it may be insecure with Server.InsecureRemote")
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

	// Level is the highest level of a session: Look, or Act. A session has the lowest one of it,
	// of what LimitLevel allows on its listener and, with Auth, of its Identity. With Act there must
	// be a Logger: what acts is always on record.
	Level Level

	// Auth decides who may enter. nil: on loopback and unix sockets the user that the process runs
	// as and root may, or all with AnyUser.
	Auth Authenticator

	// TLSConfig, if not nil, encrypts all connections. It needs a certificate, or a GetCertificate
	// such as that of CertificateFiles.
	TLSConfig *tls.Config

	// AnyUser admits all users of this machine on loopback and unix sockets, not only the one that
	// the process runs as and root. Without it nobody enters on loopback where the kernel does not
	// tell who connects, as on other systems than Linux. With Auth it means nothing.
	AnyUser bool

	// InsecureRemote serves addresses beyond loopback although TLSConfig or Auth is nil: anybody
	// who reaches the address can look at everything that is exposed, or see who does and how.
	InsecureRemote bool

	// Logger is told of sessions, of each expression that is evaluated and each action that is
	// run, of refused connections and of faults; nil: of none. Secrets are taken out. The records
	// and their attributes are listed in docs/operations.md.
	Logger *slog.Logger

	// MaxSessions is how many sessions there may be at a time; 0 is 64. Who comes when there are
	// as many is told so and disconnected. With Auth, half of the places at most are for
	// connections that have not logged in yet, and an eighth for those of one address.
	MaxSessions int

	// MaxEvaluations is how many evaluations may run at a time, over all sessions; 0 is one for
	// two processors, at least one. The others wait for their turn. For its first 10 ms and 10,000
	// entries an evaluation has one of other places, one more than these, so that short questions do
	// not wait for long ones.
	MaxEvaluations int

	// MaxRate is how many connections a second are accepted from one address, a network of 64 bits
	// of IPv6 being one, and each user of this machine; twice as many may come at once. 0 is 20,
	// negative is no limit. The user that the process runs as, and root, may come 500 times a second
	// in any case, on loopback and unix sockets where the kernel tells who connects.
	MaxRate int

	// MaxAttempts is how many attempts a minute to log in may fail from one address, on this
	// machine of one user; 0 is 10. Beyond it nobody is asked there for a while.
	MaxAttempts int

	// LoginTimeout is how long the TLS handshake may take, and how long the login; 0 is 30 s.
	LoginTimeout time.Duration

	// IdleTimeout is how long a session may go without input and evaluations before it is ended;
	// 0 is 1 h, negative is no limit.
	IdleTimeout time.Duration

	// WriteTimeout is how long one write may wait for a client that does not read, before it is
	// disconnected; 0 is 30 s.
	WriteTimeout time.Duration

	// KeepAlive is how often a TCP connection on which nothing happens is probed; 0 is 30 s,
	// negative is never. A client that is gone without a word is found out after some probes.
	KeepAlive time.Duration

	newEvaluator func() console.Evaluator // in tests
	asked        *peer.Kernel             // in tests; nil: this system's
	confirmLimit time.Duration            // in tests: see confirmTime

	mu        sync.Mutex
	closed    bool
	listeners map[net.Listener]bool
	conns     map[*conn]bool
	running   sync.WaitGroup // connections
	prepared  sync.Once
	turns     turns
	arrivals  *peer.Throttle // of connections; nil: no limit
	own       *peer.Throttle // of those of our own user; nil: no limit
	failures  *peer.Throttle // of attempts to log in
	refusals  chan struct{}  // that are being explained
	ids       atomic.Int64
	strangers seldom // logs peers that do not speak telnet
	flood     seldom // logs connections that came too fast
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
	highest, given := s.levelOf(l)
	l = transport.SafeListener(given)
	defer l.Close()
	if err := s.off(); err != nil {
		return err
	}
	if err := s.permit(l.Addr(), highest); err != nil {
		s.logger().Error("listening was refused", "addr", l.Addr().String(), "error", err)
		return err
	}
	if !s.track(l) {
		return ErrServerClosed
	}
	defer s.untrack(l)
	transport.KeepUrgent(given)
	s.prepare()
	at := peer.ScopeOf(l.Addr())
	s.logger().Info("listening", "addr", l.Addr().String(), "level", highest.String())
	for pause := time.Duration(0); ; {
		nc, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			if !s.begin() {
				nc.Close()
				return ErrServerClosed
			}
			go s.admit(nc, at, highest)
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
// checks only the number of sessions and SIGHTGLASS=off apply: neither Auth nor TLSConfig is used.
//
// A connection that is no socket, such as the channel of an SSH server, need not have addresses or
// deadlines. Closing it must end a Read and a Write of it, or a goroutine is left with each of them.
func (s *Server) ServeConn(nc net.Conn) (err error) {
	defer transport.Rescue(&err)
	nc = transport.SafeConn(nc)
	defer nc.Close()
	if err := cmp.Or(s.off(), s.audited(s.Level)); err != nil {
		return err
	}
	if !s.begin() {
		return ErrServerClosed
	}
	defer s.running.Done()
	way := s.wayOf(nc, peer.Elsewhere, s.Level)
	way.Search(s.kernel())
	return s.serve(way.timed(nc), way, &Identity{Level: s.Level})
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
	return slog.New(safeHandler{s.Logger.Handler()})
}

// temporary reports whether accepting may succeed later.
func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}
