package shop

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// The load: about 4,000 requests a second in bursts, as a busy shop would see
// after its front has spread them. Measured at under 5 % of one core.
const (
	burstEvery = 5 * time.Millisecond
	burst      = 20
	customers  = 500
)

// simulation is the shop's customers.
type simulation struct {
	shop   *Shop
	known  int // stock numbers that are asked for
	hot    *rand.Zipf
	orders uint64
	took   []time.Duration
}

func newSimulation(s *Shop, known int) *simulation {
	seed := rand.NewPCG(rand.Uint64(), rand.Uint64())
	return &simulation{
		shop:  s,
		known: known,
		hot:   rand.NewZipf(rand.New(seed), 1.1, 20, uint64(known-1)),
	}
}

func (m *simulation) run(ctx context.Context) {
	every := time.NewTicker(burstEvery)
	defer every.Stop()
	report := time.NewTicker(time.Second)
	defer report.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-report.C:
			m.shop.Stats.publish(m.took)
			m.took = m.took[:0]
		case <-every.C:
			for range burst {
				start := time.Now()
				m.visit(ctx)
				m.took = append(m.took, time.Since(start))
			}
		}
	}
}

// visit is one request. Half of them are for what everybody wants.
func (m *simulation) visit(ctx context.Context) {
	s := m.shop
	who := rand.IntN(customers)
	key := stockNumber(rand.IntN(m.known))
	if rand.IntN(2) == 0 {
		key = stockNumber(int(m.hot.Uint64()))
	}
	item := s.Cache.Fetch(key)
	s.Sessions.touch(who)
	s.Stats.requests.Add(1)
	s.Stats.sent.Add(uint64(len(item.page)))

	cart := sessionID(who)
	switch p := rand.IntN(1000); {
	case p < 100:
		m.send(ctx, Added{cart, Line{key, 1 + rand.IntN(3), item.price}})
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
	if len(lines) == 0 {
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
	switch rand.IntN(4) {
	case 0:
		o.extra = &Gift{note: "happy birthday", paper: [3]uint8{200, 30, 40}}
	case 1:
		o.extra = "leave it at the door"
	}
	if !m.shop.Orders.Place(o) {
		m.shop.Stats.failures.Add(1)
	}
}
