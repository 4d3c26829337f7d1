//go:build !unix

package transport

import "syscall"

// TryWrite writes nothing here: a goroutine has to.
func TryWrite(syscall.RawConn, []byte) (n int) { return 0 }
