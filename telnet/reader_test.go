package telnet

import (
	"bytes"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
)

// readers counts the goroutines that read connections.
func readers() int {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 2)
	return strings.Count(b.String(), "telnet.(*reader).serve(")
}

// While an evaluation lasts, its connection is read by another goroutine: an interrupt is noticed,
// and so are the lines behind it. Afterwards one goroutine is left.
func TestReaderIsRelieved(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	before := readers()
	c := s.dial(t)
	c.answer()
	for range 5 {
		c.send("wait\n")
		if line := <-s.began; line != "wait" {
			t.Fatal(line)
		}
		c.send("dropped\n")
		c.send("\x03")
		if got := c.answer(); !strings.Contains(got, "cancelled") {
			t.Errorf("interrupted, it says %q", got)
		}
		c.send("x\n")
		if got := c.answer(); got != "x\r\n" {
			t.Errorf("after that it says %q", got)
		}
		if line := <-s.began; line != "x" {
			t.Errorf("%q was dropped, and is evaluated", line)
		}
	}
	for end := time.Now().Add(patience); readers() > before+1; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines read a connection", readers()-before)
		}
	}
	c.send("quit\n")
	c.rest()
}

// The connection ends in order whichever reader is the last: the one that evaluates the line which
// ends the session, or the one that reads meanwhile.
func TestLastReader(t *testing.T) {
	for name, typed := range map[string][]string{
		"the evaluation":   {"long 1; quit\n"},
		"a line behind it": {"wait\n", "\x03", "x\n", "quit\n"},
		"the end of input": {"wait\n", "\x03", "x\n", "\x04"},
		"a panic":          {"wait\n", "\x03", "x\n", "panic\n"},
	} {
		t.Run(name, func(t *testing.T) {
			began := make(chan string, 100)
			s := &Server{newEvaluator: func() console.Evaluator { return &fake{began: began} }}
			server, c := newChannel(t)
			over := make(chan error, 1)
			go func() { over <- s.ServeConn(server) }()
			c.answer()
			for _, part := range typed {
				c.send(part)
				if part == "wait\n" {
					<-began
				}
			}
			c.rest()
			err := <-over
			if panics := name == "a panic"; panics != (err != nil) {
				t.Errorf("it ended with %v", err)
			}
			if n := len(s.Sessions()); n != 0 {
				t.Errorf("%d sessions are left", n)
			}
			s.drain()
		})
	}
}

// A lookout relieves who evaluates since before its last look, and nobody else, and its timer ends
// when nobody evaluates.
func TestLookout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		look := func() {
			l.timer.Stop() // the looks of this test are the only ones: in its bubble no time passes
			l.look()
			l.timer.Stop()
		}
		s := &Server{newEvaluator: func() console.Evaluator { return &fake{} }}
		server, c := newChannel(t)
		defer c.conn.Close()
		nc := newConn(s, server, s.wayOf(server, 0, Look))
		nc.terminal.Hangup(errGone) // so that the reader that takes over ends
		nc.ended = func(error) {}
		a, b, d, e := &reader{conn: nc}, &reader{conn: nc}, &reader{conn: nc}, &reader{conn: nc}
		relieves := func(when string, want ...*reader) {
			t.Helper()
			look()
			for _, r := range []*reader{a, b, d, e} {
				if r.relieved != slices.Contains(want, r) {
					t.Errorf("%s: %v, %v, %v, %v", when, a.relieved, b.relieved, d.relieved, e.relieved)
				}
			}
		}
		l.begin(a)
		look()
		l.begin(b)
		l.begin(d)
		l.end(d)
		relieves("at the second look", a)
		l.begin(e)
		l.begin(d)
		l.end(e)
		relieves("at the third look", a, b)
		for _, r := range []*reader{a, b, d} {
			l.end(r)
		}
		if !l.runs || l.first != nil || l.last != nil {
			t.Errorf("at the end: %v, %v, %v", l.runs, l.first, l.last)
		}
		if look(); l.runs {
			t.Error("the timer runs, and nobody evaluates")
		}
		s.running.Wait()
	})
}

// Many sessions ask short questions, and are interrupted in ones that last, at the same time.
func TestReadersBesideEachOther(t *testing.T) {
	s := serve(t, &Server{MaxEvaluations: 100}, "tcp", "127.0.0.1:0")
	var all sync.WaitGroup
	for range 8 {
		c := s.dial(t)
		c.answer()
		all.Go(func() {
			for range 10 {
				c.send("1\n2\n3\n")
				c.waitFor("3\r\n> ")
				c.send("wait\nheld\n")
				c.send("\x03")
				c.waitFor("> ")
				c.send("done\n")
				c.waitFor("done\r\n> ")
			}
		})
	}
	all.Wait()
}
