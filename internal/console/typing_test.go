package console

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// characters returns a terminal in character mode, and its peer.
func characters(t *testing.T, f *fake) (*Terminal, *peer) {
	t.Helper()
	term, p := attach(t, f)
	term.SetEcho(true)
	return term, p
}

// completion returns a terminal whose user has pressed Tab, before anything was found.
func completion(t *testing.T) (*Terminal, *peer, *fake) {
	t.Helper()
	f := &fake{asked: make(chan string), found: make(chan struct{})}
	term, p := characters(t, f)
	term.Feed([]byte("lo\t"))
	if line := <-f.asked; line != "lo" {
		t.Errorf("%q is completed", line)
	}
	p.waitFor(t, "lo")
	return term, p, f
}

// A completion does not hold up the terminal: what is typed meanwhile comes after it.
func TestTypingDuringCompletion(t *testing.T) {
	term, p, f := completion(t)
	term.Feed([]byte("er\r"))
	term.Say("a note")
	p.waitFor(t, "a note\n> lo")
	if _, busy := term.Evaluating(); !busy {
		t.Error("nothing is under way")
	}
	f.found <- struct{}{}
	p.waitFor(t, "nger\nlonger\n> ")
	term.Feed([]byte("lo\t"))
	<-f.asked
	term.SetEcho(false) // ends editing
	f.found <- struct{}{}
	term.Feed([]byte("w\n"))
	p.waitFor(t, "low\n")
}

// A completion is cancelled like an evaluation.
func TestCompletionIsCancelled(t *testing.T) {
	t.Run("by Ctrl-C", func(t *testing.T) {
		term, p, _ := completion(t)
		term.Feed([]byte(strings.Repeat("\t", 60)))
		term.Feed([]byte("\x03"))
		p.waitFor(t, "^C\n> ")
		term.Feed([]byte("1\r"))
		p.waitFor(t, "1\n1\n> ")
	})
	t.Run("by an interrupt", func(t *testing.T) {
		term, p, _ := completion(t)
		term.AbortOutput() // there is no output
		term.Interrupt()
		p.waitFor(t, "^C\n> ")
	})
	t.Run("by Shutdown", func(t *testing.T) {
		term, p, _ := completion(t)
		term.Feed([]byte(strings.Repeat("\t", 60)))
		term.Shutdown("goodbye")
		if err := wait(t, term); err != nil {
			t.Error(err)
		}
		p.waitFor(t, "\ngoodbye\n")
	})
	t.Run("by a disconnect", func(t *testing.T) {
		term, _, _ := completion(t)
		gone := errors.New("gone")
		term.Hangup(gone)
		if err := wait(t, term); err != gone {
			t.Error(err)
		}
	})
	t.Run("and not by the end of input", func(t *testing.T) {
		term, p, f := completion(t)
		term.EOF()
		f.found <- struct{}{}
		if err := wait(t, term); err != nil {
			t.Error(err)
		}
		p.waitFor(t, "ng\nbye\n")
	})
}

// Whatever is typed, no more of it is kept than a line may have.
func TestEditedLineIsBounded(t *testing.T) {
	term, p := characters(t, &fake{})
	e := &term.editor
	bounded := func(what string) {
		t.Helper()
		if e.size > maxEdited || len(e.text) > maxEdited || len(e.killed) > maxEdited || len(e.search.want) > maxWanted || len(e.recall.typed) > maxEdited {
			t.Errorf("%s: a line of %d bytes and %d characters, %d killed, %d wanted", what, e.size, len(e.text), len(e.killed), len(e.search.want))
		}
	}
	for range 40 {
		term.Feed([]byte(strings.Repeat("ab", 400)))
		bounded("typed")
	}
	term.Feed([]byte("\r"))
	p.waitFor(t, "longer than 8,192 bytes")
	term.Feed([]byte(strings.Repeat("é", 3000) + strings.Repeat("\x15\x19\x19", 60)))
	bounded("yanked")
	term.Feed([]byte("\x03" + strings.Repeat("a ", 3000) + strings.Repeat("\x17\x0b", 4000) + "\x19\x10\x0e"))
	bounded("killed")
	term.Feed([]byte("\x03\x12" + strings.Repeat("x", 20_000)))
	bounded("searched")
	term.Feed([]byte("\x03"))
	// A line that began without editing may be as long as the limit allows.
	term.SetEcho(false)
	term.Feed([]byte(strings.Repeat("a", 20_000)))
	term.SetEcho(true)
	bounded("an echo")
	term.Feed([]byte("\r"))
	p.waitFor(t, "longer than 8,192 bytes")
	// A line that is too long to edit is not recalled.
	term.SetEcho(false)
	term.Feed([]byte("short\n" + strings.Repeat("a", 20_000) + "\n"))
	p.waitFor(t, "aaa\n> ")
	term.SetEcho(true)
	term.Feed([]byte("\x10"))
	if line, _ := e.line(); line != "short" {
		t.Errorf("%.40q is recalled", line)
	}
	bounded("recalled")
	term.Feed([]byte("\x03\x12aaaa\r"))
	bounded("found")
}

