// Package sightglass_test holds the whole product to what it promises, over
// real sockets and through real clients. The packages' own tests hold the parts.
package sightglass_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// patience is how long a test waits for what must come; it ends tests that would hang.
const patience = 30 * time.Second

// serve serves reg on addr until the test ends, and then holds that no goroutine is left.
func serve(t *testing.T, network, addr string, reg *registry.Registry) net.Addr {
	t.Helper()
	return start(t, network, addr, &telnet.Server{Registry: reg})
}

// start is serve for a server of one's own.
func start(t *testing.T, network, addr string, server *telnet.Server) net.Addr {
	t.Helper()
	before := goleak.IgnoreCurrent()
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	server.AnyUser = server.AnyUser || runtime.GOOS != "linux" // other systems do not tell whose a connection is
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-served; !errors.Is(err, telnet.ErrServerClosed) {
			t.Errorf("serve ended with %v", err)
		}
		goleak.VerifyNone(t, before)
	})
	return l.Addr()
}

// session is one connection in line mode, as a program would make it.
type session struct {
	t      *testing.T
	conn   net.Conn
	banner string
}

func connect(t *testing.T, network, addr string) *session {
	t.Helper()
	conn, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	s := &session{t: t, conn: conn}
	s.banner = s.answer()
	return s
}

// plain is b without telnet's negotiation, which a client that knows nothing of it shows as odd characters.
func plain(b []byte) []byte {
	var p []byte
	for i := 0; i < len(b); i++ {
		if b[i] == 0xff {
			i += 2 // the command and its option
			continue
		}
		p = append(p, b[i])
	}
	return p
}

const prompt = "> "

// answer reads up to the next prompt and returns what stands before it.
func (s *session) answer() string {
	s.t.Helper()
	var got []byte
	for b := make([]byte, 4096); ; {
		n, err := s.conn.Read(b)
		got = append(got, b[:n]...)
		if text := string(plain(got)); text == prompt || strings.HasSuffix(text, "\n"+prompt) {
			return tidy(strings.TrimSuffix(text, prompt))
		}
		if err != nil {
			s.t.Fatalf("%v after %q, want the prompt", err, got)
		}
	}
}

func tidy(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// cost is what an answer says that took long, behind it or on a line of its own.
var cost = regexp.MustCompile(`(?m)\n? {2,}[\d,]+ entries, [\d,]+ ms.*$`)

// ask returns the answer to one line, without its cost.
func (s *session) ask(line string) string {
	s.t.Helper()
	s.conn.SetDeadline(time.Now().Add(patience))
	if _, err := s.conn.Write([]byte(line + "\n")); err != nil {
		s.t.Fatal(err)
	}
	return cost.ReplaceAllString(s.answer(), "")
}

// greeter is a registry with one object in it.
func greeter() *registry.Registry {
	reg := registry.New()
	reg.Expose("greeting", &struct{ text string }{"hello"}, registry.Frozen())
	return reg
}

func TestEverySocket(t *testing.T) {
	for _, tc := range []struct{ network, addr string }{
		{"tcp4", "127.0.0.1:0"},
		{"tcp6", "[::1]:0"},
		{"unix", filepath.Join(t.TempDir(), "s")},
	} {
		t.Run(tc.network, func(t *testing.T) {
			if tc.network == "tcp6" {
				if l, err := net.Listen(tc.network, tc.addr); err != nil {
					t.Skip("this machine has no IPv6 loopback: ", err)
				} else {
					l.Close()
				}
			}
			addr := serve(t, tc.network, tc.addr, greeter())
			s := connect(t, tc.network, addr.String())
			for _, want := range []string{"sightglass", "Read-only", "help", "pid"} {
				if !strings.Contains(s.banner, want) {
					t.Errorf("banner %q lacks %q", s.banner, want)
				}
			}
			if got := s.ask("greeting.text"); got != `"hello"` {
				t.Errorf("the answer is %q", got)
			}
			if got := s.ask("1 + 1"); got != "2" {
				t.Errorf("the second answer is %q", got)
			}
		})
	}
}

func TestVanishingClients(t *testing.T) {
	server := &telnet.Server{Registry: greeter(), MaxRate: -1} // or else most would not get as far as to vanish
	addr := start(t, "tcp", "127.0.0.1:0", server).String()
	s := connect(t, "tcp", addr)
	for i := range 200 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			conn.(*net.TCPConn).SetLinger(0) // a reset, not an orderly end
		}
		if i%3 == 0 {
			conn.Write([]byte("greeting"))
		}
		conn.Close()
	}
	if got := s.ask("greeting.text"); got != `"hello"` {
		t.Errorf("the session beside them got %q", got)
	}
	if got := connect(t, "tcp", addr).ask("greeting.text"); got != `"hello"` {
		t.Errorf("a session after them got %q", got)
	}
}

func TestSessionsAreIsolated(t *testing.T) {
	addr := serve(t, "tcp", "127.0.0.1:0", greeter()).String()
	a, b := connect(t, "tcp", addr), connect(t, "tcp", addr)
	a.ask("x = 5")
	if got := b.ask("x"); !strings.Contains(got, "unknown name") {
		t.Errorf("another session's variable reads as %q", got)
	}
	if got := a.ask("x"); got != "5" {
		t.Errorf("the session's own variable reads as %q", got)
	}
}

