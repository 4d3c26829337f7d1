package pace

import (
	"context"
	"runtime"
	"runtime/metrics"
	"time"
)

// system is what a Pace asks of the machine.
type system interface {
	// now is the time since some moment.
	now() time.Duration
	// counts asks the scheduler, by way of samples that are reused.
	counts(*[4]metrics.Sample) counts
	// offer offers the processor to goroutines and threads that wait for this very one.
	offer()
	// queue goes to the end of all queues for this processor: those of goroutines, the network's, and
	// that of threads.
	queue()
	// sleep waits for d, or until ctx ends, with its cause as the error.
	sleep(ctx context.Context, d time.Duration) error
	// rest is sleep to the microsecond, as far as the system can. The end of ctx may end it late by
	// maxExact.
	rest(ctx context.Context, d time.Duration) error
	// interruptions returns how often the kernel has taken the processor from this thread; 0 if it
	// does not tell.
	interruptions() int64
}

// maxExact is the longest sleep for which it matters that it ends in time.
const maxExact = 5 * time.Millisecond

// machine is the system that this process runs on.
type machine struct{}

var epoch = time.Now()

func (machine) now() time.Duration { return time.Since(epoch) }

func (machine) counts(s *[4]metrics.Sample) counts { return read(s) }

func (machine) offer() {
	// Gosched wakes another processor, whoever waits (goschedImpl in runtime/proc.go), and the evaluation
	// goes on there with cold caches: a tenth of a millisecond for a count of ten thousand entries. But
	// without it the timers of this processor wait for the end of the evaluation: those of an application
	// that is a third busy are seven times as late, even if Gosched is called whenever a goroutine waits.
	runtime.Gosched()
	yieldThread()
}

func (machine) queue() {
	lines.wait()
	yieldThread()
}

func (machine) sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}

func (m machine) rest(ctx context.Context, d time.Duration) error {
	begin := m.now()
	if 0 < d && d <= maxExact && ctx.Err() == nil && lines.sleep(d) {
		d -= m.now() - begin
	}
	if d > 0 {
		return m.sleep(ctx, d)
	}
	return context.Cause(ctx)
}

func (machine) interruptions() int64 { return interruptions() }
