package shop

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// The load is about 4,000 requests a second, in bursts. It was measured at below 5 % of one core.
const (
	burstEvery = 5 * time.Millisecond
	burst      = 20
	customers  = 500
)

// simulation is the shop's customers.
type simulation struct {
	shop   *Shop
	known  int // the number of stock numbers asked for
	chance *rand.Rand
	hot    *rand.Zipf
	orders uint64
	took   []time.Duration
}

func newSimulation(s *Shop, known int, seed uint64) *simulation {
	chance := rand.New(rand.NewPCG(seed, 0))
	return &simulation{
		shop:   s,
		known:  known,
		chance: chance,
		hot:    rand.NewZipf(chance, 1.1, 20, uint64(known-1)),
	}
}

func (m *simulation) run(ctx context.Context) {
	every := time.NewTicker(burstEvery)
	defer every.Stop()
	published := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-every.C:
			for range burst {
				start := time.Now()
				m.visit(ctx)
				m.took = append(m.took, time.Since(start))
			}
			if now.Sub(published) >= time.Second {
				m.shop.Stats.publish(m.took)
				m.took, published = m.took[:0], now
			}
		}
	}
}

// visit makes one request. Half of all requests are for the few items that everybody wants.
func (m *simulation) visit(ctx context.Context) {
	s := m.shop
	who := m.chance.IntN(customers)
	key := stockNumber(m.chance.IntN(m.known))
	if m.chance.IntN(2) == 0 {
		key = stockNumber(int(m.hot.Uint64()))
	}
	item := s.Cache.Fetch(key)
	s.Sessions.touch(who)
	s.Stats.requests.Add(1)
	s.Stats.sent.Add(uint64(len(item.page)))

	cart := sessionID(who)
	switch p := m.chance.IntN(1000); {
	case p < 100:
		m.send(ctx, Added{cart, Line{key, 1 + m.chance.IntN(3), item.price}})
	case p < 109:
		m.buy(ctx, cart)
	case p < 112:
		m.send(ctx, Left{cart})
	case p < 114:
		m.send(ctx, Redeemed{cart, Coupon{"TEATIME", 0.1}})
	case p < 115:
		s.Sessions.leave(who)
	}
}

func (m *simulation) send(ctx context.Context, e event) {
	select {
	case m.shop.Loop.events <- e:
	case <-ctx.Done():
	}
}

// buy turns a cart into an order.
func (m *simulation) buy(ctx context.Context, cart string) {
	reply := make(chan []Line, 1)
	m.send(ctx, Settled{cart, reply})
	var lines []Line
	select {
	case lines = <-reply:
	case <-ctx.Done():
		return
	}
	if len(lines) == 0 || checkoutClosed.Load() {
		return
	}
	m.orders++
	o := &Order{
		id: m.orders, status: Pending, customer: cart, lines: lines, placed: time.Now(),
		card: fmt.Sprintf("4000 0000 0000 %04d", m.orders%10_000),
	}
	for _, l := range lines {
		o.total += float64(l.count) * l.price
	}
	o.total += shipping(o.total)
	o.total = math.Round(o.total*100) / 100
	switch m.chance.IntN(4) {
	case 0:
		o.extra = &Gift{note: "happy birthday", paper: [3]uint8{200, 30, 40}}
	case 1:
		o.extra = "leave it at the door"
	}
	if !m.shop.Orders.Place(o) {
		m.shop.Stats.failures.Add(1)
	}
}
