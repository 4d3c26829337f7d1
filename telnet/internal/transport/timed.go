package transport

import (
	"bytes"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// readSize is the size of a read from a connection without deadlines.
const readSize = 2 << 10

// WithDeadlines adds deadlines to a connection that does not keep them, such as that of an SSH channel.
// After a Write that missed its deadline all further ones fail, as the inner one may still be
// running. Close ends a pending Read, whether or not it ends the inner one.
func WithDeadlines(nc net.Conn) net.Conn { return newTimedConn(nc) }

type timedConn struct {
	net.Conn
	in     chan input
	rest   input // of what was received from in; used by Read
	read   deadline
	write  deadline
	late   atomic.Bool // a Write took too long
	closed chan struct{}
	close  func() error // once
}

type input struct {
	p   []byte
	err error
}

func newTimedConn(nc net.Conn) *timedConn {
	c := &timedConn{Conn: nc, in: make(chan input), closed: make(chan struct{})}
	c.read.passed, c.write.passed = make(chan struct{}), make(chan struct{})
	c.close = sync.OnceValue(func() error {
		close(c.closed)
		c.read.set(time.Time{}) // their timers
		c.write.set(time.Time{})
		return nc.Close()
	})
	go c.receive()
	return c
}

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
	p = bytes.Clone(p) // the caller has it back when this returns, and the one inside may not be done
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

// deadline closes a channel at a set time.
type deadline struct {
	mu     sync.Mutex
	timer  *time.Timer
	passed chan struct{} // closed after the deadline
}

// set makes t the deadline; the zero Time is none.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.passed // the timer is about to close it
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

func (d *deadline) over() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passed
}
