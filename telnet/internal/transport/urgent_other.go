//go:build !unix && !windows

package transport

// KeepUrgent does nothing: this system has no urgent data.
func KeepUrgent(any) {}
