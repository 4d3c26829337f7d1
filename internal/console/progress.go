package console

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// A person who waits is told how far the evaluation has come after progressAfter, when one begins
// to wonder, and then every progressEvery.
const (
	progressAfter = 500 * time.Millisecond
	progressEvery = 250 * time.Millisecond
)

// progress is a line of a terminal that tells how far an evaluation has come. It is there while the
// evaluation runs, below the line that was typed, and gone before anything else is written.
type progress struct {
	session *Session
	latest  atomic.Pointer[eval.Progress]

	mu     sync.Mutex
	drawn  bool
	hidden bool // something else has the row: a question
}

// erased is written to take the line away. The line is shorter than a row.
const erased = "\r\x1b[J"

// watchProgress has the terminal tell how far the evaluation of q comes, until end is called. end
// returns once the line is gone. It does nothing where no person looks on.
func (s *Session) watchProgress(q *eval.Query) (end func()) {
	if st := s.currentStyle(); !st.echoed || !st.sized || st.dumb || st.json || s.inJSON() {
		return func() {}
	}
	p := &progress{session: s}
	q.Progress = func(now eval.Progress) { p.latest.Store(&now) }
	if confirm := q.Confirm; confirm != nil {
		q.Confirm = func(ctx context.Context, c *access.Call) error {
			p.hide(true)
			defer p.hide(false)
			return confirm(ctx, c)
		}
	}
	s.mu.Lock()
	s.progress = p
	s.mu.Unlock()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { recover() }() // the line is not worth the process
		p.run(done)
	}()
	return func() {
		close(done)
		<-ended
		p.hide(true)
		s.mu.Lock()
		s.progress = nil
		s.mu.Unlock()
	}
}

// run draws the line from time to time until done is closed.
func (p *progress) run(done <-chan struct{}) {
	for wait := progressAfter; ; wait = progressEvery {
		p.session.ticks.Wait(wait, done, nil)
		select {
		case <-done:
			return
		default:
			p.draw()
		}
	}
}

func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.latest.Load()
	if now == nil || p.hidden {
		return // it waits for its turn, and that was told
	}
	p.drawn = true
	// A failure to write shows when the answer is written.
	io.WriteString(p.session.out, erased+text.Fit(progressLine(*now), p.session.currentStyle().width.terminal-1))
}

// hide removes the line, and keeps it away if for good.
func (p *progress) hide(forGood bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	p.hidden = forGood
}

func (p *progress) erase() {
	if p.drawn {
		p.drawn = false
		io.WriteString(p.session.out, erased)
	}
}

// say writes a line of something else while an evaluation may run.
func (s *Session) say(line string) error {
	s.mu.Lock()
	p := s.progress
	s.mu.Unlock()
	if p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.erase()
	}
	_, err := io.WriteString(s.out, line)
	return err
}

// progressLine writes how far an evaluation has come.
func progressLine(p eval.Progress) string {
	took := fmt.Sprintf("%.1f s", p.Time.Seconds())
	switch {
	case p.Of > 0:
		return fmt.Sprintf("… %s of %s of %s, %d %%, %s", text.Thousands(p.At), text.Thousands(p.Of), text.Escape(p.Path), int(100*float64(p.At)/float64(p.Of)), took)
	case p.Read > 0:
		return fmt.Sprintf("… %s read, %s", text.Thousands(p.Read), took)
	}
	return "… " + took
}
