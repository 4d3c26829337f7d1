package peek

import (
	"errors"
	"reflect"
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

// In the runtime's structure of a chan (runtime.hchan) these words follow the one that points at
// the type of the elements, which can be recognized: the indexes of the next send and receive, then
// two queues of goroutines, the receivers and the senders, each a first and a last. Whether the
// chan is closed stands behind the size of an element, in the fourth word. So since go1.23.
const (
	chanType    = 4 // the first word in which the type may stand
	chanRecv    = 3 // words from the type to the first receiver
	chanSend    = 5 // words from the type to the first sender
	waitingNext = 1 // words to the next goroutine in a queue (runtime.sudog)
)

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

// Waiting counts who waits at the chan of type t at p. The queues change while they are read, so a
// count is approximate; 0 is exact.
func Waiting(p Ref, t reflect.Type) (w Waiters, err error) {
	if err := p.Space().chansProved(); err != nil {
		return w, err
	}
	closed, _, err := p.Add(p.Space().where.chanClosed).Uint(4)
	if err != nil {
		return w, err
	}
	for i := chanType; i < chanType+3; i++ {
		word, err := p.Add(uintptr(i) * wordSize).Uintptr()
		if err != nil {
			return w, err
		}
		if word == TypeWord(t.Elem()) {
			at := func(words int) Ref { return p.Add(uintptr(i+words) * wordSize).Bare() }
			if uncaught.Load() {
				return w, ErrUncaught
			}
			w = Waiters{Closed: closed != 0, Senders: queued(at(chanSend)), Receivers: queued(at(chanRecv))}
			return w, nil
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
		at = at.At(next).Add(waitingNext * wordSize)
	}
	return n
}
