package telnet

import (
	"net"
	"syscall"
	"testing"

	"github.com/sightglass-go/sightglass/telnet/internal/protocol"
)

// The IAC of IAC DM, which clients send as urgent data for a synch (RFC 854), must stay in the
// stream.
func TestUrgentData(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.answer()
	c.send("ab")
	raw, err := c.conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var sent error
	raw.Control(func(fd uintptr) { sent = syscall.Sendto(int(fd), []byte{protocol.IAC}, syscall.MSG_OOB, nil) })
	if sent != nil {
		t.Fatal(sent)
	}
	c.send("\xf2cd\n")
	if got := c.answer(); got != "abcd\r\n" {
		t.Errorf("the line was read as %q", got)
	}
}
