package telnet

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"log/slog"
	"net"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/console"
)

func TestMain(m *testing.M) {
	flag.Set("test.parallel", "8") // tests wait for the server's delays more than for a processor; it lets 8 log in at once from an address
	// What tests serve is not listed among the user's processes.
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	os.Setenv("XDG_RUNTIME_DIR", dir)
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// patience is how long a test waits for an event before it fails.
const patience = time.Minute

// fake is an evaluator that knows a few lines and answers any other with the line itself. A line
// that begins with "long " waits for a long place, and scan takes slices until it is interrupted.
type fake struct {
	began  chan string
	slices *atomic.Int64 // that scans have begun
}

func (f *fake) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	source := q.Source
	if source == "wait" || strings.HasPrefix(source, "long ") {
		if err := q.Long(ctx); err != nil {
			return eval.Result{}, err
		}
	}
	select {
	case f.began <- source:
	default: // the test does not look
	}
	switch source {
	case "scan":
		for err := q.Long(ctx); ; err = q.Long(ctx) {
			if err != nil {
				return eval.Result{}, err
			}
			f.slices.Add(1)
			for !q.Due() {
				if runtime.Gosched(); ctx.Err() != nil {
					return eval.Result{}, &eval.Error{Code: "cancelled", Message: "cancelled", Err: ctx.Err()}
				}
			}
		}
	case "wait":
		<-ctx.Done()
		return eval.Result{}, &eval.Error{Code: "cancelled", Message: "cancelled", Err: ctx.Err()}
	case "panic":
		panic("a fault")
	case "flood":
		n := &render.Node{Shape: inspect.List, Type: "[]string", Len: 10_000}
		// One element for all: what the fake itself takes is not what tests measure.
		element := render.Item{Node: &render.Node{Shape: inspect.Scalar, Text: strings.Repeat("flood ", 15)}}
		n.Items = slices.Repeat([]render.Item{element}, n.Len)
		return eval.Result{Node: n}, nil
	}
	return eval.Result{Node: &render.Node{Shape: inspect.Scalar, Text: source}}, nil
}

func (f *fake) CompleteContext(ctx context.Context, line string, pos int) []eval.Completion {
	if line == "hang" {
		f.began <- line
		<-ctx.Done()
		return nil
	}
	return []eval.Completion{{Start: 0, Text: "completed"}}
}

// logged is a log that tests read.
type logged struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{} // closed by the next Write; nil if nobody waits for it
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written != nil {
		close(l.written)
		l.written = nil
	}
	return l.b.Write(p)
}

// next returns the text, and a channel that the next Write closes.
func (l *logged) next() (text string, written <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written == nil {
		l.written = make(chan struct{})
	}
	return l.b.String(), l.written
}

// size returns how much memory the log takes, in bytes.
func (l *logged) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Cap()
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// until waits until the log contains text.
func (l *logged) until(t *testing.T, text string) {
	t.Helper()
	l.untilTimes(t, 1, text)
}

// untilTimes waits until the log contains text n times.
func (l *logged) untilTimes(t *testing.T, n int, text string) {
	t.Helper()
	for end := time.After(patience); ; {
		log, written := l.next()
		if strings.Count(log, text) >= n {
			return
		}
		select {
		case <-written:
		case <-end:
			t.Fatalf("the log does not have %q %d times:\n%s", text, n, log)
		}
	}
}

// served is a server on a listener until the test ends. Without a registry its evaluators are
// fakes.
type served struct {
	*Server
	addr   net.Addr
	began  chan string  // the lines that fakes evaluate
	slices atomic.Int64 // that they have scanned
	log    *logged
}

func serve(t *testing.T, s *Server, network, addr string) *served {
	t.Helper()
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, s, l)
}

func serveOn(t *testing.T, s *Server, l net.Listener) *served {
	t.Helper()
	v := &served{Server: s, addr: l.Addr(), began: make(chan string, 10_000), log: &logged{}}
	s.Name = cmp.Or(s.Name, "-") // the prompt is the same on each machine
	if s.Registry == nil {
		s.newEvaluator = func() console.Evaluator { return &fake{v.began, &v.slices} }
	}
	if runtime.GOOS != "linux" {
		s.AnyUser = true // these systems do not tell whose a connection is
	}
	if s.Logger == nil {
		s.Logger = slog.New(slog.NewTextHandler(v.log, nil))
	}
	over := make(chan error, 1)
	go func() { over <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-over; !errors.Is(err, ErrServerClosed) {
			t.Errorf("serving ended with %v", err)
		}
		s.drain()
	})
	return v
}

// drain waits until the connections accepted so far are over. isClosed takes the lock, which orders
// drain behind their begin: that their clients have an answer does not.
func (s *Server) drain() {
	s.isClosed()
	s.running.Wait()
}

// client is one connection to a server.
type client struct {
	t    *testing.T
	conn net.Conn
	got  []byte // received, and not returned yet
}

func (v *served) dial(t *testing.T) *client {
	t.Helper()
	conn, err := net.Dial(v.addr.Network(), v.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, conn)
}

func newClient(t *testing.T, conn net.Conn) *client {
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return &client{t: t, conn: conn}
}

func (c *client) send(s string) {
	c.t.Helper()
	if _, err := c.conn.Write([]byte(s)); err != nil {
		c.t.Fatalf("sending %q: %v", s, err)
	}
}

// until reads until ok accepts what came, and returns that.
func (c *client) until(what string, ok func(got string) bool) string {
	c.t.Helper()
	for buf := make([]byte, 4096); ; {
		if ok(string(c.got)) {
			got := string(c.got)
			c.got = nil
			return got
		}
		n, err := c.conn.Read(buf)
		c.got = append(c.got, buf[:n]...)
		if err != nil && !ok(string(c.got)) {
			c.t.Fatalf("%v after %d bytes, the last of them %q, want %s", err, len(c.got), c.got[max(0, len(c.got)-300):], what)
		}
	}
}

func (c *client) waitFor(text string) string {
	c.t.Helper()
	return c.until(text, func(got string) bool { return strings.Contains(got, text) })
}

// commands matches telnet's commands in what a client receives.
var commands = regexp.MustCompile(`\xff([\xfb-\xfe].|\xfa[^\xff]*\xff\xf0|[\xf0-\xf9])`)

// answer reads up to the next prompt and returns the text before it, without telnet's commands.
func (c *client) answer() string {
	c.t.Helper()
	got := c.until("the prompt", func(got string) bool {
		got = commands.ReplaceAllString(got, "")
		return got == "> " || got == "# " || strings.HasSuffix(got, "\r\n> ") || strings.HasSuffix(got, "\r\n# ")
	})
	got = commands.ReplaceAllString(got, "")
	return got[:len(got)-len("> ")]
}

// rest reads until the server closes its side.
func (c *client) rest() string {
	c.t.Helper()
	for buf := make([]byte, 4096); ; {
		n, err := c.conn.Read(buf)
		c.got = append(c.got, buf[:n]...)
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				c.t.Errorf("the connection is not closed after %q", c.got)
			}
			got := string(c.got)
			c.got = nil
			return got
		}
	}
}
