package telnet

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
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
	// ErrServerClosed is the error of Serve, ServeConn and ListenAndServe after Shutdown or Close.
	ErrServerClosed = errors.New("telnet: server closed")

	// ErrOff is their error while SIGHTGLASS=off is in the environment.
	ErrOff = errors.New("telnet: SIGHTGLASS=off is in the environment: no server starts; unset it to allow one")

	// ErrInsecure is wrapped by the error of Serve for an address that other machines can reach.
	ErrInsecure = errors.New("anybody who reaches it could look: listen on localhost or on unix:/path, set Server.TLSConfig and Server.Auth, or allow it with Server.InsecureRemote")
)

// Server serves sessions, in the shape of http.Server. The zero Server serves the default registry
// on localhost:3000. All its methods are safe for concurrent use; its fields must not change after
// the first call of one.
type Server struct {
	// Addr is host:port or unix:/path; see Listen. Empty, it is localhost:3000.
	Addr string

	// Name is what the prompt of a terminal and the banner call this program, such as "shop"; the
	// name of the host follows, as in shop@web-7. Empty, it is the name of the executable. A Name
	// with an @, such as "shop@eu-1", stands for both, and "-" for neither: the prompt is then >.
	Name string

	// Unlisted keeps the server out of what Processes returns, and so of the command sightglass list.
	// Otherwise it writes a file into the user's runtime folder while it serves a listener; if it
	// cannot, it serves unlisted.
	Unlisted bool

	// Registry has the objects to look at; nil is registry.Default.
	Registry *registry.Registry

	// Limits bounds each evaluation; zero fields mean the defaults of eval.Limits.
	Limits eval.Limits

	// Level is the highest level of a session: Look, which is the default, or Act. What LimitLevel
	// allows on the listener and, with Auth, the Identity may lower it for a session. Act requires
	// a Logger, as actions are always recorded.
	Level Level

	// Auth decides who may enter. If it is nil, the user that the process runs as and root may, on
	// loopback and unix sockets, or all users of this machine with AnyUser.
	Auth Authenticator

	// TLSConfig encrypts all connections if it is not nil. It needs a certificate, or a
	// GetCertificate such as that of CertificateFiles.
	TLSConfig *tls.Config

	// AnyUser admits all users of this machine on loopback and unix sockets, not only root and the
	// user that the process runs as. Without it nobody can enter on loopback where the kernel does
	// not tell who connects, as on any system but Linux. It has no effect with Auth.
	AnyUser bool

	// InsecureRemote allows addresses beyond loopback although TLSConfig or Auth is nil. Without
	// Auth anybody who reaches the address can look at everything exposed; without TLSConfig others
	// can read what is sent, passwords included.
	InsecureRemote bool

	// Logger gets a record of each session, each expression evaluated, each action run, each
	// connection refused and each fault; with nil there are none. Text that looks like a secret is
	// redacted in them. docs/operations.md lists the records and their attributes.
	Logger *slog.Logger

	// MaxSessions bounds concurrent sessions; 0 is 64. Further connections are told so and closed.
	// With Auth at most half of the places are for connections that have not logged in yet, and at
	// most an eighth for those from one address.
	MaxSessions int

	// MaxEvaluations bounds concurrent evaluations, over all sessions; 0 is one for two processors,
	// and at least one. If there are more they take turns: each works for 20 ms, and goes on when it
	// is served again. An evaluation does not count until it has taken 10 ms or read 10,000 entries:
	// until then it has a place among others, of which there is one more than of these, so that a
	// short question does not wait for a long one.
	MaxEvaluations int

	// MaxRate bounds connections a second from one address, or of one user of this machine; twice
	// as many may come at once. 0 is 20; negative is no limit. An IPv6 network of 64 bits counts as
	// one address. Root and the user that the process runs as may connect at least 500 times a
	// second, on loopback and unix sockets where the kernel tells who connects.
	MaxRate int

	// MaxAttempts bounds failed logins a minute from one address, or of one user of this machine;
	// 0 is 10. Beyond it nobody from there can log in for a while.
	MaxAttempts int

	// History is how many lines of each user the server keeps beyond a session, for the command
	// history earlier of that user's later sessions; 0 is none. They are lines typed in a terminal,
	// without what looks like a secret, and in memory alone. A user is the name that Auth has
	// returned, or without Auth who the kernel says.
	History int

	// LoginTimeout bounds the TLS handshake, and then the login; 0 is 30 s.
	LoginTimeout time.Duration

	// IdleTimeout ends a session without input and evaluations; 0 is 1 h, negative is no limit.
	IdleTimeout time.Duration

	// WriteTimeout bounds one write to a client that does not read; 0 is 30 s. It ends the session.
	WriteTimeout time.Duration

	// KeepAlive is the time between two probes of an idle TCP connection; 0 is 30 s, negative is
	// never. After some unanswered probes the system ends the connection.
	KeepAlive time.Duration

	newEvaluator func() console.Evaluator // for tests; nil: eval.NewSession
	asked        *peer.Kernel             // for tests; nil: this system's
	confirmLimit time.Duration            // for tests; 0: console.ConfirmTime

	mu        sync.Mutex // guards closed, listeners and conns
	closed    bool       // nothing more is accepted
	listeners map[net.Listener]bool
	conns     map[*conn]bool // that have a place; see enter
	running   sync.WaitGroup // of connections, from begin on

	prepared        sync.Once
	turns           turns          // of evaluations
	lookout         lookout        // for evaluations that last
	arrivals        *peer.Throttle // of connections; nil: no limit
	trustedArrivals *peer.Throttle // of connections of root and our own user; nil: no limit
	failures        *peer.Throttle // of login attempts
	refusals        chan struct{}  // a semaphore: of refusal messages being sent
	ids             atomic.Int64   // the last one given to a connection
	histories       histories      // of users
	strangers       seldom         // records of peers that do not speak telnet
	flood           seldom         // records of connections that came too fast
}

