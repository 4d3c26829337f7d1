//go:build !unix && !windows

package telnet

// keepUrgent does nothing: these systems have no urgent data.
func keepUrgent(any) {}
