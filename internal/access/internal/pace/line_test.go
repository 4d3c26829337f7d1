package pace

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// pipes skips a test where pipes do not go through the poller.
func pipes(t *testing.T) {
	l := newLine()
	if l == nil {
		t.Skip("no pipe goes through the poller here")
	}
	l.close()
}

// While the only processor is busy, nobody but who waits in a line finds that a descriptor is ready.
func TestQueueAsksTheNetwork(t *testing.T) {
	pipes(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var got atomic.Int64
	var reading sync.WaitGroup
	reading.Go(func() {
		defer out.Close()
		for b := make([]byte, 1); ; got.Add(1) {
			if _, err := out.Read(b); err != nil {
				return
			}
		}
	})
	defer reading.Wait()
	// The runtime's monitor may find it first, but not each time.
	late := 0
	const tries = 100
	for n := range int64(tries) {
		for range 3 {
			machine{}.queue() // now the reader waits
		}
		if _, err := in.Write([]byte{0}); err != nil {
			t.Fatal(err)
		}
		machine{}.queue()
		runtime.Gosched()
		if got.Load() <= n {
			late++
		}
		for got.Load() <= n {
			runtime.Gosched()
		}
	}
	if late > tries/2 {
		t.Errorf("%d of %d times a descriptor that was ready was not found", late, tries)
	}
	in.Close()
}

// Lines are opened when they are needed, and few are kept.
func TestLinesArePooled(t *testing.T) {
	pipes(t)
	var p pool
	defer func() {
		for _, l := range p.free {
			l.close()
		}
	}()
	before := descriptors()
	var waiting sync.WaitGroup
	for range 4 * maxLines {
		waiting.Go(func() {
			for range 100 {
				p.wait()
			}
		})
	}
	waiting.Wait()
	var taken []*line
	for range 4 * maxLines {
		taken = append(taken, p.take())
	}
	for _, l := range taken {
		p.put(l)
	}
	if n := len(p.free); n != maxLines {
		t.Errorf("%d lines are kept, want %d", n, maxLines)
	}
	if n := descriptors() - before; n > 2*maxLines {
		t.Errorf("%d descriptors are kept", n)
	}
}

// descriptors is how many this process has, 0 if the system does not tell.
func descriptors() int {
	fds, _ := filepath.Glob("/proc/self/fd/*")
	return len(fds)
}

// A process without descriptors, a system without such pipes, and a pipe that is gone: others are let
// run all the same.
func TestNoLine(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for name, open := range map[string]func() *line{
		"none": func() *line { return nil },
		"gone": func() *line {
			l := newLine()
			if l != nil {
				l.in.Close()
			}
			return l
		},
		"gone at both ends": func() *line {
			l := newLine()
			if l != nil {
				l.close()
			}
			return l
		},
	} {
		p := pool{open: open}
		var ran atomic.Bool
		go ran.Store(true)
		for n := 0; n < 100 && !ran.Load(); n++ {
			p.wait()
		}
		if !ran.Load() || len(p.free) > 0 || p.slept.IsZero() {
			t.Errorf("%s: another goroutine ran: %v; %d lines are kept; it slept last at %v", name, ran.Load(), len(p.free), p.slept)
		}
	}
}
