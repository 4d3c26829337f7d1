package transport

import (
	"net"
	"runtime/debug"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
)

// Listeners and connections may be types of the application. A panic in one of their methods
// becomes an error here and does not end the process, whichever goroutine called it.

// Rescue, called by defer, turns a panic into a *console.PanicError in err.
func Rescue(err *error) {
	if value := recover(); value != nil {
		*err = &console.PanicError{Value: value, Stack: debug.Stack()}
	}
}

// SafeListener returns a listener that turns the panics of l into errors. Its address is never nil.
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

// SafeConn returns a connection that turns the panics of nc into errors. Its addresses are never
// nil. It has the methods CloseWrite and NetConn.
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
