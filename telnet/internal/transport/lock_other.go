//go:build unix && !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package transport

import "os"

// lock does nothing: these systems cannot lock a folder.
func lock(*os.File) error { return nil }
