//go:build unix

package transport

import "syscall"

// KeepUrgent makes the urgent byte of TCP part of the stream. Otherwise the system takes it out:
// clients send the IAC of IAC DM as urgent, and the DM would be left in the next line. Accepted
// connections inherit it from their listener.
func KeepUrgent(socket any) {
	c, ok := socket.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := c.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) {
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_OOBINLINE, 1)
		})
	}
}
