//go:build unix

package goroutine

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// inKernel reads a goroutine that is in the kernel. If known, its stack has to be whole; otherwise it
// is whole or says that it is not.
func inKernel(t *testing.T, r *Reader, known bool) {
	t.Helper()
	if !hasFrames {
		t.Skip("no frame pointers on " + runtime.GOARCH)
	}
	var pipe [2]int
	if err := syscall.Pipe(pipe[:]); err != nil {
		t.Fatal(err)
	}
	begun, ended := make(chan uint64), make(chan error)
	go func() {
		begun <- goid()
		_, err := syscall.Read(pipe[0], make([]byte, 1))
		ended <- err
	}()
	id := <-begun
	symbols := r.Symbols()
	for seen := false; !seen; pause() {
		if err := r.Each(Want{Stacks: true}, func(g *G) error {
			if g.ID != id || g.State != Syscall {
				return nil
			}
			seen = true
			var names []string
			for _, pc := range g.Stack {
				for _, f := range symbols.At(pc) {
					names = append(names, f.Function)
				}
			}
			stack := strings.Join(names, " ")
			right := strings.Contains(stack, "syscall.Read ") && strings.Contains(stack, "inKernel.func") && strings.HasSuffix(stack, "runtime.goexit")
			if known && (!g.Whole || !right) || g.Whole && !right {
				t.Errorf("whole %v: %s", g.Whole, stack)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := syscall.Write(pipe[1], []byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	syscall.Close(pipe[0])
	syscall.Close(pipe[1])
}

// TestInKernel: a goroutine that waits in the kernel has a stack.
func TestInKernel(t *testing.T) { inKernel(t, open(t), true) }
