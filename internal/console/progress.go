package console

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
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
	row    screen // the line is its label, "" while there is none
	hidden bool   // something else has the row: a question
}

// evalTelling is eval, and has the terminal tell meanwhile how far the evaluation has come, where a
// person looks on. The line is gone when it returns.
func (s *Session) evalTelling(ctx context.Context, q eval.Query) (eval.Result, error) {
	defer s.watchProgress(&q)()
	return s.eval(ctx, q)
}

// watchProgress has the terminal tell how far the evaluation of q comes, until end is called. end
// returns once the line is gone. It does nothing where no person looks on.
func (s *Session) watchProgress(q *eval.Query) (end func()) {
	if st := s.currentStyle(); !st.echoed || !st.sized || st.dumb || st.json || s.inJSON() {
		return func() {}
	}
	p := &progress{session: s}
	q.Progress = func(now eval.Progress) { p.latest.Store(&now) }
	s.setProgress(p)
	stop := s.nowAndThen(p.draw)
	return func() {
		stop()
		p.hide()
		s.setProgress(nil)
	}
}

// nowAndThen calls tell, first after progressAfter and then each progressEvery, until stop is called.
// stop returns once tell has.
func (s *Session) nowAndThen(tell func()) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { recover() }() // what is told is not worth the process
		for wait := progressAfter; ; wait = progressEvery {
			s.ticks.Wait(wait, done, nil)
			select {
			case <-done:
				return
			default:
				tell()
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

func (s *Session) setProgress(p *progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress = p
}

func (s *Session) currentProgress() *progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.progress
}

// draw draws the line, if there is anything to tell.
func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.latest.Load()
	if now == nil || p.hidden {
		return // it waits for its turn, and that was told
	}
	p.clear()
	p.row.begin(text.Fit(progressLine(*now), p.row.width-1))
	p.write()
}

// clear clears the row of the line, and what a terminal that has become narrower has made of it.
func (p *progress) clear() {
	if width := p.session.currentStyle().width.terminal; width != p.row.width {
		p.row.resize(width)
	} else {
		p.row.erase()
	}
	p.row.begin("")
}

// erase removes the line, if there is one.
func (p *progress) erase() {
	if p.row.label != "" {
		p.clear()
		p.write()
	}
}

// write sends what row has put out. A failure shows when the answer is written.
func (p *progress) write() { p.session.out.Write(p.row.take()) }

// hide removes the line, and keeps it away until again is called.
func (p *progress) hide() (again func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	p.hidden = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.hidden = false
	}
}

// say writes a line of something else while an evaluation may run.
func (s *Session) say(line string) error {
	if p := s.currentProgress(); p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.erase()
	}
	_, err := io.WriteString(s.out, line)
	return err
}

// askUser asks the user to confirm an action. The line is away meanwhile.
func (s *Session) askUser(ctx context.Context, c *access.Call) error {
	if p := s.currentProgress(); p != nil {
		defer p.hide()()
	}
	return s.confirmer(ctx, c)
}

// progressLine writes how far an evaluation has come.
func progressLine(p eval.Progress) string {
	took := fmt.Sprintf("%.1f s", p.Time.Seconds())
	switch {
	case p.Of > 0:
		of := ""
		if p.Path != "" {
			of = " of " + text.Escape(p.Path)
		}
		return fmt.Sprintf("… %s of %s%s, %d %%, %s%s", text.Thousands(p.At), text.Thousands(p.Of), of, int(100*float64(p.At)/float64(p.Of)), took, rate(p.At, p.Time))
	case p.Read > 0:
		return fmt.Sprintf("… %s read, %s%s", text.Thousands(p.Read), took, rate(p.Read, p.Time))
	}
	return "… " + took
}

// rate writes how many of n there were a second, in two digits: more of them would only flicker.
func rate(n int, in time.Duration) string {
	perSecond := float64(n) / in.Seconds()
	if !(perSecond >= 1 && perSecond < 1e15) {
		return ""
	}
	unit := math.Pow10(max(0, int(math.Log10(perSecond))-1))
	return ", " + text.Group(strconv.FormatInt(int64(math.Round(perSecond/unit)*unit), 10)) + "/s"
}
