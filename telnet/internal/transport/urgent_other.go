//go:build !unix && !windows

package transport

// KeepUrgent does nothing: these systems have no urgent data.
func KeepUrgent(any) {}
