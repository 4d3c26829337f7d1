//go:build unix && !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package transport

import "os"

// lock does nothing: these systems have no lock that is a folder's.
func lock(*os.File) error { return nil }
