//go:build !unix

package transport

// TryWrite writes nothing here: a goroutine has to.
func (*Socket) TryWrite([]byte) int { return 0 }
