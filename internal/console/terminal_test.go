package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/sightglass-go/sightglass/eval"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// attach returns a started terminal and its peer, past the banner and the first prompt.
func attach(t *testing.T, f *fake) (*Terminal, *peer) {
	t.Helper()
	p := newPeer()
	term := Attach(context.Background(), New(f, p, eval.Limits{}), p, nil)
	t.Cleanup(func() {
		p.vanish()
		term.Hangup(nil)
		wait(t, term)
	})
	term.Start()
	if banner := p.answer(t); !strings.HasPrefix(banner, "sightglass in ") || strings.Count(banner, "\n") != 2 {
		t.Errorf("the banner is %q", banner)
	}
	return term, p
}

func wait(t *testing.T, term *Terminal) error {
	t.Helper()
	select {
	case <-term.Done():
	case <-time.After(patience):
		t.Fatal("the session does not end")
	}
	return term.Err()
}

func TestLineMode(t *testing.T) {
	term, p := attach(t, &fake{})
	for _, tc := range []struct{ name, in, want string }{
		{"an answer", "1 + 1\n", "1 + 1\n"},
		{"a blank line", "\n", ""},
		{"a blank line of spaces", "   \n", ""},
		{"an error has the line below it", "wrong\n", "unknown name wrong at 1:1; did you mean long?\n  wrong\n  ^\n"},
		{"erased characters", "ab\x7fc\x08d\n", "ad\n"},
		{"an erased line", "ab\x15c\n", "c\n"},
		{"a tab is a space", "a\tb\n", "a b\n"},
		{"arrows are nothing", "a\x1b[A\x1b[Db\x01c\n", "abc\n"},
		{"an open bracket", "f(\n1)\n", ". f(\\n1)\n"},
		{"Ctrl-D in a line", "a\x04b\n", "ab\n"},
		{"Ctrl-C drops the line", "abc\x03", "\n"},
		{"and what comes then counts", "d\n", "d\n"},
		{"a line too long", strings.Repeat("a", 70_000) + "\n", "the line is longer than 65,536 bytes and was not evaluated; ask in parts: x = …\n"},
		{"as long as may be", strings.Repeat("a", 65_536) + "\n", strings.Repeat("a", 65_536) + "\n"},
		{"invalid UTF-8", "a\xffb\n", "a�b\n"},
	} {
		for size := 1; size <= min(len(tc.in), 20); size++ {
			for in := tc.in; in != ""; {
				n := min(size, len(in))
				if len(in) > 1000 {
					n = 1000
				}
				term.Feed([]byte(in[:n]))
				in = in[n:]
			}
			if got := p.answer(t); got != tc.want {
				t.Fatalf("%s, %d bytes a time: got %.200q, want %.200q", tc.name, size, got, tc.want)
			}
		}
	}
	term.Feed([]byte("\x04"))
	if err := wait(t, term); err != nil {
		t.Error(err)
	}
	if got := p.waitFor(t, "bye\n"); got != "bye\n" {
		t.Errorf("the farewell is %q", got)
	}
}

func TestQuit(t *testing.T) {
	for _, line := range []string{"quit\n", "exit\n", " quit \r"} {
		term, p := attach(t, &fake{})
		term.Feed([]byte(line + "1\n2\n"))
		if err := wait(t, term); err != nil {
			t.Error(err)
		}
		if got := p.waitFor(t, "bye\n"); got != "bye\n" {
			t.Errorf("after %q the farewell is %q", line, got)
		}
	}
}

// Whatever the packets, everything that a pipe sent is answered before the end, even a last line
// without a newline.
func TestEndOfInput(t *testing.T) {
	const in = "one\ntwo\nthree"
	for size := 1; size <= len(in); size++ {
		term, p := attach(t, &fake{})
		for rest := in; rest != ""; {
			n := min(size, len(rest))
			term.Feed([]byte(rest[:n]))
			rest = rest[n:]
		}
		term.EOF()
		term.Feed([]byte("four\n"))
		if err := wait(t, term); err != nil {
			t.Error(err)
		}
		if got, want := p.waitFor(t, "bye\n"), "one\n> two\n> three\n> bye\n"; got != want {
			t.Errorf("%d bytes a time: got %q, want %q", size, got, want)
		}
	}
}

