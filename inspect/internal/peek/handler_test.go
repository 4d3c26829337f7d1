//go:build linux && (amd64 || arm64 || 386)

package peek

import (
	"errors"
	"os"
	"os/exec"
	"reflect"
	"syscall"
	"testing"
	"unsafe"
)

// TestHandlerReplaced takes the handlers of the signals that a load can raise from the runtime, in
// a process of its own. After that nothing is read from an address where nothing may be mapped.
func TestHandlerReplaced(t *testing.T) {
	const mine = "SIGHTGLASS_HANDLER"
	if os.Getenv(mine) == "" {
		c := exec.Command(os.Args[0], "-test.run=^TestHandlerReplaced$", "-test.v")
		c.Env = append(os.Environ(), mine+"=1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	sigaction := func(sig syscall.Signal, act, old *[8]uintptr) {
		_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(act)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
		if errno != 0 {
			t.Fatal(errno)
		}
	}
	x := &struct {
		i any
		s []int
		m map[int]int
		e error
	}{7, []int{1}, map[int]int{1: 2}, errors.ErrUnsupported}
	// As in a process whose handler was replaced before the first look.
	for _, sig := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS} {
		var old, dead [8]uintptr
		sigaction(sig, nil, &old)
		sigaction(sig, &dead, nil)
		if err := Watch(); err != ErrUncaught {
			t.Errorf("%v: %v", sig, err)
		}
		here.Prepare()
		var bytes [8]byte
		var words [2]uintptr
		for _, a := range []uintptr{1 << 20, uintptr(unsafe.Pointer(x))} {
			r := here.At(a)
			_, err1 := r.Byte()
			_, _, err2 := r.Uint(8)
			_, err3 := r.Uintptr()
			_, err4 := r.Words(words[:])
			_, err5 := r.Settled(bytes[:])
			_, err6 := r.Ptr(false)
			_, err7 := Used(r)
			_, _, err8 := Chan(r)
			for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, r.Copy(bytes[:])} {
				if err != ErrUncaught {
					t.Errorf("%v: read %d at %#x: %v", sig, i, a, err)
				}
			}
			if _, ok := r.Chase([]uintptr{0, 0}, 1, false); ok {
				t.Errorf("%v: %#x is followed", sig, a)
			}
			if _, err := r.Interface(reflect.TypeFor[any](), false); err == nil {
				t.Errorf("%v: an interface at %#x is read", sig, a)
			}
		}
		// What is held can be read, and what its words lead to.
		held := Of(reflect.ValueOf(x))
		var lanes Lanes
		var bad Bits
		for _, solid := range []bool{false, true} {
			lanes.Reset(held, 1, wordSize, solid)
			if ok := lanes.Words(make([]uint64, 1), []uintptr{0}, 1, Unsigned, nil, &bad); ok != solid {
				t.Errorf("%v: lanes are read: %v, and solid: %v", sig, ok, solid)
			}
			if lanes.Texts(new(Texts), make([]uint16, 1), []uintptr{0}, 1, nil, &bad) {
				t.Errorf("%v: texts at bare addresses are read", sig)
			}
		}
		if d, err := held.Interface(reflect.TypeFor[any](), true); err != nil || d.Type != reflect.TypeFor[int]() {
			t.Errorf("%v: %+v, %v", sig, d, err)
		}
		if d, err := held.Add(unsafe.Offsetof(x.e)).Interface(reflect.TypeFor[error](), true); err != nil || d.Type != reflect.TypeOf(x.e) {
			t.Errorf("%v: %+v, %v", sig, d, err)
		}
		if p, still, err := held.Add(unsafe.Offsetof(x.s)).WordsPtr(make([]uintptr, 3), 0); err != nil || !still || !p.Held() {
			t.Errorf("%v: %v, %v", sig, still, err)
		}
		head, err := held.Add(unsafe.Offsetof(x.m)).Ptr(true)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := here.Maps(reflect.TypeOf(x.m)); sig == syscall.SIGSEGV {
			// The handler was replaced before the self-tests could run.
			if err != ErrUncaught {
				t.Errorf("%v: maps are known: %v", sig, err)
			}
		} else if err != nil {
			t.Errorf("%v: %v", sig, err)
		} else {
			w := m.Walk(head)
			if w.Trust(true); w.Load(0, wholeTable) != nil {
				t.Errorf("%v: the map cannot be walked", sig)
			}
			if w = m.Walk(head); w.Load(0, wholeTable) != ErrUncaught {
				t.Errorf("%v: the map is walked without trust", sig)
			}
		}
		sigaction(sig, &old, nil)
		if err := Watch(); err != nil {
			t.Errorf("%v: %v after it was given back", sig, err)
		}
		var fault *Fault
		if _, err := here.At(1 << 20).Uintptr(); !errors.As(err, &fault) {
			t.Errorf("%v: %v, want a fault", sig, err)
		}
		here.Prepare()
		if _, err := here.At(uintptr(unsafe.Pointer(x))).Interface(reflect.TypeFor[any](), false); err != nil {
			t.Errorf("%v: %v", sig, err)
		}
	}
}

func BenchmarkWatch(b *testing.B) {
	for b.Loop() {
		if err := Watch(); err != nil {
			b.Fatal(err)
		}
	}
}