// In line mode only the last line is erased: otherwise the editor would read the whole text again
// for each.
func TestEraseInLineMode(t *testing.T) {
	term, p := attach(t, &fake{})
	term.Feed([]byte("[1,\n" + strings.Repeat("\x7f", 9) + "\x15\x7f2]\n"))
	p.waitFor(t, ". [1,\\n2]\n> ")
}

// Shutdown and a hangup are noticed between two keys.
func TestEndBetweenKeys(t *testing.T) {
	for name, end := range map[string]func(*Terminal){
		"Shutdown":   func(term *Terminal) { term.Shutdown("goodbye") },
		"disconnect": func(term *Terminal) { term.Hangup(errors.New("gone")) },
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{began: make(chan string, 10)}
			term, _ := characters(t, f)
			ended := make(chan struct{})
			term.editor.label = func() string { // called for each prompt, while Feed holds the lock
				term.editor.label = nil
				go func() {
					end(term)
					close(ended)
				}()
				for !term.ending.Load() && term.ctx.Err() == nil {
					runtime.Gosched()
				}
				return prompt
			}
			term.Feed([]byte("\rnever\r"))
			wait(t, term)
			<-ended
			if len(f.began) > 0 {
				t.Errorf("%q is evaluated", <-f.began)
			}
		})
	}
}

// Held input is read in parts, between which others get the lock: here an interrupt, which drops
// the rest, and then Shutdown.
func TestInterruptBetweenKeys(t *testing.T) {
	f := &fake{began: make(chan string)}
	term, p := characters(t, f)
	held := func() {
		term.Feed([]byte("x\r"))
		term.Feed([]byte(strings.Repeat("ab\x15\x19", 1000) + "\rnever\r"))
	}
	times := 0
	term.between = func() {
		if times++; times == 3 {
			term.Interrupt()
		}
	}
	held()
	<-f.began
	p.waitFor(t, "^C\n> ")
	term.Feed([]byte("y\r"))
	if line := <-f.began; line != "y" {
		t.Errorf("%q is evaluated", line)
	}
	p.waitFor(t, "y\ny\n> ")
	times = 0
	term.between = func() {
		if times++; times == 3 {
			term.Shutdown("goodbye")
		}
	}
	held()
	<-f.began
	if err := wait(t, term); err != nil {
		t.Error(err)
	}
	p.waitFor(t, "\ngoodbye\n")
}

// The history is searched once, however many keys a packet has.
func TestSearchOfOnePacket(t *testing.T) {
	e := edit(t, 80)
	e.editor.history.add("count(cache.items, .hits > 100)")
	e.editor.history.add("count(orders)")
	e.feed([]byte("\x12" + strings.Repeat("q\x7f", 1000) + "count("))
	if got := string(e.editor.history.lines[e.editor.search.at]); got != "count(orders)" {
		t.Errorf("%q is found", got)
	}
	e.feed([]byte("c"))
	if got := string(e.editor.history.lines[e.editor.search.at]); !strings.HasPrefix(got, "count(cache") {
		t.Errorf("%q is found", got)
	}
	e.feed([]byte("z"))
	if !e.editor.search.failed {
		t.Error("something is found")
	}
	e.feed([]byte("\x12\x12\x7f\x12\r"))
	if e.lines[0] != "count(cache.items, .hits > 100)" {
		t.Errorf("%q was taken", e.lines)
	}
}

// liar is an evaluator whose texts contain newlines, as an application's may.
type liar struct{ fake }

func (liar) Run(context.Context, eval.Query) (eval.Result, error) {
	return eval.Result{Node: textNode("1"), Notes: []string{"a\n> b"}}, nil
}

// A message is one line, whatever it contains.
func TestMessagesAreLines(t *testing.T) {
	var out strings.Builder
	s := New(&liar{}, &out, eval.Limits{})
	if err := s.Do(t.Context(), "x"); err != nil || out.String() != "1\n  a\\n> b\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	out.Reset()
	a := &answer{ctx: t.Context(), out: &out, left: 1000}
	a.writeError(errors.New("a\n> b\u202e"), "", "", s.currentStyle())
	a.end()
	if out.String() != "a\\n> b\\u202e\n" {
		t.Errorf("%q", out.String())
	}
	if got := listing([]eval.Completion{{Text: "a\nb", Detail: "c\nd"}}, 80); len(got) != 1 || got[0] != `a\nb  c\nd` {
		t.Errorf("%q", got)
	}
}

// A list of proposals takes the memory of its rows, not of its longest name in each row.
func TestListingIsBounded(t *testing.T) {
	for _, n := range []int{listedWithDetail, listedInColumns} {
		proposals := make([]eval.Completion, n)
		for i := range proposals {
			proposals[i].Text = "a"
		}
		proposals[0].Text = strings.Repeat("a", 64<<10)
		const most = 512 << 10
		var got string
		if bytes := attack.Allocated(most, func() { got = strings.Join(listing(proposals, 80), "\n") }); bytes > most || len(got) > 80*(n+1) {
			t.Errorf("%d proposals take %d bytes, want at most %d, and %d on the screen", n, bytes, most, len(got))
		}
	}
}
