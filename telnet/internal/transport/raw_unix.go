//go:build unix

package transport

import "syscall"

// TryWrite writes what of p the socket takes at once, and returns how much that was. It never
// blocks, and leaves errors to the next Write.
func TryWrite(socket syscall.RawConn, p []byte) (n int) {
	socket.Write(func(fd uintptr) (done bool) {
		n, _ = syscall.Write(int(fd), p)
		return true
	})
	return max(n, 0)
}
