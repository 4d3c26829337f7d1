package shop

import (
	"context"
	"time"
)

// Loop is an event loop in the style of an actor: its fields belong to the goroutine that runs it,
// and need no lock. The rest of the shop sends it events.
type Loop struct {
	carts   map[string]*Cart
	handled uint64
	last    event // whose type and size change
	slowest time.Duration

	events chan event
}

// Cart is what somebody is about to buy.
type Cart struct {
	owner   string
	lines   []Line
	touched time.Time
	coupon  *Coupon
}

// Coupon takes a part off the price.
type Coupon struct {
	code string
	off  float64
}

type event interface{ apply(*Loop) }

// Added puts something into a cart.
type Added struct {
	cart string
	line Line
}

// Left drops a cart.
type Left struct{ cart string }

// Redeemed puts a coupon on a cart.
type Redeemed struct {
	cart   string
	coupon Coupon
}

// Settled takes a cart to pay for it. The loop replies with its lines.
type Settled struct {
	cart  string
	reply chan<- []Line
}

func (e Added) apply(l *Loop) {
	c := l.cart(e.cart)
	c.lines = append(c.lines, e.line)
}

func (e Left) apply(l *Loop) { delete(l.carts, e.cart) }

func (e Redeemed) apply(l *Loop) { l.cart(e.cart).coupon = &e.coupon }

func (e Settled) apply(l *Loop) {
	var lines []Line
	if c, ok := l.carts[e.cart]; ok {
		lines = c.lines
	}
	delete(l.carts, e.cart)
	e.reply <- lines
}

func newLoop() *Loop {
	return &Loop{carts: map[string]*Cart{}, events: make(chan event, 256)}
}

func (l *Loop) cart(owner string) *Cart {
	c, ok := l.carts[owner]
	if !ok {
		c = &Cart{owner: owner}
		l.carts[owner] = c
	}
	c.touched = time.Now()
	return c
}

func (l *Loop) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-l.events:
			start := time.Now()
			e.apply(l)
			l.handled++
			l.last = e
			l.slowest = max(l.slowest, time.Since(start))
		}
	}
}
