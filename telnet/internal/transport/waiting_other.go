//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package transport

// Waiting reports false here: it cannot be known.
func (*Socket) Waiting() bool { return false }
