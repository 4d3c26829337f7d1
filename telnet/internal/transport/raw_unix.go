//go:build unix

package transport

import "syscall"

// TryWrite writes what of p the socket takes at once, and returns how much that was. It never
// blocks, and leaves errors to the next Write.
func (s *Socket) TryWrite(p []byte) int {
	if s.write == nil {
		s.write = func(fd uintptr) (done bool) {
			s.n, _ = syscall.Write(int(fd), s.p)
			return true
		}
	}
	s.p, s.n = p, 0
	s.raw.Write(s.write)
	s.p = nil
	return max(s.n, 0)
}
