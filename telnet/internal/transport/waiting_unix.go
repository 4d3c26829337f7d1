//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package transport

import "syscall"

// Waiting reports whether something has come in that nobody has read. It never blocks, and leaves it
// to the next Read.
func (s *Socket) Waiting() (is bool) {
	s.raw.Control(func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		is = err == nil && n > 0
	})
	return is
}
