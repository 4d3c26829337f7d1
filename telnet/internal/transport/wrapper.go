package transport

import "net"

// maxWrappers bounds the layers that Unwrap removes, so that it ends for a wrapper around itself.
const maxWrappers = 32

// Unwrap calls visit with nc and each connection inside it, the outermost first. It sees through
// wrappers that have the method NetConn() net.Conn, as tls.Conn has, and stops at others.
func Unwrap(nc net.Conn, visit func(net.Conn)) {
	for range maxWrappers {
		visit(nc)
		w, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			return
		}
		if nc = w.NetConn(); nc == nil {
			return
		}
	}
}

// Innermost returns the innermost connection that Unwrap visits.
func Innermost(nc net.Conn) (in net.Conn) {
	Unwrap(nc, func(c net.Conn) { in = c })
	return in
}
