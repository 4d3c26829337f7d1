package telnet

import (
	"net"
	"runtime"
	"strings"
	"testing"
)

// begin sends a line, and asks what the session is doing until it says that it evaluates.
func (c *client) begin(line string) {
	c.t.Helper()
	c.send(line)
	for {
		c.send("\xff\xf6")
		if strings.Contains(c.waitFor("[sightglass: yes"), "evaluating") {
			return
		}
		c.waitFor("]")
	}
}

// Evaluations over all sessions are limited in number. The others wait in the order in which they
// came, and can be cancelled meanwhile, also by going away; a session that waits or is gone takes no turn.
func TestTurns(t *testing.T) {
	s := serve(t, &Server{MaxEvaluations: 1}, "tcp", "127.0.0.1:0")
	open := func() *client {
		c := s.dial(t)
		c.answer()
		return c
	}
	first, second, gone, last := open(), open(), open(), open()
	first.begin("wait\n")
	if line := <-s.began; line != "wait" {
		t.Fatal(line)
	}
	second.begin("second\n")
	gone.begin("gone\n")
	last.begin("last\n")
	if n := len(s.began); n != 0 {
		t.Fatalf("%q is evaluated beside another", <-s.began)
	}
	second.send("\xff\xf4")
	second.waitFor("cancelled while other sessions' evaluations ran")
	gone.conn.(*net.TCPConn).SetLinger(0)
	gone.conn.Close()
	for !strings.Contains(s.log.String(), "cut off") {
		runtime.Gosched()
	}
	first.send("\xff\xf4")
	first.waitFor("cancelled")
	last.waitFor("last\r\n")
	if line := <-s.began; line != "last" {
		t.Errorf("%s is evaluated, which was cancelled while it waited", line)
	}
	second.send("after\n")
	second.waitFor("after\r\n")
}