func TestInterrupts(t *testing.T) {
	for name, send := range map[string]func(*Terminal){
		"Ctrl-C":        func(term *Terminal) { term.Feed([]byte{3}) },
		"Interrupt":     func(term *Terminal) { term.Interrupt() },
		"Ctrl-C behind": func(term *Terminal) { term.Feed([]byte("typed\nahead\n\x03")) },
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{began: make(chan string, 10)}
			term, p := attach(t, f)
			term.Feed([]byte("wait\nheld\n"))
			<-f.began
			send(term)
			if got := p.answer(t); got != "cancelled\n" {
				t.Errorf("the answer is %q", got)
			}
			term.Feed([]byte("after\n"))
			if got := p.answer(t); got != "after\n" {
				t.Errorf("the answer after it is %q", got)
			}
			if got := <-f.began; got != "after" {
				t.Errorf("%q was evaluated, and should have been dropped", got)
			}
		})
	}
}

// While an answer waits for a peer that does not read, an interrupt stops it.
func TestInterruptOfOutput(t *testing.T) {
	term, p := attach(t, &fake{})
	p.read(false)
	term.Feed([]byte("long\n"))
	p.backlog(t)
	term.Feed([]byte{3})
	p.read(true)
	got := p.answer(t)
	if !strings.HasSuffix(got, "\n… the output was stopped here\n") || len(got) > 100*room {
		t.Errorf("%d bytes came, ending in %q", len(got), got[max(0, len(got)-100):])
	}
	term.Feed([]byte("after\n"))
	if got := p.answer(t); got != "after\n" {
		t.Errorf("the answer after it is %q", got)
	}
}

// An answer that was evaluated and only waits to be sent is interrupted in the same way.
func TestInterruptOfLastOutput(t *testing.T) {
	term, p := attach(t, &fake{})
	p.read(false)
	term.Feed([]byte("short\n"))
	p.backlog(t)
	term.Feed([]byte{3})
	p.read(true)
	if got := p.answer(t); got != "\n… the output was stopped here\n" {
		t.Errorf("got %q", got)
	}
}

// AO drops what waits to be sent; lines typed ahead are answered.
func TestAbortOutput(t *testing.T) {
	f := &fake{began: make(chan string, 10)}
	term, p := attach(t, f)
	term.AbortOutput() // there is no output
	term.Feed([]byte("wait\nafter\n"))
	<-f.began
	term.AbortOutput()
	endLine(term) // AbortOutput does not
	if got, want := p.waitFor(t, "after\n> "), "\n… the output was stopped here\n> after\n> "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.read(false)
	term.Feed([]byte("long\nafter\n"))
	p.backlog(t)
	term.AbortOutput()
	p.read(true)
	if got := p.waitFor(t, "after\n> "); !strings.HasSuffix(got, "\n… the output was stopped here\n> after\n> ") {
		t.Errorf("got %.200q", got)
	}
}

// Only a capable terminal is asked to mark what is pasted, and asked to stop at the end of the
// session.
func TestMarksOfPastes(t *testing.T) {
	const on, off = "\x1b[?2004h", "\x1b[?2004l"
	for name, want := range map[string]bool{"XTERM": true, "screen": true, "DEC-VT100": false, "dumb": false, "": false} {
		term, p := attach(t, &fake{})
		term.SetEcho(true)
		term.SetType(name)
		term.SetType(name)
		term.Feed([]byte("\x04"))
		got := p.waitFor(t, "bye\n")
		if n, m := strings.Count(got, on), strings.Count(got, off); n != m || (n == 1) != want || n > 1 || strings.Index(got, off) < strings.Index(got, on) {
			t.Errorf("%q is sent %q", name, got)
		}
	}
}

