package telnet

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
)

// The listener, its connections and the log's handler may be the application's own. A panic in one
// of their methods becomes an error here and never ends the process, whichever goroutine called it.

// rescue, deferred, turns a panic into an error.
func rescue(err *error) {
	if value := recover(); value != nil {
		*err = &console.PanicError{Value: value, Stack: debug.Stack()}
	}
}

// safeListener turns the panics of a listener into errors.
type safeListener struct{ net.Listener }

func (l *safeListener) Accept() (nc net.Conn, err error) {
	defer rescue(&err)
	return l.Listener.Accept()
}

func (l *safeListener) Close() (err error) {
	defer rescue(&err)
	return l.Listener.Close()
}

func (l *safeListener) Addr() net.Addr { return addrOf(l.Listener.Addr) }

// safeConn turns the panics of a connection into errors.
type safeConn struct{ net.Conn }

func (c *safeConn) Read(p []byte) (n int, err error) {
	defer rescue(&err)
	return c.Conn.Read(p)
}

func (c *safeConn) Write(p []byte) (n int, err error) {
	defer rescue(&err)
	return c.Conn.Write(p)
}

func (c *safeConn) Close() (err error) {
	defer rescue(&err)
	return c.Conn.Close()
}

func (c *safeConn) CloseWrite() (err error) {
	defer rescue(&err)
	return closeWrite(c.Conn)
}

func (c *safeConn) SetDeadline(t time.Time) (err error) {
	defer rescue(&err)
	return c.Conn.SetDeadline(t)
}

func (c *safeConn) SetReadDeadline(t time.Time) (err error) {
	defer rescue(&err)
	return c.Conn.SetReadDeadline(t)
}

func (c *safeConn) SetWriteDeadline(t time.Time) (err error) {
	defer rescue(&err)
	return c.Conn.SetWriteDeadline(t)
}

func (c *safeConn) LocalAddr() net.Addr  { return addrOf(c.Conn.LocalAddr) }
func (c *safeConn) RemoteAddr() net.Addr { return addrOf(c.Conn.RemoteAddr) }
func (c *safeConn) NetConn() net.Conn    { return c.Conn }

// timedConn adds deadlines to a connection that does not keep them, such as that of an SSH channel.
// After a Write that missed its deadline all further ones fail, as the inner one may still be
// running. Close ends a pending Read, whether or not it ends the inner one.
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
func (c *timedConn) CloseWrite() error { return closeWrite(c.Conn) }
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

// safeHandler turns the panics of a log's handler into errors, which slog ignores.
type safeHandler struct{ slog.Handler }

func (h safeHandler) Enabled(ctx context.Context, l slog.Level) (is bool) {
	var err error
	defer func() { is = is || err != nil }() // Handle may still succeed
	defer rescue(&err)
	return h.Handler.Enabled(ctx, l)
}

func (h safeHandler) Handle(ctx context.Context, r slog.Record) (err error) {
	defer rescue(&err)
	return h.Handler.Handle(ctx, r)
}

func (h safeHandler) WithAttrs(attrs []slog.Attr) (with slog.Handler) {
	with = h // a record without its attributes is better than none
	var err error
	defer rescue(&err)
	return safeHandler{h.Handler.WithAttrs(attrs)}
}

func (h safeHandler) WithGroup(name string) (with slog.Handler) {
	with = h
	var err error
	defer rescue(&err)
	return safeHandler{h.Handler.WithGroup(name)}
}

// logPanic records a panic that ended a connection.
func logPanic(log *slog.Logger, p *console.PanicError) {
	log.Error("a session panicked and was ended", "panic", plain(fmt.Sprint(p.Value)), "stack", string(p.Stack))
}
