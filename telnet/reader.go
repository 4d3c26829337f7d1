package telnet

import (
	"runtime/debug"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
)

// relieveAfter is how often a lookout looks. An evaluation that it sees twice has another goroutine
// read meanwhile. It is so short that nobody notices that Ctrl-C comes later, and much longer than
// a short answer takes.
const relieveAfter = time.Millisecond

// reader is the goroutine that reads a connection. It evaluates the lines that it has read, since
// handing each to another goroutine and back would cost more than most answers. While an evaluation
// lasts, or waits for anything, another reader takes the connection over, so that Ctrl-C, a hangup
// and the lines that follow are noticed. Then this one ends with the evaluation.
type reader struct {
	conn *conn

	// The lookout's:
	begun      int  // its tick when the evaluation began
	relieved   bool // another reads
	prev, next *reader
}

// serve calls open and then reads until the session is over, and ends the connection, unless another
// reader does so.
func (r *reader) serve(open func() error) {
	c, panicked := r.conn, true // or Goexit was called
	var err error
	defer func() {
		if panicked {
			err = &console.PanicError{Value: recover(), Stack: debug.Stack()}
			c.terminal.Hangup(err)
			c.terminal.Run() // what was begun, with the context that has ended
			<-c.terminal.Done()
		}
		if !r.relieved {
			c.end(err)
		}
	}()
	if err = open(); err == nil {
		r.read()
	}
	panicked = false
}

// read reads until the session is over, the input ends or r is relieved.
func (r *reader) read() {
	for {
		over := r.conn.settle()
		if r.run(); over || r.relieved {
			return
		}
		r.conn.read()
	}
}

// run runs the lines that were read.
func (r *reader) run() {
	if !r.conn.terminal.Waits() {
		return
	}
	r.conn.server.lookout.begin(r)
	defer r.conn.server.lookout.end(r)
	r.conn.terminal.Run()
}

// lookout looks at the evaluations of a server, and relieves the readers of those that last. It has
// one timer, which runs only while lines are evaluated. Its zero value is ready to use.
type lookout struct {
	mu          sync.Mutex
	tick        int     // how often it has looked
	first, last *reader // those that evaluate, in the order in which they began
	timer       *time.Timer
	runs        bool // the timer does
	busy        bool // an evaluation began since the last tick
}

// begin notes that r evaluates, until end.
func (l *lookout) begin(r *reader) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.begun, r.prev = l.tick, l.last
	if l.last != nil {
		l.last.next = r
	} else {
		l.first = r
	}
	l.last = r
	l.busy = true
	switch {
	case l.runs:
	case l.timer == nil:
		l.timer = time.AfterFunc(relieveAfter, l.look)
	default:
		l.timer.Reset(relieveAfter)
	}
	l.runs = true
}

// end notes that r has evaluated. From then on its relieved does not change.
func (l *lookout) end(r *reader) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !r.relieved {
		l.remove(r)
	}
}

func (l *lookout) remove(r *reader) {
	if r.prev != nil {
		r.prev.next = r.next
	} else {
		l.first = r.next
	}
	if r.next != nil {
		r.next.prev = r.prev
	} else {
		l.last = r.prev
	}
	r.prev, r.next = nil, nil
}

// look relieves those that have evaluated since before the last look.
func (l *lookout) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tick++
	for r := l.first; r != nil && r.begun < l.tick-1; r = l.first {
		l.remove(r)
		r.relieved = true
		c := r.conn
		c.server.running.Go(func() { (&reader{conn: c}).serve(func() error { return nil }) })
	}
	if l.runs = l.busy || l.first != nil; l.runs {
		l.timer.Reset(relieveAfter)
	}
	l.busy = false
}
