//go:build !unix

package client

import "github.com/peterh/liner"

// shareTerminal does nothing: no shell stops programs here.
func shareTerminal(liner.ModeApplier) (stop func()) { return func() {} }
