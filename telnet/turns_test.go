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

// A session whose client goes away while it waits takes no turn.
func TestTurnOfClientGone(t *testing.T) {
	s := serve(t, &Server{MaxEvaluations: 1}, "tcp", "127.0.0.1:0")
	open := func() *client {
		c := s.dial(t)
		c.answer()
		return c
	}
	first, gone, last := open(), open(), open()
	first.begin("wait\n")
	if line := <-s.began; line != "wait" {
		t.Fatal(line)
	}
	gone.begin("gone\n")
	last.begin("last\n")
	if n := len(s.began); n != 0 {
		t.Fatalf("%q is evaluated beside another", <-s.began)
	}
	gone.conn.(*net.TCPConn).SetLinger(0)
	gone.conn.Close()
	for !strings.Contains(s.log.String(), "cut off") {
		runtime.Gosched()
	}
	first.send("\xff\xf4")
	first.waitFor("cancelled")
	last.waitFor("last\r\n")
	if line := <-s.began; line != "last" {
		t.Errorf("%s is evaluated, whose client is gone", line)
	}
}