type state string

type person struct {
	name string
	age  int
}

// traps is what naive evaluation of expressions over live objects gets wrong.
type traps struct {
	state    state
	number   int
	big      uint64
	ages     map[string]int
	people   map[string]*person
	took     time.Duration
	at       time.Time
	body     []byte
	anything any
	nobody   *person
}

func TestTraps(t *testing.T) {
	object := &traps{
		state:    "up",
		number:   42,
		big:      1<<63 + 5,
		ages:     map[string]int{"ann": 28, "bob": 41},
		people:   map[string]*person{"a": {"ann", 28}, "b": {"bob", 41}},
		took:     1500 * time.Millisecond,
		at:       time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC),
		body:     []byte("hello"),
		anything: person{"eve", 7},
	}
	before := *object
	reg := registry.New()
	reg.Expose("t", object)
	s := connect(t, "tcp", serve(t, "tcp", "127.0.0.1:0", reg).String())

	for _, tc := range []struct {
		ask  string
		want string // see matches
	}{
		{`t.state == "up"`, `true`},
		{`t.state contains "u"`, `true`},
		{`t.state in ["down", "up"]`, `true`},
		{`t.number`, `42`},
		{`first(filter(t.people, .age > 30)).name`, `"bob"`},
		{`sort(map(t.people, .age))`, `[28, 41]`},
		{`sortBy(t.people, .age)[0].name`, `"ann"`},
		{`count(t.people, .age > 30)`, `1`},
		{`count(t.ages, # > 30)`, `1`},
		{`sum(t.ages)`, `69`},
		{`t.big`, `9223372036854775813`},
		{`t.big > 0`, `true`},
		{`t.big > t.number`, `true`},
		{`t.big == 9223372036854775813.0`, `false`},
		{`t.ages.ann`, `28`},
		{`t.ages["bob"]`, `41`},
		{`t.ages.missing`, `...missing...`},
		{`t.ages.anm`, `...did you mean "ann"?...`},
		{`t.ages?.missing ?? 0`, `0`},
		{`t.nunber`, `...did you mean number...`},
		{`t.took > duration("1s")`, `true`},
		{`t.at < now()`, `true`},
		{`t.at > date("2020-01-01")`, `true`},
		{`t.body`, `[]byte("hello")`},
		{`string(t.body)`, `"hello"`},
		{`t.anything.name`, `"eve"`},
		{`t.nobody`, `nil`},
		{`t.nobody == nil`, `true`},
		{`t.nobody.name`, `...nil...`},
		{`x = t.number`, `...42...`},
		{`x + 1`, `43`},
		{`t.number = 1`, `...assign...`},
		{`t = 1`, `...t...`},
		{`t.number`, `42`},
	} {
		got := strings.TrimSuffix(s.ask(tc.ask), "\n  t was read racily: nothing guards it")
		if !matches(got, tc.want) {
			t.Errorf("%s\n got: %s\nwant: %s", tc.ask, got, tc.want)
		}
	}
	if got := s.ask("t.big + 1"); strings.HasPrefix(got, "-") {
		t.Errorf("t.big + 1 wrapped: %s", got)
	}
	if object.number != before.number || object.state != before.state {
		t.Error("the application was changed")
	}
}

// matches reports whether got is want, where "..." in want stands for anything.
func matches(got, want string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), `\.\.\.`, `[\s\S]*`)
	return regexp.MustCompile(`\A` + pattern + `\z`).MatchString(got)
}

// machine has methods of every temper.
type machine struct{ release chan struct{} }

func (m *machine) Level() int                       { return 7 }
func (m *machine) Times(a int, b uint8) int         { return a * int(b) }
func (m *machine) Explode() int                     { panic("boiler") }
func (m *machine) Hang() int                        { <-m.release; return 0 }
func (m *machine) Refuse() (int, error)             { return 0, errors.New("no steam") }
func (m *machine) Destroy() int                     { panic("nobody allowed this") }
func (m *machine) Bounded(ctx context.Context) bool { _, ok := ctx.Deadline(); return ok }

func TestMethods(t *testing.T) {
	m := &machine{make(chan struct{})}
	reg := registry.New()
	reg.Expose("m", m, registry.Methods("Level", "Times", "Explode", "Hang", "Refuse", "Bounded"))
	addr := serve(t, "tcp", "127.0.0.1:0", reg).String()
	t.Cleanup(func() { close(m.release) }) // before the server's, which looks for goroutines
	s := connect(t, "tcp", addr)
	for _, tc := range []struct{ ask, want string }{
		{`m.Level()`, `7`},
		{`m.Times(3, 4)`, `12`},
		{`m.Times(3, 400)`, `...400...`},
		{`m.Destroy()`, `...registry.Methods("Destroy")...`},
		{`m.Explode()`, `...boiler...`},
		{`m.Refuse()`, `...no steam...`},
		{`m.Bounded()`, `true`},
		{`m.Hang()`, `...still running...`},
		{`m.Level()`, `7`},
	} {
		got := strings.ReplaceAll(s.ask(tc.ask), "\n  ", " ") // long errors are folded
		if !matches(got, tc.want) {
			t.Errorf("%s\n got: %s\nwant: %s", tc.ask, got, tc.want)
		}
	}
}
