package peek

import (
	"errors"
	"reflect"
	"runtime"
	"sync"
	"time"
)

// Waiters says who waits at a chan, and whether it is closed.
type Waiters struct {
	Senders, Receivers int // at most MaxWaiting each
	Closed             bool
}

// MaxWaiting is how many goroutines waiting at a chan are counted.
const MaxWaiting = 1000

// errChan is the error of chans whose layout is not as expected.
var errChan = errors.New("the layout of channels is not known in this version of Go")

// ErrWaiting is the error of chans whose queues of goroutines do not stand where expected.
var ErrWaiting = errors.New("where goroutines wait at channels is not known in this version of Go")

// chanType is the first word of a chan (runtime.hchan) in which the type of its elements may stand. It
// is one of three, and can be recognized.
const chanType = 4

// chansProved checks on two chans, once, what is believed of chans.
func (s *Space) chansProved() error { return s.chans.get(s.proveChans) }

func (s *Space) proveChans() error {
	open, closed := make(chan int, 5), make(chan int, 3)
	open <- 1
	open <- 2
	close(closed)
	for _, c := range []struct {
		ch     chan int
		n, cap int
		closed uint64
	}{{open, 2, 5, 0}, {closed, 0, 3, 1}} {
		p := Of(reflect.ValueOf(&c.ch)).In(s)
		at, err := p.Ptr(true)
		if err != nil {
			return err
		}
		n, size, err := buffered(at)
		if err != nil || n != c.n || size != c.cap {
			return errChan
		}
		if u, _, err := at.Add(s.where.chanClosed).Uint(4); err != nil || u != c.closed {
			return errChan
		}
	}
	return nil
}

// waitingProved counts goroutines that wait at chans, once, and reports what was wrong.
func (s *Space) waitingProved() error {
	if err := s.chansProved(); err != nil {
		return err
	}
	return s.waiting.caught(s.proveWaiting, ErrUncaught)
}

// proveWaiting checks what is believed of the queues of chans: three goroutines wait at each. Nothing
// says when the last of them has stopped but the queue itself, so it gives them time.
func (s *Space) proveWaiting() (err error) {
	const n = 3
	sent, received := make(chan int), make(chan int)
	var begun, ended sync.WaitGroup
	begun.Add(2 * n)
	for range n {
		ended.Go(func() { begun.Done(); sent <- 1 })
		ended.Go(func() { begun.Done(); <-received })
	}
	defer func() {
		for range n {
			<-sent
		}
		close(received)
		ended.Wait()
	}()
	begun.Wait()
	for i := range provingTries {
		var senders, receivers Waiters
		if senders, err = s.waitersOf(&sent); err != nil {
			return err
		}
		if receivers, err = s.waitersOf(&received); err != nil {
			return err
		}
		if senders.Senders == n && senders.Receivers == 0 && receivers.Receivers == n && receivers.Senders == 0 {
			return nil
		}
		if i < provingTries/10 {
			runtime.Gosched()
		} else {
			time.Sleep(50 * time.Microsecond)
		}
	}
	return ErrWaiting
}

// provingTries bounds how often proveWaiting looks: for a tenth of a second, and longer where the
// machine is busy.
const provingTries = 1000

func (s *Space) waitersOf(c *chan int) (Waiters, error) {
	p, err := Of(reflect.ValueOf(c)).In(s).Ptr(true)
	if err != nil {
		return Waiters{}, err
	}
	return waiting(p, reflect.TypeOf(*c))
}

// Waiting counts who waits at the chan of type t at p. The queues change while they are read, so a
// count is approximate; 0 is exact. With the error ErrWaiting the rest of w is known.
func Waiting(p Ref, t reflect.Type) (w Waiters, err error) {
	unproved := p.Space().waitingProved()
	if unproved != nil && !errors.Is(unproved, ErrWaiting) {
		return w, unproved
	}
	if w, err = waiting(p, t); err == nil && unproved != nil {
		w, err = Waiters{Closed: w.Closed}, unproved
	}
	return w, err
}

func waiting(p Ref, t reflect.Type) (w Waiters, err error) {
	where := &p.Space().where
	closed, _, err := p.Add(where.chanClosed).Uint(4)
	if err != nil {
		return w, err
	}
	for i := chanType; i < chanType+3; i++ {
		word, err := p.Add(uintptr(i) * wordSize).Uintptr()
		if err != nil {
			return w, err
		}
		if word == TypeWord(t.Elem()) {
			if uncaught.Load() {
				return w, ErrUncaught
			}
			typ := p.Add(uintptr(i) * wordSize).Bare()
			return Waiters{
				Closed: closed != 0, Senders: queued(typ.Add(where.chanSenders)), Receivers: queued(typ.Add(where.chanReceivers)),
			}, nil
		}
	}
	return w, errChan
}

// queued counts a queue of goroutines. first is the word that points at the first of them.
func queued(first Ref) (n int) {
	for at := first; n < MaxWaiting; n++ {
		next, err := at.Uintptr()
		if err != nil || next == 0 {
			break
		}
		at = at.At(next).Add(at.Space().where.waiterNext)
	}
	return n
}
