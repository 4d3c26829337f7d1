//go:build !unix

package client

import "os"

// notifyScreen does nothing: each sample asks for the size of the terminal.
func notifyScreen(chan os.Signal) (stop func()) { return func() {} }