func TestTypeAhead(t *testing.T) {
	for _, echo := range []bool{false, true} {
		f := &fake{began: make(chan string, 10)}
		term, p := attach(t, f)
		term.SetEcho(echo)
		term.Feed([]byte("wait"))
		if echo {
			p.waitFor(t, "wait")
		}
		term.Feed([]byte("\n"))
		<-f.began
		term.Feed([]byte("one\ntw"))
		p.mu.Lock()
		if got := strings.TrimPrefix(p.got.String()[p.seen:], "\n"); got != "" {
			t.Errorf("echo %v: %q was written while a line was evaluated", echo, got)
		}
		p.mu.Unlock()
		endLine(term)
		want := "cancelled\n> one\n> "
		if echo {
			want = "\ncancelled\n> one\none\n> tw"
		}
		if got := p.waitFor(t, want); strings.TrimPrefix(got, "\n") != strings.TrimPrefix(want, "\n") {
			t.Errorf("echo %v: got %q, want %q", echo, got, want)
		}
		<-f.began
		term.Feed([]byte("o\n"))
		if got := <-f.began; got != "two" {
			t.Errorf("%q was evaluated", got)
		}
	}
}

// endLine ends the evaluation and nothing else, unlike an interrupt.
func endLine(term *Terminal) {
	term.mu.Lock()
	defer term.mu.Unlock()
	term.cancel()
}

// Input beyond what is held makes the sender wait, and is not lost.
func TestTooMuchTypeAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{began: make(chan string, 10_000)}
		term, p := attach(t, f)
		term.Feed([]byte("wait\n"))
		<-f.began
		const lines = 3000
		line := strings.Repeat("x", 199) + "\n"
		fed := make(chan struct{})
		go func() {
			defer close(fed)
			for range lines {
				term.Feed([]byte(line))
			}
			term.EOF()
		}()
		synctest.Wait()
		select {
		case <-fed:
			t.Error("all was taken at once")
		default:
		}
		if len(term.held.bytes) > maxHeld {
			t.Errorf("%d bytes are held", len(term.held.bytes))
		}
		endLine(term)
		<-fed
		if err := wait(t, term); err != nil {
			t.Error(err)
		}
		if got := strings.Count(p.waitFor(t, "bye\n"), line); got != lines {
			t.Errorf("%d of %d lines were answered", got, lines)
		}
	})
}

func TestPanicEndsTheSession(t *testing.T) {
	term, _ := attach(t, &fake{})
	term.Feed([]byte("panic\n"))
	var fault *PanicError
	if err := wait(t, term); !errors.As(err, &fault) || fault.Value != "a fault" || !strings.Contains(string(fault.Stack), "Run") {
		t.Errorf("the session ended with %v", err)
	}
}

func TestHangup(t *testing.T) {
	f := &fake{began: make(chan string, 1)}
	term, _ := attach(t, f)
	term.Feed([]byte("wait\n"))
	<-f.began
	gone := errors.New("gone")
	term.Hangup(gone)
	if err := wait(t, term); !errors.Is(err, gone) {
		t.Errorf("the session ended with %v", err)
	}
	term.Feed([]byte("ignored\n")) // after the end
	term.Interrupt()
	term.EOF()
	term.Say("x")
	term.SetEcho(true)
	term.SetSize(50, 20)
	term.Shutdown("x")
}

func TestPeerThatFails(t *testing.T) {
	for _, line := range []string{"answer\n", "long\n", "wait\x7f"} {
		term, p := attach(t, &fake{})
		term.SetEcho(true)
		p.vanish()
		term.Feed([]byte(line))
		if err := wait(t, term); err == nil {
			t.Errorf("%q: the session ended without an error", line)
		}
	}
}

func TestShutdown(t *testing.T) {
	for _, line := range []string{"", "half a li", "wait\n"} {
		f := &fake{began: make(chan string, 1)}
		term, p := attach(t, f)
		term.Feed([]byte(line))
		if line == "wait\n" {
			<-f.began
		}
		term.Shutdown("goodbye")
		if err := wait(t, term); err != nil {
			t.Error(err)
		}
		if got := p.waitFor(t, "goodbye\n"); !strings.HasSuffix(got, "\ngoodbye\n") {
			t.Errorf("after %q the farewell is %q", line, got)
		}
	}
}

