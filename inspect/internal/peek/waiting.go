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

// MaxWaiting is how far the goroutines that wait at a chan are counted.
const MaxWaiting = 1000

// errChan is the error of chans that do not look as they are known to.
var errChan = errors.New("the layout of channels is not known in this version of Go")

// In the runtime's structure of a chan (runtime.hchan) these words follow the
// one that points at the type of its elements, which can be told: the indexes of
// the next to send and to receive, and two queues, each a first and a last, of
// the goroutines that wait to receive and to send. The word that says whether it
// is closed lies behind the size of an element, in the fourth. So since go1.23.
const (
	chanType    = 4 // words, at least, to the type
	chanRecv    = 3 // words from the type to the first receiver
	chanSend    = 5 // and to the first sender
	waitingNext = 1 // words to the next in a queue (runtime.sudog)
)

// chansProved tries on two chans whether what is read of them is what it is
// believed to be, once.
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

// Waiting counts who waits at the chan of type t at p. The queues change while
// they are read: a count is about right, and 0 is what it says.
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

// queued counts a queue of goroutines from the word that points at the first.
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
