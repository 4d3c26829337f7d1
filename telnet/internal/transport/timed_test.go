package transport

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// channel is a connection without deadlines, like the channel of an SSH server.
type channel struct {
	io.Reader
	net.Conn
}

func (c *channel) Read(p []byte) (int, error) { return c.Reader.Read(p) }
func (c *channel) Write([]byte) (int, error)  { return 0, errors.New("nobody reads") }
func (c *channel) Close() error               { return c.Reader.(io.Closer).Close() }

// The deadlines of WithDeadlines behave like those of a net.Conn: they pass, can be undone, and
// hold for a Read that already waits.
func TestTimedConn(t *testing.T) {
	t.Parallel()
	in, there := io.Pipe()
	nc := WithDeadlines(&channel{Reader: in})
	defer nc.Close()
	buf := make([]byte, 3)
	nc.SetReadDeadline(time.Unix(1, 0))
	if _, err := nc.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after the deadline: %v", err)
	}
	nc.SetDeadline(time.Now().Add(time.Millisecond))
	if _, err := nc.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("at the deadline: %v", err)
	}
	nc.SetReadDeadline(time.Time{})
	go there.Write([]byte("abcdef"))
	for _, want := range []string{"abc", "def"} {
		if n, err := nc.Read(buf); string(buf[:n]) != want || err != nil {
			t.Errorf("without one: %q, %v", buf[:n], err)
		}
	}
	read := make(chan error, 1)
	go func() {
		_, err := nc.Read(buf)
		read <- err
	}()
	nc.SetReadDeadline(time.Now().Add(time.Hour))
	nc.SetReadDeadline(time.Now())
	if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("one that waits: %v", err)
	}
	nc.SetReadDeadline(time.Time{})
	go func() {
		_, err := nc.Read(buf)
		read <- err
	}()
	nc.Close()
	if err := <-read; !errors.Is(err, net.ErrClosed) && !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("one that is closed: %v", err)
	}
	if _, err := nc.Write(buf); err == nil {
		t.Error("it can be written to after its end")
	}
}
