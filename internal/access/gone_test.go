//go:build unix

package access

import (
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// offHeap is an object in memory that Go does not manage, such as that of a C library or a mapped
// file.
type offHeap struct {
	mu   sync.Mutex
	hits int
	when time.Time
	text string
	next *offHeap
}

// newOffHeap returns one, and a function that changes the protection of its memory.
func newOffHeap(t *testing.T) (x *offHeap, protect func(prot int)) {
	t.Helper()
	mapped, err := syscall.Mmap(-1, 0, 1<<16, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(mapped) })
	return (*offHeap)(unsafe.Pointer(unsafe.SliceData(mapped))), func(prot int) {
		if err := syscall.Mprotect(mapped, prot); err != nil {
			t.Error(err)
		}
	}
}

// TestLockThatIsGone reads under a lock whose memory is gone, or cannot be written: that is an
// error, as is everything else there.
func TestLockThatIsGone(t *testing.T) {
	if attack.RaceDetector {
		t.Skip("the race detector writes to locks by code in C, where Go cannot catch a fault")
	}
	x, protect := newOffHeap(t)
	x.hits = 7
	holder := &struct{ x *offHeap }{x}
	for name, opts := range map[string][]Option{"found": nil, "declared": {Guard(&x.mu)}, "by name": {GuardBy("mu")}} {
		for _, object := range []any{x, holder} {
			if name == "found" && object == any(holder) {
				continue // it is not taken there
			}
			protect(syscall.PROT_READ | syscall.PROT_WRITE)
			l, c := lookAt(t, object, opts...)
			if object == any(holder) {
				c = must(t, c, ".x")
			}
			c, err := c.Target()
			if err != nil {
				t.Fatal(err)
			}
			protect(syscall.PROT_NONE)
			var refused *GuardError
			if _, err := must(t, c, ".when").Scalar(); !errors.As(err, &refused) || !strings.Contains(err.Error(), "cannot be accessed") {
				t.Errorf("%s: of a time, %v", name, err)
			}
			if _, err := must(t, c, ".hits").Scalar(); err == nil || !strings.Contains(err.Error(), "cannot be read") {
				t.Errorf("%s: of a number, %v", name, err)
			}
			protect(syscall.PROT_READ)
			if _, err := must(t, c, ".when").Scalar(); !errors.As(err, &refused) {
				t.Errorf("%s: of a time that can be read, %v", name, err)
			}
			if hits, err := must(t, c, ".hits").Scalar(); hits != 7 || err != nil {
				t.Errorf("%s: %v, %v", name, hits, err)
			}
			// It goes while we hold it.
			protect(syscall.PROT_READ | syscall.PROT_WRITE)
			if err := c.consistent(func(func(*View) bool) { protect(syscall.PROT_NONE) }); !errors.As(err, &refused) {
				t.Errorf("%s: given back, %v", name, err)
			}
			if l.Holding() {
				t.Errorf("%s: it is held", name)
			}
			protect(syscall.PROT_READ | syscall.PROT_WRITE)
			if x.mu.TryLock() {
				t.Errorf("%s: it was not taken", name)
			}
			x.mu.Unlock()
		}
	}
}

// TestTimeOffHeap reads times with a location that is none: it is not followed when the time is
// written.
func TestTimeOffHeap(t *testing.T) {
	x, _ := newOffHeap(t)
	gone, protect := newOffHeap(t)
	protect(syscall.PROT_NONE)
	(*struct {
		wall uint64
		ext  int64
		loc  uintptr
	})(unsafe.Pointer(&x.when)).loc = uintptr(unsafe.Pointer(gone))
	for _, opts := range [][]Option{nil, {Guard(&x.mu)}, {Frozen()}} {
		_, c := lookAt(t, x, opts...)
		for range 2 {
			got, err := must(t, c, ".when").Scalar()
			if when, ok := got.(time.Time); err != nil || !ok || when.String() == "" {
				t.Errorf("%v, %v", got, err)
			}
			if text := c.Snap(render.Limit{}).Line(0); !strings.Contains(text, "hits") {
				t.Error(text)
			}
		}
	}
}
