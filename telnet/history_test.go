package telnet

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/secret"
)

const notKept = "no lines of earlier sessions are kept; the application can keep those of each\r\n  user it can tell: Server.History\r\n"

// typing begins a session in a terminal, and types lines that fake answers.
func typing(c *client, lines ...string) *client {
	c.t.Helper()
	c.send("\xff\xfd\x01\xff\xfd\x03")
	c.waitFor("> ")
	return types(c, lines...)
}

func types(c *client, lines ...string) *client {
	c.t.Helper()
	for _, line := range lines {
		c.send(line + "\r")
		c.waitFor("\r\n> ")
	}
	return c
}

// history returns what history earlier answers in a session with plain lines.
func history(c *client) string {
	c.t.Helper()
	c.answer()
	c.send("history earlier\n")
	return c.answer()
}

// TestHistoryOfUser: a session is told the lines of the same user's other sessions, without secrets,
// and of nobody else's.
func TestHistoryOfUser(t *testing.T) {
	var name atomic.Value
	name.Store("alice")
	server := &Server{History: 10, Auth: AuthenticatorFunc(func(context.Context, *Peer) (Identity, error) {
		return Identity{User: name.Load().(string)}, nil
	})}
	s := serve(t, server, "tcp", "127.0.0.1:0")
	typing(s.dial(t), "cache.hits", `config.password == "hunter2"`, "a\x1b[2Jb")
	for _, tc := range []struct{ user, want string }{
		{"alice", "   1  cache.hits\r\n   2  " + secret.RedactSource(`config.password == "hunter2"`) + "\r\n   3  ab\r\n   4  history earlier\r\n"},
		{"bob", "   1  history earlier\r\n"},
		{"", notKept}, // nobody can say who that is
	} {
		name.Store(tc.user)
		if got := history(s.dial(t)); got != tc.want || strings.Contains(got, "hunter2") {
			t.Errorf("%q is told\n%s\nwant\n%s", tc.user, got, tc.want)
		}
	}
}

// TestHistoryInEditor: the lines of earlier sessions come back with the keys, before those of this
// one, and again when there are more.
func TestHistoryInEditor(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the kernel does not tell who connects")
	}
	s := serve(t, &Server{History: 10}, "tcp", "127.0.0.1:0")
	first := typing(s.dial(t), "first")
	second := typing(s.dial(t), "own", "history earlier")
	second.send("\x1b[A\x1b[A\x1b[A\r") // past history earlier and own
	second.waitFor("\r\nfirst\r\n")
	types(first, "later")
	second.send("history earlier\r")
	if got, want := second.waitFor("   6  history earlier\r\n"), "   1  first\r\n   2  later\r\n   3  own\r\n   4  history earlier\r\n   5  first\r\n   6  history earlier\r\n"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNoHistory: nothing is kept unless the application wants it, of what programs send, and of a
// peer that the application has let in.
func TestNoHistory(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	typing(s.dial(t), "first")
	if got := history(s.dial(t)); got != notKept {
		t.Errorf("without History: %q", got)
	}
	if runtime.GOOS == "linux" {
		s = serve(t, &Server{History: 10}, "tcp", "127.0.0.1:0")
		c := s.dial(t)
		c.answer()
		c.send("of a program\n")
		c.answer()
		if got := history(s.dial(t)); got != "   1  history earlier\r\n" {
			t.Errorf("of a program: %q", got)
		}
	}
	v := &Server{Name: "-", History: 10}
	v.newEvaluator = func() console.Evaluator { return &fake{} }
	here, there := net.Pipe()
	go v.ServeConn(here)
	if got := history(newClient(t, there)); got != notKept {
		t.Errorf("after ServeConn: %q", got)
	}
	there.Close()
}

// TestHistoryIsBounded: whoever connects and whatever is typed, what is kept stays small.
func TestHistoryIsBounded(t *testing.T) {
	s := &Server{History: 100}
	of := func(user string) past { return past{&conn{server: s, id: s.ids.Add(1)}, userID{user, -1}} }
	for i := range 3 * maxHistories {
		p := of(fmt.Sprint("user ", i))
		for j := range 300 {
			p.Add(fmt.Sprint("line ", j))
		}
		for range 20 {
			p.Add(strings.Repeat("x", 8<<10))
		}
		p.Add(strings.Repeat("x", maxHistoryBytes+1))
	}
	kept := 0
	for _, u := range s.histories.users {
		bytes := 0
		for _, line := range u.lines {
			bytes += line.size()
		}
		if len(u.lines) > 100 || bytes > maxHistoryBytes || bytes != u.bytes || len(u.lines) == 0 {
			t.Errorf("%v has %d lines and %d bytes, counted as %d", u.of, len(u.lines), bytes, u.bytes)
		}
		kept += bytes
	}
	if n := len(s.histories.users); n != maxHistories || kept > maxHistories*maxHistoryBytes {
		t.Errorf("%d users and %d bytes are kept", n, kept)
	}
	// Short lines take more than their text.
	short := past{&conn{server: &Server{History: 1 << 20}}, userID{"short", -1}}
	for range 10_000 {
		short.Add("x")
	}
	if n := len(short.conn.server.histories.users[0].lines); n > maxHistoryBytes/32 || n < 1000 {
		t.Errorf("%d lines of a byte are kept", n)
	}
	// The user that was not there for longest goes first.
	old := fmt.Sprint("user ", 2*maxHistories)
	if len(of(old).Lines()) == 0 {
		t.Fatal("the oldest user kept is not known")
	}
	of("new").Add("x")
	if len(of(old).Lines()) == 0 {
		t.Error("the user was dropped that was there last but for one")
	}
	for i := range 150 {
		of("few").Add(fmt.Sprint(i))
	}
	if lines := of("few").Lines(); len(lines) != 100 || lines[0] != "50" || lines[99] != "149" {
		t.Errorf("%d lines are kept: %q", len(lines), lines)
	}
}
