package telnet

import (
	"context"
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
