package telnet

import (
	"errors"
	"net"
	"strings"
	"testing"
)

// The application can list its sessions, and end one.
func TestSessions(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{Auth: Tokens(map[string]Identity{"x": {User: "alice"}}), MaxEvaluations: 4}, "tcp", "127.0.0.1:0")
	s.dial(t).waitFor("token: ") // not a session yet
	idle := s.dial(t)
	idle.send("x\n")
	idle.waitFor("> ")
	busy := s.dial(t)
	busy.send("x\nwait\n")
	<-s.began
	list := s.Sessions()
	if len(list) != 2 || list[0].User != "alice" || list[1].Evaluating != "wait" || list[0].Evaluating != "" ||
		list[0].Addr.String() != idle.conn.LocalAddr().String() || list[0].Level != Look || list[0].ID >= list[1].ID {
		t.Fatalf("the sessions are %+v", list)
	}
	idle.send("who\n")
	if got := idle.waitFor("wait\r\n"); strings.Count(got, "alice") != 2 || !strings.Contains(got, "\n*  ") {
		t.Errorf("who says %q", got)
	}
	list[1].End("maintenance\x1b[2J")
	if got := busy.rest(); !strings.HasSuffix(got, "maintenance\ufffd[2J\r\n") {
		t.Errorf("the session that was ended is told %q", got)
	}
	s.log.until(t, "a session ended")
	if n := len(s.Sessions()); n != 1 {
		t.Errorf("%d sessions are left", n)
	}
	list[1].End("again") // of one that is over
	idle.send("y\n")
	idle.waitFor("y\r\n")
}

// The zero Session has nothing to end.
func TestEndOfNoSession(t *testing.T) { Session{}.End("x") }

// Sessions may be called while the server starts.
func TestSessionsAtStart(t *testing.T) {
	for range 20 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := new(Server)
		over := make(chan error, 1)
		go func() { over <- s.Serve(l) }()
		if list := s.Sessions(); len(list) > 0 {
			t.Errorf("there are %v", list)
		}
		s.Close()
		if err := <-over; !errors.Is(err, ErrServerClosed) {
			t.Error(err)
		}
	}
}
