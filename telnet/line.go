package telnet

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// longSlice is how long an evaluation keeps a place while others wait for one: short enough that a
// person does not notice a slice of another session, and long enough that handing places around
// costs nothing beside the work.
const longSlice = 20 * time.Millisecond

// line is a number of places for which waiters stand in line. Whoever has had a place for a slice
// loses it as soon as another waits, and has to get in line again.
//
// Those that come for the first time have a line of their own. The two lines are served in turns,
// so what takes little longer than a slice does not wait for all that take much longer, and these
// have half of the time however many others come.
type line struct {
	places int
	slice  time.Duration

	mu     sync.Mutex
	having []*waiter    // those that have a place, the one that has had it longest first
	lines  [2][]*waiter // those in line: for the first time, and again
	next   int          // the line to be served next, if somebody is in both
	timer  *time.Timer  // of the end of the first slice; nil while nobody waits
}

// waiter is one that comes for places again and again. The zero waiter has none.
type waiter struct {
	given chan struct{} // has a token once the waiter that was in line has a place; nil before that
	since time.Time     // when it got the place
	again bool          // it has had one before
	keeps bool          // it has the place until it leaves
	over  atomic.Bool   // the place is another's now
}

// enter gives w a place or puts it in line. In line, w gets it when given has a token; leave gives
// that up.
func (l *line) enter(w *waiter) (in bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.having) < l.places { // then nobody waits
		l.give(w)
		return true
	}
	if w.given == nil {
		w.given = make(chan struct{}, 1)
	}
	n := 0
	if w.again {
		n = 1
	}
	l.lines[n] = append(l.lines[n], w)
	l.serve()
	return false
}

// await waits in the line that w was put in. It calls told at notice, and once. The error is that of
// ctx; w is still in line then.
func (w *waiter) await(ctx context.Context, notice <-chan time.Time, told func()) error {
	for {
		select {
		case <-w.given:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-notice:
			told()
		}
	}
}

// leave takes the place from w, or takes it out of the line.
func (l *line) leave(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := range l.lines {
		l.lines[n] = without(l.lines[n], w)
	}
	l.having = without(l.having, w)
	l.serve()
	select {
	case <-w.given:
	default:
	}
}

// without removes w from all, where it is once or not at all.
func without(all []*waiter, w *waiter) []*waiter {
	if i := slices.Index(all, w); i >= 0 {
		return slices.Delete(all, i, i+1)
	}
	return all
}

// serve gives the places that are free, and those whose slice is over, to who waits.
func (l *line) serve() {
	for len(l.lines[0])+len(l.lines[1]) > 0 {
		if len(l.having) == l.places {
			i := l.first()
			if i < 0 || time.Since(l.having[i].since) < l.slice {
				break
			}
			l.having[i].over.Store(true)
			l.having = slices.Delete(l.having, i, i+1)
		}
		n := l.next
		if len(l.lines[n]) == 0 {
			n = 1 - n
		}
		w := l.lines[n][0]
		l.lines[n] = slices.Delete(l.lines[n], 0, 1)
		l.next = 1 - n
		l.give(w)
		w.given <- struct{}{}
	}
	l.arm()
}

// first returns the index of the one whose place is the first to be lost, or -1.
func (l *line) first() int {
	return slices.IndexFunc(l.having, func(w *waiter) bool { return !w.keeps })
}

func (l *line) give(w *waiter) {
	w.since, w.again = time.Now(), true
	w.over.Store(false)
	l.having = append(l.having, w)
}

// arm has serve run when the first slice ends, if somebody waits.
func (l *line) arm() {
	if l.timer != nil || len(l.lines[0])+len(l.lines[1]) == 0 {
		return
	}
	i := l.first()
	if i < 0 {
		return
	}
	l.timer = time.AfterFunc(time.Until(l.having[i].since.Add(l.slice)), func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.timer = nil
		l.serve()
	})
}
