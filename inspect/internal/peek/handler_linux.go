//go:build linux && (amd64 || arm64 || 386)

package peek

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// faultsReachGo reports whether the kernel calls the Go runtime for both signals that a load can
// raise.
func faultsReachGo() bool {
	return handledByGo(syscall.SIGSEGV) && handledByGo(syscall.SIGBUS)
}

// trampoline is the address of the runtime's handler, once known.
var trampoline atomic.Uintptr

func handledByGo(sig syscall.Signal) bool {
	// On these processors the kernel's struct sigaction begins with the handler and has up to 32
	// bytes (include/uapi/asm-generic/signal.h in the kernel's sources).
	var act [8]uintptr
	const sigsetBytes = 8
	_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(sig), 0, uintptr(unsafe.Pointer(&act)), sigsetBytes, 0, 0)
	if errno != 0 {
		return true // a sandbox does not tell
	}
	handler := act[0]
	if handler == trampoline.Load() && handler != 0 {
		return true
	}
	f := runtime.FuncForPC(handler)
	if f == nil || f.Entry() != handler {
		return false
	}
	switch f.Name() {
	case "runtime.sigtramp", "runtime.cgoSigtramp":
		trampoline.Store(handler)
		return true
	}
	return false
}
