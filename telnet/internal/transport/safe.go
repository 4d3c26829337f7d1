package transport

import (
	"net"
	"runtime/debug"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
)

// The listener, its connections and the log's handler may be the application's own. A panic in one
// of their methods becomes an error here and never ends the process, whichever goroutine called it.

// Rescue, deferred, turns a panic into an error.
func Rescue(err *error) {
	if value := recover(); value != nil {
		*err = &console.PanicError{Value: value, Stack: debug.Stack()}
	}
}

// SafeListener turns the panics of a listener into errors.
func SafeListener(l net.Listener) net.Listener { return &safeListener{l} }

type safeListener struct{ net.Listener }

func (l *safeListener) Accept() (nc net.Conn, err error) {
	defer Rescue(&err)
	return l.Listener.Accept()
}

func (l *safeListener) Close() (err error) {
	defer Rescue(&err)
	return l.Listener.Close()
}

func (l *safeListener) Addr() net.Addr { return AddrOf(l.Listener.Addr) }

// SafeConn turns the panics of a connection into errors.
func SafeConn(nc net.Conn) net.Conn { return &safeConn{nc} }

type safeConn struct{ net.Conn }

func (c *safeConn) Read(p []byte) (n int, err error) {
	defer Rescue(&err)
	return c.Conn.Read(p)
}

func (c *safeConn) Write(p []byte) (n int, err error) {
	defer Rescue(&err)
	return c.Conn.Write(p)
}

func (c *safeConn) Close() (err error) {
	defer Rescue(&err)
	return c.Conn.Close()
}

func (c *safeConn) CloseWrite() (err error) {
	defer Rescue(&err)
	return CloseWrite(c.Conn)
}

func (c *safeConn) SetDeadline(t time.Time) (err error) {
	defer Rescue(&err)
	return c.Conn.SetDeadline(t)
}

func (c *safeConn) SetReadDeadline(t time.Time) (err error) {
	defer Rescue(&err)
	return c.Conn.SetReadDeadline(t)
}

func (c *safeConn) SetWriteDeadline(t time.Time) (err error) {
	defer Rescue(&err)
	return c.Conn.SetWriteDeadline(t)
}

func (c *safeConn) LocalAddr() net.Addr  { return AddrOf(c.Conn.LocalAddr) }
func (c *safeConn) RemoteAddr() net.Addr { return AddrOf(c.Conn.RemoteAddr) }
func (c *safeConn) NetConn() net.Conn    { return c.Conn }
