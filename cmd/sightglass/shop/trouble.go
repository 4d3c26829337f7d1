package shop

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Trouble is a store behind the shop in which things go wrong, as they do: two clerks wait for each
// other, reminders pile up, everybody wants the same lock, and what was sold out takes memory still.
type Trouble struct {
	shelf, cellar Room
	reminders     Reminders
	tickets       Tickets
	clearance     *Clearance // nil once it has ended
}

// Clearance is a sale. When it has ended, the cache drops its items and the store forgets it.
type Clearance struct {
	name  string
	ended time.Time
	items []*Item
}

// Room holds goods.
type Room struct {
	goods map[string]int
	mu    sync.Mutex
}

// Reminders are of orders that are not paid. Nobody takes one out again.
type Reminders struct {
	open map[int]*Reminder
	mu   sync.Mutex
}

// Reminder waits for a payment.
type Reminder struct {
	customer string
	sale     *Clearance // in which the customer bought; nil: in none
	since    time.Time
	paid     chan struct{}
	letter   [1024]byte
}

// Tickets gives each customer a number, under a lock that is held for far too long.
type Tickets struct {
	last int
	mu   sync.Mutex
}

const (
	maxReminders = 30_000 // the leak ends here, after 25 minutes
	remindEvery  = 50 * time.Millisecond
	windows      = 4 // at which tickets are drawn
	printing     = 2 * time.Millisecond
	cleared      = 20_000 // items of the clearance, which nobody else asks for
	unpaid       = 3      // customers of the clearance who have not paid
)

func newTrouble(c *Cache) *Trouble {
	sale := &Clearance{name: "winter"}
	for i := range cleared {
		it := c.load(fmt.Sprintf("%s-%d", sale.name, i))
		c.items[it.key] = it
		sale.items = append(sale.items, it)
	}
	return &Trouble{
		shelf:     Room{goods: map[string]int{"teapot": 2}},
		cellar:    Room{goods: map[string]int{"teapot": 40}},
		reminders: Reminders{open: map[int]*Reminder{}},
		clearance: sale,
	}
}

// clear ends the clearance: its items leave the cache, and the store forgets it. Reminders do not.
func (t *Trouble) clear(c *Cache) {
	sale := t.clearance
	c.drop(sale.items)
	sale.ended = time.Now()
	for i := range unpaid {
		t.reminders.add(i, sale)
	}
	t.clearance = nil
}

// begin lets things go wrong until ctx ends. The clerks and those who remind never end.
func (t *Trouble) begin(ctx context.Context) {
	shelf, cellar := make(chan struct{}), make(chan struct{})
	go t.restock(cellar, shelf)
	go t.tidy(shelf, cellar)
	go t.reminders.run(ctx)
	for range windows {
		go t.tickets.run(ctx)
	}
}

// restock brings goods up from the cellar. It takes the locks in another order than tidy.
func (t *Trouble) restock(have chan<- struct{}, other <-chan struct{}) {
	t.cellar.mu.Lock()
	defer t.cellar.mu.Unlock()
	close(have)
	<-other
	t.shelf.mu.Lock()
	defer t.shelf.mu.Unlock()
	t.cellar.goods["teapot"]--
	t.shelf.goods["teapot"]++
}

// tidy brings what nobody bought back to the cellar.
func (t *Trouble) tidy(have chan<- struct{}, other <-chan struct{}) {
	t.shelf.mu.Lock()
	defer t.shelf.mu.Unlock()
	close(have)
	<-other
	t.cellar.mu.Lock()
	defer t.cellar.mu.Unlock()
	t.shelf.goods["teapot"]--
	t.cellar.goods["teapot"]++
}

func (r *Reminders) run(ctx context.Context) {
	every := time.NewTicker(remindEvery)
	defer every.Stop()
	for i := range maxReminders {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			r.add(unpaid+i, nil)
		}
	}
}

// add has a reminder wait for the payment of an order.
func (r *Reminders) add(order int, sale *Clearance) {
	m := &Reminder{customer: sessionID(order % customers), sale: sale, since: time.Now(), paid: make(chan struct{})}
	r.mu.Lock()
	r.open[order] = m
	r.mu.Unlock()
	go m.wait()
}

// wait waits for a payment that nobody reports.
func (m *Reminder) wait() { <-m.paid }

func (t *Tickets) run(ctx context.Context) {
	for ctx.Err() == nil {
		t.draw()
	}
}

func (t *Tickets) draw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	time.Sleep(printing)
	t.last++
}
