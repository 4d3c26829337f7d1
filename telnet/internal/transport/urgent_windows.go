package transport

import "syscall"

// KeepUrgent keeps TCP's urgent byte in the stream of a socket, if that is one of the system:
// telnet clients send the IAC of IAC DM as urgent. Connections inherit the setting from their
// listener.
func KeepUrgent(socket any) {
	const oobInline = 0x100 // SO_OOBINLINE of winsock2.h
	c, ok := socket.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := c.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) {
			syscall.SetsockoptInt(syscall.Handle(fd), syscall.SOL_SOCKET, oobInline, 1)
		})
	}
}
