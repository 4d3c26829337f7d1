package telnet

import (
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/registry"
)

// atTerminal is what a client sends that has a line editor and a screen of 80 by 24.
const atTerminal = "\xff\xfd\x01\xff\xfd\x03\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"

type shelf struct {
	mu    sync.Mutex
	boxes []box
}

type box struct{ id, weight int }

// expose exposes a shelf of 40 boxes. Only the registry refers to it when expose has returned.
func expose(reg *registry.Registry) weak.Pointer[shelf] {
	s := &shelf{}
	for i := range 40 {
		s.boxes = append(s.boxes, box{i, 10 * i})
	}
	reg.Expose("shelf", s, registry.Guard(&s.mu))
	return weak.Make(s)
}

// TestPagerHoldsNothing: while a long answer waits for a key, the session has no lock, no turn and no
// object of the application's.
func TestPagerHoldsNothing(t *testing.T) {
	reg := registry.New()
	object := expose(reg)
	s := serve(t, &Server{Registry: reg, MaxEvaluations: 1}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send(atTerminal)
	c.answer()
	const long = "map(shelf.boxes, [.id, .weight, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])"
	c.send(long + "\r")
	c.waitFor("-- more --")

	if mu := &object.Value().mu; mu.TryLock() {
		mu.Unlock()
	} else {
		t.Error("the pager holds the lock of the object")
	}
	other := s.dial(t)
	other.answer()
	other.send("count(1..1000, count(1..100, # > 50) > 0)\n") // takes a long place
	if got := other.answer(); !strings.HasPrefix(got, "1000") {
		t.Errorf("another session has no turn: %q", got)
	}
	c.send("\xff\xf6")
	if got := c.waitFor("-- more --"); !strings.Contains(got, "[sightglass: yes]\r\n") {
		t.Errorf("AYT is answered %q", got)
	}
	reg.Withdraw("shelf")
	runtime.GC()
	runtime.GC()
	if object.Value() != nil {
		t.Error("the pager keeps the object")
	}
	c.send("\xff\xf4") // IP
	if got := c.answer(); !strings.Contains(got, " lines not shown\r\n") {
		t.Errorf("after an interrupt: %q", got)
	}
}

// TestPagerOfPaste: what was pasted behind a line is the next line, and not for the pager, even if the
// connection was read no further than the line.
func TestPagerOfPaste(t *testing.T) {
	reg := registry.New()
	expose(reg)
	s := serve(t, &Server{Registry: reg}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send(atTerminal)
	c.answer()
	const long = "map(shelf.boxes, [.id, .weight, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])\r"
	c.send(long)
	c.waitFor("-- more --")
	c.send("q")
	c.answer()
	first := "1" + strings.Repeat(" ", idleSize-len("1\r"+long)) + "\r" + long // what one read takes
	c.send(first + "12345 + 1\r")
	got := c.waitFor("100, ")
	c.conn.(*net.TCPConn).CloseWrite() // so that it ends in the pager, too
	if got += c.rest(); strings.Contains(got, "-- more --") || !strings.Contains(got, "12346\r\n") {
		t.Errorf("it is told %q", got)
	}
}

// TestPagerIsIdle: a session in the pager ends like one at the prompt. Time is that of a synctest
// bubble.
func TestPagerIsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Name: "-", IdleTimeout: time.Hour}
		s.newEvaluator = func() console.Evaluator { return &fake{} }
		here, there := net.Pipe()
		go s.ServeConn(here)
		c := &client{t: t, conn: there}
		c.send(atTerminal)
		c.answer()
		c.send("flood\r")
		c.waitFor("-- more --")
		if got := c.rest(); !strings.HasSuffix(got, " lines not shown\r\nnothing was asked for 1h0m0s: goodbye\r\n") {
			t.Errorf("it is told %q", got)
		}
		c.conn.Close()
	})
}

// TestPagerOfClientGone: a client that goes away in the pager leaves nothing behind.
func TestPagerOfClientGone(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send(atTerminal)
	c.answer()
	c.send("flood\r")
	c.waitFor("-- more --")
	c.conn.(*net.TCPConn).SetLinger(0)
	c.conn.Close()
	s.log.until(t, "cut off")
}
