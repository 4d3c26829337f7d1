package value

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
)

// Passing a collection to the application is a loop like any other: it can be cancelled.
func TestPassIsCancelled(t *testing.T) {
	const n = 100_000
	list, dict := make(List, n), NewDict()
	m := Map{}
	for i := range n {
		list[i] = Int(i)
		m[strconv.Itoa(i)] = Int(i)
	}
	free := &Thread{Meter: meter.New(context.Background(), meter.Budget{Time: time.Hour, Entries: 1 << 30, Bytes: 1 << 30})}
	free.YieldTo(func() time.Duration { return time.Hour }, func() bool { return false })
	for name, x := range m {
		if err := dict.Add(free, String(name), x); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []Value{list, m, dict, Ints{1, n}} {
		ctx, cancel := context.WithCancel(context.Background())
		th := &Thread{Meter: meter.New(ctx, meter.Budget{Time: time.Hour, Entries: 1 << 30, Bytes: 1 << 30})}
		th.YieldTo(func() time.Duration { return time.Hour }, func() bool { return false })
		cancel()
		if _, err := Pass(th, x); err == nil || fault.From(err).Code != "cancelled" {
			t.Errorf("passing %s (%T) after it was cancelled: %v", x.Kind(), x, err)
		}
	}
}
