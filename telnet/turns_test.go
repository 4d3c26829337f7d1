package telnet

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// begin sends a line and then AYT until the session says that it evaluates. It returns what came
// meanwhile.
func (c *client) begin(line string) (got string) {
	c.t.Helper()
	c.send(line)
	for {
		c.send("\xff\xf6")
		part := c.waitFor("[sightglass: yes")
		if got += part; strings.Contains(part, "evaluating") {
			return got
		}
		got += c.waitFor("]")
	}
}

// A session whose client goes away while it waits for a turn takes none.
func TestTurnOfClientGone(t *testing.T) {
	s := serve(t, &Server{MaxEvaluations: 1}, "tcp", "127.0.0.1:0")
	open := func() *client {
		c := s.dial(t)
		c.answer()
		return c
	}
	first, gone, last := open(), open(), open()
	first.begin("wait\n")
	if line := <-s.began; line != "wait" {
		t.Fatal(line)
	}
	gone.begin("long gone\n")
	last.begin("long last\n")
	if n := len(s.began); n != 0 {
		t.Fatalf("%q is evaluated beside another", <-s.began)
	}
	gone.conn.(*net.TCPConn).SetLinger(0)
	gone.conn.Close()
	s.log.until(t, "cut off")
	first.send("\xff\xf4")
	first.waitFor("cancelled")
	last.waitFor("long last\r\n")
	if line := <-s.began; line != "long last" {
		t.Errorf("%s is evaluated, whose client is gone", line)
	}
}

// A completion takes a turn like an evaluation, for a person and for a program, and can be given up
// while it waits.
func TestCompletionTakesTurn(t *testing.T) {
	s := serve(t, &Server{MaxEvaluations: 1}, "tcp", "127.0.0.1:0")
	busy, person, program := s.character(t), s.character(t), s.dial(t)
	program.answer()
	for _, c := range []*client{busy, s.character(t)} { // one more than there are long places
		c.send("hang\t")
		if line := <-s.began; line != "hang" {
			t.Fatal(line)
		}
	}
	program.send("json on\n")
	program.waitFor("sightglass in")
	program.send("{\"complete\":\"c\"}\n")
	got := person.begin("c\t")
	person.send("\x03")
	if got += person.waitFor("^C\r\n> "); strings.Contains(got, "ompleted") {
		t.Errorf("got %q", got)
	}
	busy.send("\x03")
	if got := program.waitFor("}\r\n"); !strings.Contains(got, "completed") {
		t.Errorf("got %q", got)
	}
	person.send("c\t")
	person.waitFor("ompleted")
}

// Shutdown does not wait for completions in an object that is locked.
func TestShutdownDuringCompletions(t *testing.T) {
	t.Parallel()
	reg := registry.New()
	reg.GuardWait = time.Hour
	box := &struct {
		mu sync.Mutex
		m  map[string]int
	}{m: map[string]int{"a": 1}}
	box.mu.Lock()
	reg.Expose("box", box)
	s := serve(t, &Server{Registry: reg}, "tcp", "127.0.0.1:0")
	c := s.character(t)
	c.send(`box.m["` + strings.Repeat("\t", 500))
	c.waitFor(`box.m["`)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if got := c.rest(); !strings.HasSuffix(got, "goodbye\r\n") || strings.Count(got, "box") > 1 {
		t.Errorf("got %q", got)
	}
}

// Evaluations of all sessions share the turns. One that waits says so, and can be given up.
func TestTurns(t *testing.T) {
	t.Parallel()
	server := &Server{MaxEvaluations: 2}
	server.prepare()
	server.turns.long.slice = time.Hour
	s := serve(t, server, "tcp", "127.0.0.1:0")
	var busy []*client
	for range 2 {
		c := s.dial(t)
		c.answer()
		c.send("wait\n")
		<-s.began
		busy = append(busy, c)
	}
	c, program := s.dial(t), s.dial(t)
	c.answer()
	program.send("json on\nlong 1\n")
	c.send("short\n")
	if got := c.answer(); got != "short\r\n" {
		t.Errorf("what takes a moment says %q while others take long", got)
	}
	c.send("long mine\n")
	c.waitFor("waiting for a turn beside evaluations of other sessions; Ctrl-C gives up\r\n")
	c.send("\x03")
	if got := c.answer(); !strings.Contains(got, "cancelled while waiting for a turn") {
		t.Errorf("given up, it says %q", got)
	}
	c.send("long again\n")
	busy[0].send("\x03")
	if got := c.answer(); got != "long again\r\n" {
		t.Errorf("in its turn it says %q", got)
	}
	if got := program.waitFor(`"value":"long 1",`); strings.Contains(got, "waiting") {
		t.Errorf("a program is told %q", got)
	}
}

// While sessions scan for ever, the questions of another one are answered within its turn, and the
// scans go on. An interrupt and the end of the server end those in line.
func TestScansTakeTurns(t *testing.T) {
	const scans = 6
	s := serve(t, &Server{MaxEvaluations: 1}, "tcp", "127.0.0.1:0")
	var scanning []*client
	for range scans {
		c := s.dial(t)
		c.answer()
		c.send("scan\n")
		if line := <-s.began; line != "scan" {
			t.Fatal(line)
		}
		scanning = append(scanning, c)
	}
	c := s.dial(t)
	c.answer()
	for i := range 10 {
		line := []string{"short", "long one"}[i%2]
		c.send(line + "\n")
		if got := c.answer(); got != line+"\r\n" {
			t.Fatalf("%s: %q", line, got)
		}
	}
	for before := s.slices.Load(); s.slices.Load() < before+2*scans; {
		c.send("short\n")
		c.answer()
	}
	scanning[0].send("\x03")
	if got := scanning[0].answer(); !strings.Contains(got, "cancelled") {
		t.Errorf("given up, it says %q", got)
	}
	s.Close()
	for _, c := range scanning {
		c.rest()
	}
	s.drain()
	if n := s.turns.taken(); n != 0 {
		t.Errorf("%d have or wait for a place at the end", n)
	}
}

// With a single turn, the questions of many sessions are all answered.
func TestTurnsAreGivenBack(t *testing.T) {
	s := serve(t, &Server{MaxEvaluations: 1}, "tcp", "127.0.0.1:0")
	var asking sync.WaitGroup
	for range 10 {
		c := s.dial(t)
		asking.Go(func() {
			c.answer()
			for i := range 20 {
				line := []string{"short", "long"}[i%2] + fmt.Sprint(" ", i)
				c.send(line + "\n")
				if got := c.answer(); got != line+"\r\n" {
					t.Errorf("asked for %d: %q", i, got)
				}
			}
		})
	}
	asking.Wait()
}
