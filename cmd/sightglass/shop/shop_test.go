package shop

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"
)

// popular is what a session asks as count(cache.items, .hits > 10).
func (c *Cache) popular() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n := 0
	for _, it := range c.items {
		if it.hits > 10 {
			n++
		}
	}
	return n
}

func TestShopLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 5000
		s := New(size)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { s.Run(ctx); close(done) }()

		before := s.Cache.popular()
		time.Sleep(2 * time.Second)
		after := s.Cache.popular()
		if before == after {
			t.Errorf("two asks two seconds apart both count %d", before)
		}
		for _, n := range []int{before, after} {
			if n < size/100 || n > size*9/10 {
				t.Errorf("%d of %d items are popular: a dull answer", n, size)
			}
		}

		time.Sleep(30 * time.Second)
		cancel()
		<-done
		if s.Cache.swept.Before(time.Now().Add(-time.Second)) {
			t.Error("the janitor was not there in the last second")
		}
		if s.Orders.shipped == 0 || s.Orders.failed == 0 || s.Orders.receipts != historySize {
			t.Errorf("orders: %d shipped, %d failed, %d receipts", s.Orders.shipped, s.Orders.failed, s.Orders.receipts)
		}
		if len(s.Loop.carts) == 0 || s.Loop.handled == 0 {
			t.Error("the loop did nothing")
		}
		if s.Stats.latency.Load() == nil || s.Stats.sent.Load() == 0 {
			t.Error("nothing was measured")
		}
		var payment *PaymentError
		if !errors.As(s.Orders.lastErr, &payment) || !errors.Is(s.Orders.lastErr, errDeclined) {
			t.Errorf("last error is %v", s.Orders.lastErr)
		}
	})
}

func TestJanitor(t *testing.T) {
	const size = 100
	c := newCache(size, 1)
	c.sweep(time.Now(), size)
	if c.Len() != size {
		t.Errorf("%d of %d items left before their time", c.Len(), size)
	}
	c.sweep(time.Now().Add(minTTL), size)
	stale := 0
	for _, it := range c.items {
		if it.state == Stale {
			stale++
		}
	}
	if stale == 0 || stale == c.Len() {
		t.Errorf("%d of %d items are stale", stale, c.Len())
	}
	left := c.Len()
	c.sweep(time.Now().Add(maxTTL), 10)
	c.sweep(time.Now().Add(maxTTL), 10)
	if c.Len() != left-20 {
		t.Errorf("two sweeps of 10 left %d of %d items", c.Len(), left)
	}
	c.sweep(time.Now().Add(maxTTL), size)
	if c.Len() != 0 || c.evicted != size {
		t.Errorf("%d items outlive their time, %d evicted", c.Len(), c.evicted)
	}
}

// TestClearanceIsKept: the items of a sale leave the cache when it ends, and only reminders keep them.
func TestClearanceIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(10)
		s.GoWrong()
		kept := weak.Make(s.Trouble.clearance)
		s.Trouble.clear(s.Cache)
		runtime.GC()
		sale := kept.Value()
		if sale == nil || s.Trouble.clearance != nil || len(sale.items) != cleared {
			t.Fatalf("after its end there is %v, and the store has %v", sale, s.Trouble.clearance)
		}
		if s.Cache.Len() != 10 || s.Cache.evicted != cleared {
			t.Errorf("the cache has %d items, and evicted %d", s.Cache.Len(), s.Cache.evicted)
		}
		for _, it := range sale.items {
			if _, err := s.Cache.Get(it.key); err == nil {
				t.Errorf("%s is still in the cache", it.key)
			}
		}
		for order, m := range s.Trouble.reminders.open {
			close(m.paid)
			delete(s.Trouble.reminders.open, order)
		}
		synctest.Wait()
		sale = nil
		runtime.GC()
		if kept.Value() != nil {
			t.Error("something else than reminders keeps the clearance")
		}
	})
}

func TestCheckoutClosed(t *testing.T) {
	for _, closed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			checkoutClosed.Store(closed)
			defer checkoutClosed.Store(false)
			s := New(100)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			s.Run(ctx)
			if none := s.sim.orders == 0; none != closed {
				t.Errorf("closed: %v, and %d orders came in", closed, s.sim.orders)
			}
		})
	}
}

func TestShipping(t *testing.T) {
	for goods, want := range map[float64]float64{1: 5.9, freeShippingFrom - 0.01: 5.9, freeShippingFrom: 0, 1000: 0} {
		if got := shipping(goods); got != want {
			t.Errorf("goods of %g are brought for %g, want %g", goods, got, want)
		}
	}
	if a, b := label(1), label(2); string(a) == string(b) || string(a) != string(label(1)) {
		t.Errorf("the labels of orders 1 and 2 are %x and %x", a, b)
	}
}

func TestHistoryIsARing(t *testing.T) {
	q := newQueue(1)
	for i := range uint64(historySize + 50) {
		q.finish(&Order{id: i}, nil)
		n := 0
		for r := q.history; ; r = r.older {
			if r.older.newer != r {
				t.Fatalf("after %d orders the ring is broken at order %d", i+1, r.order.id)
			}
			if want := i - uint64(n); r.order.id != want {
				t.Fatalf("after %d orders, receipt %d is of order %d, want %d", i+1, n, r.order.id, want)
			}
			if n++; r.older == q.history {
				break
			}
		}
		if want := min(int(i)+1, historySize); n != want || q.receipts != want {
			t.Fatalf("after %d orders the ring has %d receipts and says %d, want %d", i+1, n, q.receipts, want)
		}
	}
}

func TestQueueRefusesWhenFull(t *testing.T) {
	q := newQueue(1)
	for i := range waitingRoom {
		if !q.Place(&Order{id: uint64(i)}) {
			t.Fatalf("order %d was refused", i)
		}
	}
	if q.Place(&Order{}) || q.refused != 1 || q.Len() != waitingRoom {
		t.Errorf("one too many: %d refused, %d pending", q.refused, q.Len())
	}
}

func TestCacheMethods(t *testing.T) {
	c := newCache(3, 1)
	it, err := c.Get("sku-1")
	if err != nil || it.key != "sku-1" {
		t.Errorf("Get: %v, %v", it, err)
	}
	if again, _ := c.Get("sku-1"); again.hits != it.hits {
		t.Error("Get counted a visit")
	}
	if _, err := c.Get("sku-9"); !errors.Is(err, ErrNoItem) || !strings.Contains(err.Error(), "sku-9") {
		t.Errorf("missing item: %v", err)
	}
	if c.Fetch("sku-9"); c.Len() != 4 || c.misses != 4 {
		t.Errorf("Fetch of a missing item: %d items, %d misses", c.Len(), c.misses)
	}
	if c.Flush(); c.Len() != 0 {
		t.Error("Flush left items")
	}
}

func TestSecretsAreOfThisStart(t *testing.T) {
	a, b := newConfig().secrets(), newConfig().secrets()
	for i := range a {
		if len(a[i]) < 20 || a[i] == b[i] {
			t.Errorf("secret %d is %q, then %q", i, a[i], b[i])
		}
	}
}
