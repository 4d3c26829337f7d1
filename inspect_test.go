// Package sightglass_test holds the whole product to what it promises, over
// real sockets and through real clients. The packages' own tests hold the parts.
package sightglass_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

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
			addr := rig.Serve(t, tc.network, tc.addr, greeter())
			s := rig.Connect(t, tc.network, addr.String())
			for _, want := range []string{"sightglass", "Read-only", "help", "pid"} {
				if !strings.Contains(s.Banner, want) {
					t.Errorf("banner %q lacks %q", s.Banner, want)
				}
			}
			if got := s.Ask("greeting.text"); got != `"hello"` {
				t.Errorf("the answer is %q", got)
			}
			if got := s.Ask("1 + 1"); got != "2" {
				t.Errorf("the second answer is %q", got)
			}
		})
	}
}

func TestVanishingClients(t *testing.T) {
	server := &telnet.Server{Registry: greeter(), MaxRate: -1} // or else most would not get as far as to vanish
	addr := rig.Start(t, "tcp", "127.0.0.1:0", server).String()
	s := rig.Connect(t, "tcp", addr)
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
	if got := s.Ask("greeting.text"); got != `"hello"` {
		t.Errorf("the session beside them got %q", got)
	}
	if got := rig.Connect(t, "tcp", addr).Ask("greeting.text"); got != `"hello"` {
		t.Errorf("a session after them got %q", got)
	}
}

func TestSessionsAreIsolated(t *testing.T) {
	addr := rig.Serve(t, "tcp", "127.0.0.1:0", greeter()).String()
	a, b := rig.Connect(t, "tcp", addr), rig.Connect(t, "tcp", addr)
	a.Ask("x = 5")
	if got := b.Ask("x"); !strings.Contains(got, "unknown name") {
		t.Errorf("another session's variable reads as %q", got)
	}
	if got := a.Ask("x"); got != "5" {
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
	s := rig.Connect(t, "tcp", rig.Serve(t, "tcp", "127.0.0.1:0", reg).String())

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
		got := strings.TrimSuffix(s.Ask(tc.ask), "\n  t was read racily: nothing guards it")
		if !rig.Matches(got, tc.want) {
			t.Errorf("%s\n got: %s\nwant: %s", tc.ask, got, tc.want)
		}
	}
	if got := s.Ask("t.big + 1"); strings.HasPrefix(got, "-") {
		t.Errorf("t.big + 1 wrapped: %s", got)
	}
	if object.number != before.number || object.state != before.state {
		t.Error("the application was changed")
	}
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
	addr := rig.Serve(t, "tcp", "127.0.0.1:0", reg).String()
	t.Cleanup(func() { close(m.release) }) // before the server's, which looks for goroutines
	s := rig.Connect(t, "tcp", addr)
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
		got := strings.ReplaceAll(s.Ask(tc.ask), "\n  ", " ") // long errors are folded
		if !rig.Matches(got, tc.want) {
			t.Errorf("%s\n got: %s\nwant: %s", tc.ask, got, tc.want)
		}
	}
}
