package transport

import (
	"bytes"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// readSize is the size of a read from the inner connection, in bytes.
const readSize = 2 << 10

// WithDeadlines returns a connection that keeps deadlines although nc does not, as the channel of
// an SSH server. After a Write that missed its deadline all further ones fail, as the one of nc may
// still be running. Close ends a pending Read even if that of nc goes on.
func WithDeadlines(nc net.Conn) net.Conn {
	c := &timedConn{Conn: nc, in: make(chan input), closed: make(chan struct{})}
	c.read.passed, c.write.passed = make(chan struct{}), make(chan struct{})
	c.close = sync.OnceValue(func() error {
		close(c.closed)
		c.read.set(time.Time{}) // stops its timer
		c.write.set(time.Time{})
		return nc.Close()
	})
	go c.receive()
	return c
}

// timedConn has a goroutine that reads from the inner connection, and one for each Write.
type timedConn struct {
	net.Conn
	in     chan input    // from receive to Read
	rest   input         // what Read has not returned yet
	read   deadline      // of Read
	write  deadline      // of Write
	late   atomic.Bool   // a Write has missed its deadline
	closed chan struct{} // closed by Close
	close  func() error  // only the first call does anything
}

// input is what a Read of the inner connection has returned.
type input struct {
	p   []byte
	err error
}

// receive reads until an error, or until Close.
func (c *timedConn) receive() {
	for {
		buf := make([]byte, readSize)
		n, err := c.Conn.Read(buf)
		select {
		case c.in <- input{buf[:n], err}:
		case <-c.closed:
			return
		}
		if err != nil {
			return
		}
	}
}

func (c *timedConn) Read(p []byte) (int, error) {
	if len(c.rest.p) == 0 && c.rest.err == nil {
		select {
		case <-c.closed:
			return 0, net.ErrClosed
		case <-c.read.over():
			return 0, os.ErrDeadlineExceeded
		case c.rest = <-c.in:
		}
	}
	n := copy(p, c.rest.p)
	if c.rest.p = c.rest.p[n:]; len(c.rest.p) > 0 {
		return n, nil
	}
	return n, c.rest.err
}

func (c *timedConn) Write(p []byte) (int, error) {
	type outcome struct {
		n   int
		err error
	}
	if c.late.Load() {
		return 0, os.ErrDeadlineExceeded
	}
	written := make(chan outcome, 1)
	p = bytes.Clone(p) // the caller may reuse it while the inner Write still runs
	go func() {
		n, err := c.Conn.Write(p)
		written <- outcome{n, err}
	}()
	select {
	case w := <-written:
		return w.n, w.err
	case <-c.closed:
		return 0, net.ErrClosed
	case <-c.write.over():
		c.late.Store(true)
		return 0, os.ErrDeadlineExceeded
	}
}

func (c *timedConn) Close() error      { return c.close() }
func (c *timedConn) CloseWrite() error { return CloseWrite(c.Conn) }
func (c *timedConn) NetConn() net.Conn { return c.Conn }

func (c *timedConn) SetReadDeadline(t time.Time) error  { c.read.set(t); return nil }
func (c *timedConn) SetWriteDeadline(t time.Time) error { c.write.set(t); return nil }

func (c *timedConn) SetDeadline(t time.Time) error {
	c.read.set(t)
	c.write.set(t)
	return nil
}

// deadline closes a channel when it passes. It is safe for concurrent use.
type deadline struct {
	mu     sync.Mutex
	timer  *time.Timer   // nil if no deadline lies ahead
	passed chan struct{} // closed when the deadline has passed; never nil
}

// set makes t the deadline. The zero Time is none.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.passed // the timer has fired and is about to close it
	}
	d.timer = nil
	select {
	case <-d.passed:
		d.passed = make(chan struct{})
	default:
	}
	passed := d.passed
	switch left := time.Until(t); {
	case t.IsZero():
	case left > 0:
		d.timer = time.AfterFunc(left, func() { close(passed) })
	default:
		close(passed)
	}
}

// over returns the channel that is closed when the present deadline has passed.
func (d *deadline) over() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passed
}