// ListenAndServe serves reg on addr, with the defaults of Server. A nil reg is registry.Default, an
// empty addr localhost:3000. It returns only when serving has failed; the error is never nil.
func ListenAndServe(addr string, reg *registry.Registry) error {
	return (&Server{Addr: addr, Registry: reg}).ListenAndServe()
}

// ListenAndServe listens on s.Addr and serves until Shutdown or Close, or until accepting fails.
// The error is never nil.
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

// Serve serves the connections of l, each in goroutines of its own, until Shutdown or Close, or
// until accepting fails. It closes l. The error is never nil.
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
	defer s.announce(l.Addr())()
	scope := peer.ScopeOf(l.Addr())
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
			go s.admit(nc, scope, highest)
		case s.isClosed():
			return ErrServerClosed
		case !temporary(err):
			return err
		default: // most likely out of file descriptors
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.logger().Warn("accepting a connection", "error", err, "again_in", pause)
			time.Sleep(pause)
		}
	}
}

// ServeConn serves one connection that the caller has accepted and admitted. It closes nc and
// returns when the session is over, with nil if its user or Shutdown ended it. It ignores Auth,
// TLSConfig and the limits on connections except MaxSessions. SIGHTGLASS=off applies, and so does
// LimitLevel if nc is of its listener.
//
// A connection that is not a socket, such as a channel of an SSH server, need not have addresses or
// deadlines. Closing it must end its pending Read and Write, or their goroutines are left behind.
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
	ended := make(chan error, 1)
	s.serve(way.withDeadlines(nc), way, &Identity{Level: s.Level}, func(err error) { ended <- err })
	return <-ended
}

// Shutdown stops listening, cancels all evaluations, tells the sessions goodbye, and waits until
// they have ended. If ctx ends first it returns the error of ctx; Close ends the remaining
// sessions.
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

// Close stops listening and closes all connections. It does not wait for the sessions to end.
func (s *Server) Close() error {
	return s.stop(func(c *conn) {
		c.net.Close()
		c.terminal.Hangup(net.ErrClosed)
	})
}

// stop closes the listeners and calls end for each connection.
func (s *Server) stop(end func(*conn)) error {
	s.mu.Lock()
	s.closed = true
	var errs []error
	for l := range s.listeners {
		errs = append(errs, l.Close())
	}
	clear(s.listeners)
	conns := slices.Collect(maps.Keys(s.conns))
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

// off returns ErrOff if the environment forbids servers.
func (s *Server) off() error {
	if os.Getenv("SIGHTGLASS") != "off" {
		return nil
	}
	s.logger().Warn("not started: SIGHTGLASS=off is in the environment")
	return ErrOff
}

func (s *Server) evaluator() console.Evaluator {
	if s.newEvaluator != nil {
		return s.newEvaluator()
	}
	return eval.NewSession(s.Registry, s.Limits)
}

// temporary reports whether err is one after which accepting may succeed.
func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}
