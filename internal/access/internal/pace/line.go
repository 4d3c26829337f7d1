package pace

import (
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// lines are those of this process.
var lines pool

// maxLines is the most lines that are kept: as many evaluations stand in one at a time.
const maxLines = 8

// sleepEvery is how often a pool without a line sleeps instead. A sleep on an idle processor takes a
// millisecond.
const sleepEvery = time.Millisecond

// pool has lines that nobody stands in. It opens one when somebody needs it, so that a process that
// nobody looks at has none.
type pool struct {
	mu    sync.Mutex
	free  []*line
	slept time.Time    // when the last sleep ended
	open  func() *line // newLine if nil
}

// wait waits at the end of a line. Where there is none, it runs the goroutines that wait for this
// processor, and sleeps now and then so that somebody asks for the network.
func (p *pool) wait() {
	l := p.take()
	switch {
	case l != nil && l.wait() == nil:
		p.put(l)
		return
	case l != nil:
		l.close()
	}
	runtime.Gosched()
	if p.sleeps() {
		time.Sleep(minNap)
		p.mu.Lock()
		p.slept = time.Now()
		p.mu.Unlock()
	}
}

// sleep waits for d by the timer of a line, and reports whether it could.
func (p *pool) sleep(d time.Duration) (ok bool) {
	l := p.take()
	if l == nil {
		return false
	}
	if l.timer == nil {
		l.timer = newTimer()
	}
	if l.timer != nil && l.timer.wait(d) != nil {
		l.close()
		return false
	}
	ok = l.timer != nil
	p.put(l)
	return ok
}

// sleeps reports whether it is time to sleep.
func (p *pool) sleeps() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.slept) >= sleepEvery
}

// take returns a line, or nil: systems have none whose pipes do not go through the runtime's poller,
// nor has a process without descriptors left.
func (p *pool) take() *line {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		l := p.free[n-1]
		p.free = p.free[:n-1]
		return l
	}
	if p.open != nil {
		return p.open()
	}
	return newLine()
}

func (p *pool) put(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) < maxLines {
		p.free = append(p.free, l)
		return
	}
	l.close()
}

// line is a pipe to ourselves. Who writes a byte to it and waits for that byte waits as for the
// network: the processor first runs the goroutines that wait for it, and then asks the kernel which
// descriptors are ready, ours and all others. That takes 1.4 µs if nobody else is there.
// runtime.Gosched asks nobody for descriptors, which nobody does while all processors are busy, until
// the runtime's monitor does after 10 ms; and a sleep takes a millisecond on an idle processor.
type line struct {
	in, out *os.File
	raw     syscall.RawConn
	sent    bool
	failed  error
	try     func(uintptr) bool // l.send
	timer   *timer             // nil until somebody sleeps
}

// newLine returns nil if there can be no line.
func newLine() *line {
	out, in, err := os.Pipe()
	if err != nil {
		return nil
	}
	l := &line{in: in, out: out}
	l.try = l.send
	// What can have no deadline does not go through the poller.
	if err = out.SetReadDeadline(time.Time{}); err == nil {
		l.raw, err = out.SyscallConn()
	}
	if err != nil {
		l.close()
		return nil
	}
	return l
}

// wait sends a byte and waits until the poller says that it has come.
func (l *line) wait() error {
	l.sent, l.failed = false, nil
	if err := l.raw.Read(l.try); err != nil {
		return err
	}
	if l.failed != nil {
		return l.failed
	}
	var b [1]byte
	_, err := l.out.Read(b[:])
	return err
}

// send is called by the poller's side of wait, which waits after false, and calls again.
func (l *line) send(uintptr) (done bool) {
	if l.sent {
		return true
	}
	l.sent = true
	_, l.failed = l.in.Write([]byte{0})
	return l.failed != nil
}

func (l *line) close() {
	l.in.Close()
	l.out.Close()
	if l.timer != nil {
		l.timer.close()
	}
}
