package console

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// patience is after how long a test that hangs fails.
const patience = 20 * time.Second

func textNode(s string) *render.Node { return &render.Node{Shape: inspect.Scalar, Text: s} }

// fake is an evaluator that knows a few lines. It answers any other with the line itself.
type fake struct {
	began chan string // receives the line of each evaluation, if not nil
	asked chan string // receives the line of each completion, if not nil; the completion then waits for found
	found chan struct{}
}

func (f *fake) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	source := q.Source
	if f.began != nil {
		f.began <- source
	}
	switch source {
	case "wait":
		<-ctx.Done()
		return eval.Result{}, &eval.Error{Code: "cancelled", Message: "cancelled", Err: ctx.Err()}
	case "panic":
		panic("a fault")
	case "long":
		n := &render.Node{Shape: inspect.List, Type: "[]string", Len: 10_000}
		for range n.Len {
			n.Items = append(n.Items, render.Item{Node: textNode(strings.Repeat("long ", 20))})
		}
		return eval.Result{Node: n}, nil
	case "wrong":
		return eval.Result{}, &eval.Error{Code: "unknown_name", Message: "unknown name wrong at 1:1; did you mean long?", Source: source, Line: 1, Col: 1}
	}
	return eval.Result{Node: textNode(source)}, nil
}

func (f *fake) CompleteContext(ctx context.Context, line string, pos int) []eval.Completion {
	if f.asked != nil {
		f.asked <- line
		select {
		case <-f.found:
		case <-ctx.Done():
			return nil
		}
	}
	return names("wait", "long")(line, pos)
}

// peer is the other side of a terminal. It keeps what it has read.
type peer struct {
	mu      sync.Mutex
	changed sync.Cond
	got     strings.Builder
	pending string // written, and not read yet
	stuck   bool
	gone    bool
	muted   bool
	seen    int // how much of it waitFor has looked at
}

func newPeer() *peer {
	p := &peer{}
	p.changed.L = &p.mu
	return p
}

// room bounds pending.
const room = 8 << 10

func (p *peer) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.stuck && len(p.pending) >= room && !p.gone {
		p.changed.Wait()
	}
	if p.gone {
		return 0, io.ErrClosedPipe
	}
	if p.muted {
		return len(b), nil
	}
	if p.stuck {
		p.pending += string(b)
	} else {
		p.got.Write(b)
	}
	p.changed.Broadcast()
	return len(b), nil
}

func (p *peer) Flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.pending != "" && !p.gone {
		p.changed.Wait()
	}
	if p.gone {
		return io.ErrClosedPipe
	}
	return nil
}

func (p *peer) Discard(then func()) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.pending)
	p.pending = ""
	p.changed.Broadcast()
	then()
	return n
}

func (p *peer) Hold() bool { return false }
func (p *peer) Release()   {}

func (p *peer) Mute(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.muted = on
}

// read makes the peer read, or stop reading.
func (p *peer) read(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stuck = !on; on {
		p.got.WriteString(p.pending)
		p.pending = ""
	}
	p.changed.Broadcast()
}

// vanish makes all writes fail.
func (p *peer) vanish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	p.changed.Broadcast()
}

// until waits until a condition holds for what was sent since the last wait, and returns that.
func (p *peer) until(t *testing.T, what string, ok func(got string) bool) string {
	t.Helper()
	late := time.AfterFunc(patience, func() { p.vanish() })
	defer late.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		got := p.got.String()[p.seen:]
		if ok(got) {
			p.seen += len(got)
			return got
		}
		if p.gone {
			t.Fatalf("%s did not come, but %q", what, got)
		}
		p.changed.Wait()
	}
}

// waitFor waits for text, and returns what was sent since the last wait, up to the text.
func (p *peer) waitFor(t *testing.T, text string) string {
	t.Helper()
	return p.until(t, text, func(got string) bool { return strings.Contains(got, text) })
}

// answer waits for the next prompt, and returns what was sent before it.
func (p *peer) answer(t *testing.T) string {
	t.Helper()
	got := p.until(t, "the prompt", func(got string) bool { return got == prompt || strings.HasSuffix(got, "\n"+prompt) })
	return strings.TrimSuffix(got, prompt)
}

// backlog waits until the terminal is blocked on a peer that does not read.
func (p *peer) backlog(t *testing.T) {
	t.Helper()
	p.until(t, "a backlog", func(string) bool { return len(p.pending) > 0 })
}
