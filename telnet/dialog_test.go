package telnet

import (
	"context"
	"strings"
	"testing"
)

// hasty is a screen whose user answers as soon as something appears on it.
type hasty struct {
	d    *dialog
	rest chan []byte // of the answer, for the session
}

func (h *hasty) Write(p []byte) (int, error) {
	typing := make(chan bool)
	go func() {
		close(typing)
		rest, _ := h.d.take([]byte("yes\n"))
		h.rest <- rest
	}()
	<-typing
	return len(p), nil
}

// TestQuickAnswer: input that comes right behind a question is its answer, not a line of the
// session.
func TestQuickAnswer(t *testing.T) {
	h := &hasty{rest: make(chan []byte, 1)}
	h.d = &dialog{out: h, over: make(chan struct{}), begun: true}
	for range 2000 {
		type told struct {
			text string
			err  error
		}
		ctx, cancel := context.WithCancel(t.Context())
		answered := make(chan told, 1)
		go func() {
			text, err := h.d.ask(ctx, "Type yes: ", false)
			answered <- told{text, err}
		}()
		if rest := <-h.rest; len(rest) > 0 {
			t.Fatalf("the session was given %q", rest)
		}
		if got := <-answered; got.text != "yes" || got.err != nil {
			t.Fatalf("the answer is %q, %v", got.text, got.err)
		}
		cancel()
	}
}

// writes are what is written to a screen, piece by piece.
type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}

// TestFirstObjectIsOneWrite: telnet commands may be sent between two writes, and the first object for a program has
// to begin its line.
func TestFirstObjectIsOneWrite(t *testing.T) {
	for _, asked := range []bool{false, true} {
		var out writes
		d := &dialog{out: &out, over: make(chan struct{})}
		take := func(input string) {
			if _, err := d.take([]byte(input)); err != nil {
				t.Fatal(err)
			}
		}
		if asked {
			d.question = &question{asks: "token: ", answer: make(chan answer, 1)}
			take("json on\n")
		} else {
			take("json on\nsecret\n")
			if got, err := d.ask(t.Context(), "token: ", true); got != "secret" || err != nil {
				t.Errorf("the answer is %q, %v", got, err)
			}
		}
		d.deny("no")
		if len(out) != 2 || !strings.HasPrefix(out[0], "\n{") || !strings.HasPrefix(out[1], "{") {
			t.Errorf("asked before: %v: the writes are %q", asked, out)
		}
	}
}
