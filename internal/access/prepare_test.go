package access

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// countingLock counts the allocations while it is held.
type countingLock struct{ before, during uint64 }

func (l *countingLock) Lock() { panic("queued for") }
func (l *countingLock) TryLock() bool {
	l.before = mallocs()
	return true
}
func (l *countingLock) Unlock() { l.during += mallocs() - l.before }

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// The first reads of a process run no self-test under the guard: those allocate thousands of
// objects.
func TestSelfTestsRunUnderNoGuard(t *testing.T) {
	const mark = "SIGHTGLASS_FIRST_LOOK"
	if os.Getenv(mark) == "" {
		c := exec.Command(os.Args[0], "-test.v", "-test.run", "^"+t.Name()+"$")
		c.Env = append(os.Environ(), mark+"=1")
		if out, err := c.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("PASS: "+t.Name()+" ")) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	lock := new(countingLock)
	object := &struct {
		m map[string]any
		c chan int
	}{map[string]any{"a": 1}, make(chan int, 1)}
	r := New()
	r.Expose("c", object, Guard(lock))
	v := get(t, r.Visit(context.Background(), nil), "c")
	before := mallocs()
	if x, _, err := must(t, v, ".m", "a").Plain(); x != 1 || err != nil {
		t.Error(x, err)
	}
	if _, err := must(t, v, ".m").Len(); err != nil {
		t.Error(err)
	}
	if _, err := must(t, v, ".c").Describe(); err != nil {
		t.Error(err)
	}
	if all := mallocs() - before; lock.during == 0 || lock.during > 500 || all > 1000 {
		t.Errorf("%d objects were made under the guard, %d in all", lock.during, all)
	}
}
