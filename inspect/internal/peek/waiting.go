package peek

import (
	"errors"
	"reflect"
	"sync"
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
	chanClosed  = 3*wordSize + 4
	chanType    = 4 // words, at least, to the type
	chanRecv    = 3 // words from the type to the first receiver
	chanSend    = 5 // and to the first sender
	waitingNext = 1 // words to the next in a queue (runtime.sudog)
)

// chanProof is what closedKnown found.
var chanProof struct {
	sync.Once
	holds bool
}

// closedKnown reports whether the word for closed is where it is believed to be,
// tried on two chans.
func closedKnown() bool {
	chanProof.Do(func() {
		open, closed := make(chan int, 1), make(chan int, 1)
		close(closed)
		word := func(c chan int) uint64 {
			u, _, err := At(reflect.ValueOf(c).Pointer()).Add(chanClosed).Uint(4)
			if err != nil {
				return 2
			}
			return u
		}
		chanProof.holds = word(open) == 0 && word(closed) == 1
	})
	return chanProof.holds
}

// Waiting counts who waits at the chan of type t at p. The queues change while
// they are read: a count is about right, and 0 is what it says.
func Waiting(p Ref, t reflect.Type) (w Waiters, err error) {
	if !closedKnown() {
		return w, errChan
	}
	closed, _, err := p.Add(chanClosed).Uint(4)
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
		at = At(next).Add(waitingNext * wordSize)
	}
	return n
}