func TestSay(t *testing.T) {
	f := &fake{began: make(chan string, 1)}
	term, p := attach(t, f)
	term.SetEcho(true)
	term.Feed([]byte("abc"))
	p.waitFor(t, "abc")
	term.Say("here")
	if got, want := p.waitFor(t, "abc"), "\r\x1b[Jhere\n> abc"; got != want {
		t.Errorf("while typing: %q, want %q", got, want)
	}
	term.Feed([]byte("\x15wait\n"))
	<-f.began
	if _, ok := term.Evaluating(); !ok {
		t.Error("not evaluating")
	}
	term.Say("here")
	p.waitFor(t, "here\n")
	term.Interrupt()
	p.answer(t)
	if _, ok := term.Evaluating(); ok {
		t.Error("still evaluating")
	}
}

// The mode may change while a line is half typed, and while one is evaluated.
func TestModeChanges(t *testing.T) {
	f := &fake{began: make(chan string, 10)}
	term, p := attach(t, f)
	term.Feed([]byte("ab"))
	term.SetEcho(true)
	p.waitFor(t, "ab")
	term.Feed([]byte("c\n"))
	if got := p.answer(t); got != "c\nabc\n" {
		t.Errorf("in character mode: %q", got)
	}
	term.SetEcho(false)
	term.Feed([]byte("wait\n"))
	<-f.began
	<-f.began
	term.SetEcho(true)
	term.Feed([]byte("\x03"))
	p.answer(t)
	term.Feed([]byte("wrong\n"))
	if got, want := p.answer(t), "wrong\n  ^\nunknown name wrong at 1:1; did you mean long?\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The farewell has a line of its own, whatever was typed before.
func TestFarewell(t *testing.T) {
	for _, tc := range []struct{ typed, end, want string }{
		{"", "\x04", "> bye\n│"},
		{"abc", "\x15\x04", "> bye\n│"},
		{"abc", "", "> abc\nbye\n│"},
		{"", "quit\n", "> quit\nbye\n│"},
	} {
		term, p := attach(t, &fake{})
		term.SetEcho(true)
		term.Feed([]byte(tc.typed))
		term.Feed([]byte(tc.end))
		term.EOF()
		wait(t, term)
		v := newVT(t, 20)
		v.Write([]byte("> " + p.waitFor(t, "bye\n")))
		if got := v.String(); got != tc.want {
			t.Errorf("%q, %q: the screen shows\n%s\nwant\n%s", tc.typed, tc.end, got, tc.want)
		}
	}
}

// A change of size while a line is evaluated leaves its answer alone.
func TestSizeChangesWhileEvaluating(t *testing.T) {
	f := &fake{began: make(chan string, 10)}
	term, p := attach(t, f)
	term.SetEcho(true)
	term.Feed([]byte("wait\n"))
	<-f.began
	term.SetSize(12, 20)
	term.Feed([]byte{3})
	if got, want := p.answer(t), "wait\ncancelled\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	term.Feed([]byte("0123456789"))
	p.waitFor(t, "0123456789 \r") // a full row of the new size
}

// Two sessions share nothing.
func TestIsolation(t *testing.T) {
	a, pa := attach(t, &fake{})
	b, pb := attach(t, &fake{})
	a.Feed([]byte("mine\n"))
	pa.answer(t)
	b.Feed([]byte("history\n"))
	if got := pb.answer(t); strings.Contains(got, "mine") {
		t.Errorf("another session's history: %q", got)
	}
}

// BenchmarkTypeAhead answers many lines that are held during an evaluation, compared with lines
// that come one by one.
func BenchmarkTypeAhead(b *testing.B) {
	const lines = 10_000
	for _, together := range []bool{false, true} {
		b.Run(fmt.Sprintf("together=%v", together), func(b *testing.B) {
			for b.Loop() {
				f := &fake{began: make(chan string, lines+1)}
				s := New(f, io.Discard, eval.Limits{})
				over := make(chan bool)
				term := Attach(context.Background(), s, deaf{}, func() { close(over) })
				if together {
					term.Feed([]byte("wait\n"))
					<-f.began
					term.Feed([]byte(strings.Repeat("some line of text\n", lines)))
					endLine(term)
				} else {
					for range lines {
						term.Feed([]byte("some line of text\n"))
					}
				}
				term.EOF()
				<-over
			}
		})
	}
}

// deaf is an output that drops everything.
type deaf struct{}

func (deaf) Write(p []byte) (int, error) { return len(p), nil }
func (deaf) Flush() error                { return nil }
func (deaf) Discard(then func()) int     { then(); return 0 }
func (deaf) Mute(bool)                   {}
func (deaf) Hold() bool                  { return true }
func (deaf) Release()                    {}

// In JSON mode there is neither prompt nor echo, whatever was negotiated, and each line is an
// answer.
func TestJSONInCharacterMode(t *testing.T) {
	term, p := attach(t, &fake{})
	term.SetEcho(true)
	term.Feed([]byte("json on\r"))
	if got := p.waitFor(t, "}\n"); !strings.HasPrefix(got, "json on\n{") {
		t.Errorf("JSON mode begins with %q", got)
	}
	for _, typed := range []string{"1", "cach\te", "\x1b[A2"} {
		term.Feed([]byte(typed))
		term.Feed([]byte("\r"))
		if got := p.waitFor(t, "}\n"); !strings.HasPrefix(got, "{") || strings.Count(got, "\n") != 1 {
			t.Errorf("%q is answered %q", typed, got)
		}
	}
	term.Feed([]byte("json off\r"))
	if got := p.answer(t); !strings.HasPrefix(got, "{") || strings.Count(got, "\n") != 1 {
		t.Errorf("JSON mode ends with %q", got)
	}
}

// With Run lent, lines wait for it. What is fed meanwhile acts on them as if they ran.
func TestLendRun(t *testing.T) {
	begin := func() (*Terminal, *peer, *fake) {
		f := &fake{began: make(chan string, 10)}
		term, p := attach(t, f)
		term.LendRun()
		return term, p, f
	}
	term, p, f := begin()
	term.Run() // nothing
	term.Feed([]byte("one\ntwo\n"))
	if len(f.began) != 0 || !term.Waits() {
		t.Error("a line does not wait for Run")
	}
	if term.Run(); term.Waits() || len(f.began) != 2 {
		t.Errorf("%d lines were run", len(f.began))
	}
	if got := p.waitFor(t, "two\n> "); got != "one\n> two\n> " {
		t.Errorf("the answers are %q", got)
	}

	term, p, _ = begin()
	term.Feed([]byte("wait\nheld\n"))
	term.Feed([]byte{3})
	term.Run()
	if got := p.waitFor(t, "> "); got != "cancelled\n> " {
		t.Errorf("interrupted before it ran, it says %q", got)
	}

	term, p, _ = begin()
	term.Feed([]byte("wait\n"))
	term.Shutdown("over")
	term.Run()
	if err := wait(t, term); err != nil {
		t.Error(err)
	}
	if got := p.waitFor(t, "over\n"); !strings.Contains(got, "cancelled") {
		t.Errorf("shut down before it ran, it says %q", got)
	}

	term, p, _ = begin()
	term.Feed([]byte("last"))
	term.EOF()
	term.Run()
	if err := wait(t, term); err != nil {
		t.Error(err)
	}
	if got := p.waitFor(t, "bye\n"); got != "last\n> bye\n" {
		t.Errorf("at the end of input: %q", got)
	}

	for _, end := range []func(*Terminal){func(term *Terminal) { term.Hangup(io.ErrUnexpectedEOF) }, func(term *Terminal) { term.Feed([]byte("panic\n")) }} {
		term, _, _ = begin()
		if end(term); !term.over() {
			term.Run()
		}
		if err := wait(t, term); err == nil {
			t.Error("it ended without an error")
		}
	}
}
