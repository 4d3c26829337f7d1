package shop

import (
	"context"
	"sync"
	"time"
)

// Trouble is a store behind the shop in which things go wrong, as they do: two clerks wait for each
// other, reminders pile up, and everybody wants the same lock.
type Trouble struct {
	shelf, cellar Room
	reminders     Reminders
	tickets       Tickets
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
	since    time.Time
	paid     chan struct{}
	letter   [256]byte
}

// Tickets gives each customer a number, under a lock that is held for far too long.
type Tickets struct {
	last int
	mu   sync.Mutex
}

const (
	maxReminders = 5_000 // the leak ends here
	remindEvery  = 10 * time.Millisecond
	windows      = 4 // at which tickets are drawn
	printing     = 2 * time.Millisecond
)

func newTrouble() *Trouble {
	return &Trouble{
		shelf:     Room{goods: map[string]int{"teapot": 2}},
		cellar:    Room{goods: map[string]int{"teapot": 40}},
		reminders: Reminders{open: map[int]*Reminder{}},
	}
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
			m := &Reminder{customer: sessionID(i % customers), since: time.Now(), paid: make(chan struct{})}
			r.mu.Lock()
			r.open[i] = m
			r.mu.Unlock()
			go m.wait()
		}
	}
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
