//go:build unix

package transport

import "syscall"

// KeepUrgent keeps TCP's urgent byte in the stream of a socket, if that is one of the system. By
// default the system takes the byte out: telnet clients send the IAC of IAC DM as urgent, and the
// DM would end up in the next line. Connections inherit the setting from their listener.
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
