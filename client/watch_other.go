//go:build !unix

package client

import "os"

// notifyScreen does nothing: each sample asks for the size of the terminal.
func notifyScreen(chan os.Signal) (stop func()) { return func() {} }

// resumes reports whether the process was stopped before s: no shell stops programs here.
func resumes(os.Signal) bool { return false }
