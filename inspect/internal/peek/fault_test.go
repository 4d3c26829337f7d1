package peek

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"testing"
	"unsafe"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// TestWildAddresses loads from addresses that no value has.
func TestWildAddresses(t *testing.T) {
	wild := []uintptr{0, 1, 8, firstPage - 8, firstPage, firstPage + 1, ^uintptr(0), ^uintptr(7), ^uintptr(0) >> 1,
		1 << 20, ^uintptr(0) - 1<<20, 0x5555_5555, ^uintptr(0)/3*2 - 6}
	for bit := range wordSize * 8 {
		wild = append(wild, 1<<bit, 1<<bit-8)
	}
	for _, a := range wild {
		// Usually nothing is mapped at such an address. If something is, it must be readable
		// without harm.
		r := here.At(a)
		r.Byte()
		r.Uintptr()
		r.Words(make([]uintptr, 3))
		r.Copy(make([]byte, 100))
		r.Settled(make([]byte, 100))
		for _, size := range []uintptr{1, 2, 4, 8} {
			r.Uint(size)
			if size <= wordSize {
				r.Chase([]uintptr{0}, size, false)
				r.Chase([]uintptr{8, 0}, size, false)
			}
		}
		r.ChaseText(nil, []uintptr{0}, 100, false)
		Of(reflect.ValueOf(&a)).ChaseText(nil, []uintptr{0, 0}, 100, false)
		r.Interface(reflect.TypeFor[any](), false)
		r.Interface(reflect.TypeFor[error](), false)
		Chan(r)
		Used(r)
	}
	var fault *Fault
	// The bits of 1.0, as of many floats, lead to address 0 on arm64.
	one := uintptr(math.Float64bits(1) >> (64 - 8*wordSize))
	for _, a := range []uintptr{0, 8, firstPage - 8, ^uintptr(0), ^uintptr(7), one} {
		if _, err := here.At(a).Uintptr(); !errors.As(err, &fault) {
			t.Errorf("%#x: %v, want a fault", a, err)
		}
		if _, ok := Of(reflect.ValueOf(&a)).Chase([]uintptr{0, 0}, wordSize, false); ok {
			t.Errorf("%#x is followed", a)
		}
	}
	x := uint64(1)
	if _, _, err := here.At(uintptr(unsafe.Pointer(&x)) + 1).Uint(4); !errors.As(err, &fault) {
		t.Errorf("a misaligned load: %v, want a fault", err)
	}
}

// TestOwnMistakes: only faults are caught. A mistake that ends in a fault cannot be told from one.
func TestOwnMistakes(t *testing.T) {
	for _, mistake := range []func(){
		func() { panic("mine") },
		func() { panic(errors.ErrUnsupported) },
		func() { _ = any(1).(string) },
		func() { var s []int; _ = s[len(s)] },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a panic was swallowed")
				}
			}()
			_ = try(mistake)
		}()
	}
}

func TestCopyAtEveryOffset(t *testing.T) {
	src := make([]byte, 64)
	for i := range src {
		src[i] = byte(i + 1)
	}
	for off := range 17 {
		for n := range 40 {
			dst := make([]byte, n+2)
			r := Of(reflect.ValueOf(&src[off]))
			if err := r.Copy(dst[1 : n+1]); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(dst[1:n+1], src[off:off+n]) || dst[0] != 0 || dst[n+1] != 0 {
				t.Fatalf("%d bytes from %d: %v", n, off, dst)
			}
			clear(dst)
			if still, err := r.Settled(dst[1 : n+1]); !still || err != nil || !bytes.Equal(dst[1:n+1], src[off:off+n]) {
				t.Fatalf("%d settled bytes from %d: %v, %v", n, off, dst, err)
			}
		}
	}
}

func BenchmarkWord(b *testing.B) {
	x := uintptr(1)
	r := Of(reflect.ValueOf(&x))
	for b.Loop() {
		r.Uintptr()
	}
}
