//go:build !linux

package pace

// yieldThread does nothing: threads are left to the kernel.
func yieldThread() {}

// interruptions returns 0: the kernel does not tell.
func interruptions() int64 { return 0 }
