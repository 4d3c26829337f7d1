package shop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Status is the state of an order, or of the shop.
type Status string

const (
	Pending Status = "pending"
	Shipped Status = "shipped"
	Failed  Status = "failed"
	Up      Status = "up"
	Slow    Status = "slow"
)

const (
	packers      = 4
	waitingRoom  = 64                     // orders that may wait; further ones are refused
	packingTime  = 220 * time.Millisecond // at most, and half of it on average
	historySize  = 100
	declinedRate = 0.04
)

// Queue takes orders from the till to the packers.
type Queue struct {
	mu       sync.Mutex
	pending  []*Order
	history  *Receipt // newest first
	receipts int
	waits    []time.Duration // of the last orders, oldest first
	shipped  uint64
	failed   uint64
	refused  uint64
	lastErr  error

	work chan *Order
	seed uint64 `inspect:"-"` // of the time and the outcome of packing
}

// Order is what a customer bought.
type Order struct {
	id       uint64
	status   Status
	customer string
	card     string `inspect:"secret"`
	lines    []Line
	total    float64
	placed   time.Time
	waited   time.Duration
	err      error
	extra    any    // *Gift, a string, or nothing
	label    []byte `inspect:"-"`
}

// Line is one kind of thing in an order or a cart.
type Line struct {
	sku   string
	count int
	price float64
}

// Gift is the wrapping of an order and a note with it.
type Gift struct {
	note  string
	paper [3]uint8 // red, green, blue
}

// Receipt is an element of the list of finished orders. The oldest points back to the newest, so
// the list is a ring.
type Receipt struct {
	order *Order
	older *Receipt
	newer *Receipt
}

// PaymentError tells why an order was not paid.
type PaymentError struct {
	Order  uint64
	Reason error
}

func (e *PaymentError) Error() string { return fmt.Sprintf("order %d: %v", e.Order, e.Reason) }
func (e *PaymentError) Unwrap() error { return e.Reason }

var errDeclined = errors.New("card declined")

func newQueue(seed uint64) *Queue {
	return &Queue{work: make(chan *Order, waitingRoom), seed: seed}
}

func (q *Queue) capacity() int { return cap(q.work) }

// Len returns the number of orders that wait or are being packed.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.pending)
}

// Place takes an order and reports whether there was room for it.
func (q *Queue) Place(o *Order) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case q.work <- o:
		q.pending = append(q.pending, o)
		return true
	default:
		q.refused++
		return false
	}
}

// pack runs one packer.
func (q *Queue) pack(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-q.work:
			chance := rand.New(rand.NewPCG(q.seed, o.id))
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Duration(chance.Int64N(int64(packingTime)))):
			}
			var err error
			if chance.Float64() < declinedRate {
				err = &PaymentError{o.id, errDeclined}
			}
			q.finish(o, err)
		}
	}
}

func (q *Queue) finish(o *Order, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending = slices.DeleteFunc(q.pending, func(p *Order) bool { return p == o })
	o.waited = time.Since(o.placed)
	if q.waits = append(q.waits, o.waited); len(q.waits) > historySize {
		q.waits = slices.Delete(q.waits, 0, 1)
	}
	if err != nil {
		o.status, o.err, q.lastErr = Failed, err, err
		q.failed++
	} else {
		o.status, o.label = Shipped, label(o.id)
		q.shipped++
	}
	q.remember(o)
}

// remember puts o at the head of the history, and drops the oldest order if the history is full.
func (q *Queue) remember(o *Order) {
	r := &Receipt{order: o}
	if q.history == nil {
		r.older, r.newer = r, r
	} else {
		newest := q.history
		oldest := newest.newer
		if q.receipts == historySize {
			oldest = oldest.newer
			q.receipts--
		}
		r.older, r.newer = newest, oldest
		newest.newer, oldest.older = r, r
	}
	q.history = r
	q.receipts++
}
