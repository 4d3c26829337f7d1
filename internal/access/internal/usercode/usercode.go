// Package usercode runs code of the application: methods, lenses, the functions behind computed
// names, and the functions that reach an owner. Each call runs on a goroutine of its own and is
// waited for no longer than its context lasts. A panic is an error. What does not return in time is
// left running and counted, and nothing is called again while too many of its calls are.
package usercode

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/sightglass-go/sightglass/internal/secret"
)

const (
	// MaxOverdue bounds the overdue calls of one Callee.
	MaxOverdue = 4
	// MaxOverdueInAll bounds those of all Callees of a Table.
	MaxOverdueInAll = 32
)

// Table holds the Callees of one registry. The zero Table is empty. Its methods may be called
// concurrently.
type Table struct {
	byKey   sync.Map     // of key to *Callee
	overdue atomic.Int32 // calls of all Callees
}

type key struct {
	typ  reflect.Type
	name string
}

// Method returns the Callee for the method of t of that name. The empty name is that of the lens of
// t.
func (t *Table) Method(typ reflect.Type, name string) *Callee {
	k := key{typ, name}
	if c, ok := t.byKey.Load(k); ok {
		return c.(*Callee)
	}
	c, _ := t.byKey.LoadOrStore(k, t.New())
	return c.(*Callee)
}

// New returns a Callee whose calls count among those of t.
func (t *Table) New() *Callee { return &Callee{inAll: &t.overdue} }

// Overdue returns how many calls are overdue.
func (t *Table) Overdue() int { return int(t.overdue.Load()) }

// Callee is one piece of code of the application, and counts its overdue calls: those that outlived
// their context and still run. The zero Callee counts for itself alone. It must not be copied.
type Callee struct {
	overdue atomic.Int32
	inAll   *atomic.Int32 // of the Table; nil without one
}

// Overdue returns how many calls of c are overdue.
func (c *Callee) Overdue() int { return int(c.overdue.Load()) }

// Refusal says why c must not be called now, "" if it may.
func (c *Callee) Refusal() string {
	switch n := c.overdue.Load(); {
	case n >= MaxOverdue:
		return fmt.Sprintf("cannot be called: %d earlier calls of it are still running", n)
	case c.inAll != nil && c.inAll.Load() >= MaxOverdueInAll:
		return fmt.Sprintf("cannot be called: %d calls of other methods are still running", c.inAll.Load())
	}
	return ""
}

func (c *Callee) add(n int32) {
	c.overdue.Add(n)
	if c.inAll != nil {
		c.inAll.Add(n)
	}
}

// ErrRunning is the error of a call that did not return in time.
var ErrRunning = errors.New("did not return in time, and is still running")

var errExit = errors.New("ended its goroutine instead of returning")

// panicError is the error of a call that panicked.
type panicError struct{ text string }

func (p *panicError) Error() string { return "panicked: " + p.text }

// Panicked returns the error for a panic with the value p. Call it where the panic is recovered: it
// may run methods of p.
func Panicked(p any) error { return &panicError{SafeText(fmt.Sprint(p))} }

// Call is a call under way.
type Call struct {
	callee *Callee
	done   chan struct{} // closed when the call has ended
	err    error         // how it ended; valid once done is closed
	state  atomic.Int32
}

// The states of a Call. Whoever changes running first decides who counts it.
const (
	running int32 = iota
	ended
	abandoned
)

// Go calls f on a new goroutine.
func (c *Callee) Go(f func()) *Call {
	call := &Call{callee: c, done: make(chan struct{})}
	go func() {
		defer call.end()
		call.err = errExit
		defer func() {
			if p := recover(); p != nil {
				call.err = Panicked(p)
			}
		}()
		f()
		call.err = nil
	}()
	return call
}

func (c *Call) end() {
	if !c.state.CompareAndSwap(running, ended) {
		c.callee.add(-1)
	}
	close(c.done)
}

// Done returns a channel that is closed when the call has ended.
func (c *Call) Done() <-chan struct{} { return c.done }

// Err returns how the call ended: nil if it returned. Done must be closed.
func (c *Call) Err() error { return c.err }

// Wait waits for the call until ctx ends, and then returns [ErrRunning]: the call counts as overdue
// until it ends, and nothing that it writes may be read.
func (c *Call) Wait(ctx context.Context) error {
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
	}
	c.callee.add(1)
	if c.state.CompareAndSwap(running, abandoned) {
		return ErrRunning
	}
	c.callee.add(-1)
	<-c.done
	return c.err
}

// maxText bounds a text of the application that becomes a part of an error.
const maxText = 1024

// SafeText returns a text of the application that may be a part of an error: cut, and without
// secrets.
func SafeText(s string) string {
	if secret.In(s) {
		return "<redacted>"
	}
	if len(s) > maxText {
		s = s[:maxText] + "…"
	}
	return s
}
