package telnet

import (
	"context"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// character returns a client that has negotiated character mode.
func (v *served) character(t *testing.T) *client {
	c := v.dial(t)
	c.answer()
	c.send("\xff\xfd\x01\xff\xfd\x03\xff\xfb\x1f\xff\xfa\x1f\x00\x28\x00\x18\xff\xf0")
	c.waitFor("\xff\xfd\x18") // our question for the terminal's type
	return c
}

func TestCharacterMode(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c := s.character(t)
	for _, step := range []struct{ name, in, want string }{
		{"echo", "ab", "ab"},
		{"an edit", "\x1b[DX", "aXb"},
		{"enter as CR NUL", "\r\x00", "\r\naXb\r\n> "},
		{"enter as CR LF", "1\r\n", "1\r\n1\r\n> "},
		{"history", "\x1b[A", "1"},
		{"erase character", "\xff\xf7", "> "},
		{"erase line", "zz\xff\xf8y", "y"},
		{"completion", "\x15c\t", "completed"},
		{"are you there", "\xff\xf6", "[sightglass: yes]\r\n> completed"},
		{"an interrupt at the prompt", "\xff\xf4\xff\xfd\x06", "^C\r\n> "},
		{"Ctrl-C at the prompt", "x\x03", "x^C\r\n> "},
		{"a new size", "\xff\xfa\x1f\x00\x0a\x00\x18\xff\xf0123456789", "> 123456789"},
		{"a size that is unknown", "\x15\xff\xfa\x1f\x00\x00\x00\x00\xff\xf0abcdefghijk", "abcdefghijk"},
		{"a size of another length", "\xff\xfa\x1f\x00\x05\xff\xf0l", "l"},
		{"a type that can mark what is pasted", "\xff\xfb\x18\xff\xfa\x18\x00XTERM\xff\xf0", "\x1b[?2004h"},
		{"what is pasted", "\x15\x1b[200~a\tb\x1b[201~", "a b"},
		{"a type that has colours", "\xff\xfb\x18\xff\xfa\x18\x00XTERM\xff\xf0\x15set\r", "color on"},
		{"a type that has none", "\xff\xfa\x18\x00dumb\xff\xf0set\r", "color off"},
		{"back to lines", "\xff\xfe\x01", "\xff\xfc\x01"},
		{"which are not echoed", "q\x1b[A2\n", "q2\r\n> "},
	} {
		c.send(step.in)
		got := c.until(step.want, func(got string) bool { return strings.Contains(squeeze(got), step.want) })
		if strings.Count(got, "q2") > 1 {
			t.Errorf("%s: got %q", step.name, got)
		}
	}
	c.send("\x04")
	if got := c.rest(); got != "bye\r\n" {
		t.Errorf("the farewell is %q", got)
	}
}

// squeeze returns text with each run of spaces as one, so that the layout of tables does not
// matter.
func squeeze(text string) string { return regexp.MustCompile(" +").ReplaceAllString(text, " ") }

// A client that sends lines at once gets no escape sequences and no telnet commands.
func TestLinesOnly(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send("one\ntwo\r\n\nset\nhelp keys\nquit\n")
	got := c.rest()
	if strings.ContainsAny(got, "\x1b\x00") || strings.Contains(got, "\xff") || strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "\n") {
		t.Errorf("got %q", got)
	}
	_, got, _ = strings.Cut(got, "help, or dir().\r\n")
	if want := "> one\r\n> two\r\n> > width 80"; !strings.HasPrefix(squeeze(got), want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !strings.HasSuffix(got, "\r\n> bye\r\n") {
		t.Errorf("got %q", got)
	}
}

func TestInterrupts(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	for name, in := range map[string]string{
		"Ctrl-C":         "\x03",
		"IP":             "\xff\xf4",
		"BRK":            "\xff\xf3",
		"IP with a mark": "\xff\xf4\xff\xfd\x06",
		"the synch":      "\xff\xf4\xff\xfd\x06\xff\xf2",
		"SUSP":           "\xff\xed",
		"ABORT":          "\xff\xee",
	} {
		for _, open := range []func(*testing.T) *client{s.character, func(t *testing.T) *client { c := s.dial(t); c.answer(); return c }} {
			c := open(t)
			c.send("wait\r")
			for line := range s.began {
				if line == "wait" {
					break
				}
			}
			c.send("\xff\xf6")
			c.waitFor("[sightglass: yes, evaluating for ")
			c.send("dropped\r" + in)
			got := c.until("the prompt after it", func(got string) bool { // the mark may stand before it
				return strings.Contains(commands.ReplaceAllString(got, ""), "cancelled\r\n> ")
			})
			if want := "\xff\xfb\x06"; strings.Contains(in, "\xff\xfd\x06") && !strings.Contains(got, want) {
				c.waitFor(want)
			}
			c.send("after\r")
			if got := c.waitFor("after\r\n> "); strings.Contains(got, "dropped") {
				t.Errorf("%s: got %q", name, got)
			}
			if line := <-s.began; line != "after" {
				t.Errorf("%s: %q was evaluated", name, line)
			}
			c.conn.Close()
		}
	}
}

// flooded returns a client that has read only the beginning of a long answer.
func flooded(t *testing.T) *client {
	c := serve(t, &Server{}, "tcp", "127.0.0.1:0").dial(t)
	c.conn.(*net.TCPConn).SetReadBuffer(16 << 10) // the answer does not fit on its way
	c.answer()
	c.send("flood\n")
	c.waitFor("flood ")
	return c
}

// An interrupt stops an answer that the client has not read yet, except for what is on its way.
func TestInterruptOfOutput(t *testing.T) {
	t.Parallel()
	c := flooded(t)
	c.send("\x03")
	got := c.waitFor("\r\n… the output was stopped here\r\n> ")
	if len(got) > 900_000 {
		t.Errorf("%d bytes came after all", len(got))
	}
	c.send("after\n")
	if got := c.waitFor("\r\n> "); got != "after\r\n> " {
		t.Errorf("the answer after it is %q", got)
	}
}

// AO drops an answer that the client has not read yet, but no input typed ahead.
func TestAbortOutput(t *testing.T) {
	t.Parallel()
	c := flooded(t)
	c.send("after\n\xff\xf5")
	if got := c.waitFor("\r\n… the output was stopped here\r\n> after\r\n> "); len(got) > 900_000 {
		t.Errorf("%d bytes came after all", len(got))
	}
}

func TestHalfClose(t *testing.T) {
	for name, end := range map[string]func(*client){
		"FIN":     func(c *client) { c.conn.(*net.TCPConn).CloseWrite() },
		"IAC EOF": func(c *client) { c.send("\xff\xec") },
		"lone 04": func(c *client) { c.send("\x04") },
	} {
		s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
		c := s.dial(t)
		lines := strings.Repeat("a line\n", 2000)
		c.send(lines)
		end(c)
		got := c.rest()
		if n := strings.Count(got, "a line\r\n"); n != 2000 || !strings.HasSuffix(got, "> bye\r\n") {
			t.Errorf("%s: %d answers, ending in %q", name, n, got[max(0, len(got)-50):])
		}
	}
}

// The last answers arrive even if the server ends the session before it has read all input.
func TestLastAnswerArrives(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send("x\nquit\n" + strings.Repeat("more ", 40_000))
	s.log.until(t, "a session ended")
	if got := c.rest(); !strings.HasSuffix(got, "\r\n> bye\r\n") {
		t.Errorf("%d bytes came, ending in %q", len(got), got[max(0, len(got)-50):])
	}
}

// The last line is answered even if it has no end.
func TestHalfCloseWithinLine(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send("last")
	c.conn.(*net.TCPConn).CloseWrite()
	if got := c.rest(); !strings.HasSuffix(got, "\r\n> last\r\n> bye\r\n") {
		t.Errorf("got %q", got)
	}
}

// opaque is a connection that hides its socket.
type opaque struct{ net.Conn }

func (o opaque) CloseWrite() error { return o.Conn.(*net.TCPConn).CloseWrite() }

// opaques is a listener of opaque connections.
type opaques struct{ net.Listener }

func (o opaques) Accept() (net.Conn, error) {
	conn, err := o.Listener.Accept()
	return opaque{conn}, err
}

// evaluating returns functions that open a client in the middle of an evaluation, for each kind of
// connection.
func evaluating(t *testing.T) map[string]func(t *testing.T) (*served, *client) {
	open := func(network, addr string, wrap func(net.Listener) net.Listener) func(t *testing.T) (*served, *client) {
		return func(t *testing.T) (*served, *client) {
			l, err := net.Listen(network, addr)
			if err != nil {
				t.Fatal(err)
			}
			s := serveOn(t, &Server{AnyUser: true}, wrap(l)) // the kernel does not tell the user of an opaque connection
			c := s.dial(t)
			c.answer()
			c.send("wait\n")
			<-s.began
			return s, c
		}
	}
	same := func(l net.Listener) net.Listener { return l }
	return map[string]func(t *testing.T) (*served, *client){
		"tcp":    open("tcp", "127.0.0.1:0", same),
		"unix":   open("unix", filepath.Join(t.TempDir(), "s"), same),
		"opaque": open("tcp", "127.0.0.1:0", func(l net.Listener) net.Listener { return opaques{l} }),
	}
}

// A client that goes away, in whatever way, cancels its evaluation.
func TestClientGoneWhileEvaluating(t *testing.T) {
	t.Parallel()
	for name, open := range evaluating(t) {
		s, c := open(t)
		if name == "tcp" {
			c.conn.(*net.TCPConn).SetLinger(0) // a reset
		}
		c.conn.Close()
		s.drain()
	}
	s, c := evaluating(t)["tcp"](t)
	c.conn.Close() // without a reset: at first it looks like a half-close
	s.drain()
}

// A client that has closed only its sending side still gets its answer, and no probes where the
// system can tell whether the client is there.
func TestClientHalfClosedWhileEvaluating(t *testing.T) {
	t.Parallel()
	for name, open := range evaluating(t) {
		t.Run(name, func(t *testing.T) {
			s, c := open(t)
			if err := c.conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			if name == "opaque" {
				c.until("two probes", func(got string) bool { return got == "\r\n\r\n" })
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			go s.Shutdown(ctx) // ends the evaluation
			if got := c.rest(); got != "cancelled\r\nthe server is shutting down: goodbye\r\n" {
				t.Errorf("got %q", got)
			}
		})
	}
}

// A subnegotiation that does not end affects its own session only.
func TestUnfinishedSubnegotiation(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c, d := s.dial(t), s.dial(t)
	c.answer()
	c.send("\xff\xfa\x1f" + strings.Repeat("x", 100_000))
	d.answer()
	d.send("x\n")
	if got := d.answer(); got != "x\r\n" {
		t.Errorf("another session got %q", got)
	}
	c.send("\xff\xf0y\n")
	if got := c.answer(); got != "y\r\n" {
		t.Errorf("after its end the session got %q", got)
	}
}

// A watch goes on after the end of the client's input, as long as the client is there to read it.
func TestHalfClosedWatch(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send("watch 100ms x\n")
	c.conn.(*net.TCPConn).CloseWrite()
	for range 3 {
		<-s.began
	}
	c.waitFor("x")
	c.conn.Close()
	s.log.until(t, "a session was cut off")
}
