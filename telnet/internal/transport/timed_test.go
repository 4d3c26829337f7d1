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
	net.Conn
	in  *io.PipeReader
	out *io.PipeWriter
}

func (c *channel) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c *channel) Write(p []byte) (int, error) { return c.out.Write(p) }
func (c *channel) Close() error                { return errors.Join(c.in.Close(), c.out.Close()) }

// The deadlines of WithDeadlines behave like those of a net.Conn: they pass, can be undone, and
// hold for a Read that already waits.
func TestWithDeadlines(t *testing.T) {
	t.Parallel()
	in, there := io.Pipe()
	_, out := io.Pipe() // nobody reads
	nc := WithDeadlines(&channel{in: in, out: out})
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
	nc.SetWriteDeadline(time.Now().Add(time.Millisecond))
	for range 2 {
		if _, err := nc.Write(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a write that nobody reads: %v", err)
		}
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
