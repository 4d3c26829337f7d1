package access

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"

	"github.com/sightglass-go/sightglass/internal/secret"
)

const (
	// maxStuck is how many calls of one method, Func, lens or owner may be overdue at a time.
	maxStuck = 4
	// maxStuckInAll is how many of all methods, Funcs and lenses of a registry.
	maxStuckInAll = 32
)

// stuck counts calls of one thing of the application that outlived their deadline.
type stuck struct {
	n atomic.Int32
	// all counts those of everything; nil for an owner, which delays only reads of its object.
	all *atomic.Int32
}

// callee is what is called by way of its type: a method, or the lens of the type, which has no
// name.
type callee struct {
	typ  reflect.Type
	name string
}

// stuckAt is the count of what c is.
func (o *Objects) stuckAt(c callee) *stuck {
	if s, ok := o.stuckBy.Load(c); ok {
		return s.(*stuck)
	}
	s, _ := o.stuckBy.LoadOrStore(c, &stuck{all: &o.stuckInAll})
	return s.(*stuck)
}

// full says why no further call may begin, "" if it may.
func (s *stuck) full() string {
	switch n := s.n.Load(); {
	case n >= maxStuck:
		return fmt.Sprintf("cannot be called: %d earlier calls of it are still running", n)
	case s.all != nil && s.all.Load() >= maxStuckInAll:
		return fmt.Sprintf("cannot be called: %d calls of other methods are still running", s.all.Load())
	}
	return ""
}

func (s *stuck) add(n int32) {
	s.n.Add(n)
	if s.all != nil {
		s.all.Add(n)
	}
}

var (
	errStill = errors.New("did not return in time, and is still running")
	errExit  = errors.New("ended its goroutine instead of returning")
)

// panicked is the error of application code that panicked.
type panicked struct{ text string }

func (p *panicked) Error() string { return "panicked: " + p.text }

// call is one call into the application, on a goroutine of its own.
type call struct {
	done  chan struct{} // closed at the end
	err   error         // how it ended; may be read after done
	state atomic.Int32
	count *stuck
}

const (
	underWay int32 = iota
	ended
	abandoned
)

// start begins f on a goroutine of its own.
func (s *stuck) start(f func()) *call {
	c := &call{done: make(chan struct{}), count: s}
	go func() {
		defer c.end()
		c.err = errExit
		defer func() {
			if p := recover(); p != nil {
				c.err = &panicked{text: panicText(p)}
			}
		}()
		f()
		c.err = nil
	}()
	return c
}

// end marks c as finished, and no longer stuck.
func (c *call) end() {
	if !c.state.CompareAndSwap(underWay, ended) {
		c.count.add(-1)
	}
	close(c.done)
}

// wait waits for c until ctx ends. Then c is abandoned: it counts as stuck until it ends, and what
// it computes must not be read.
func (c *call) wait(ctx context.Context) error {
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
	}
	c.count.add(1)
	if c.state.CompareAndSwap(underWay, abandoned) {
		return errStill
	}
	c.count.add(-1)
	<-c.done
	return c.err
}

// maxText bounds the text that the application's errors and panics may contribute to ours.
const maxText = 1024

// panicText is the text of a panic, made where the panic was, since it may run the application's
// code again.
func panicText(p any) string {
	return safeText(fmt.Sprint(p))
}

// safeText is the application's text as part of an error: cut, and not a secret.
func safeText(s string) string {
	if secret.In(s) {
		return "<redacted>"
	}
	if len(s) > maxText {
		s = s[:maxText] + "…"
	}
	return s
}
