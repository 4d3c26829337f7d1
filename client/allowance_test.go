package client

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestAllowanceStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := allow(t.Context(), 30*time.Second)
		defer cancel()
		child, stop := context.WithCancel(ctx)
		defer stop()
		time.Sleep(10 * time.Second)
		for range 3 { // a user, a password, and another one
			stood(ctx, func() error {
				time.Sleep(time.Hour)
				if ctx.Err() != nil || lateness(ctx) != nil {
					t.Error("the time ends while a person is asked")
				}
				return nil
			})
		}
		time.Sleep(19 * time.Second)
		synctest.Wait()
		if ctx.Err() != nil || lateness(ctx) != nil {
			t.Error("the time that a person took counts")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if ctx.Err() != context.DeadlineExceeded || child.Err() != context.DeadlineExceeded || context.Cause(child) != tooLate(30*time.Second) || lateness(ctx) == nil {
			t.Errorf("after all of its time: %v, %v", ctx.Err(), context.Cause(child))
		}
	})
}

// Ctrl-C is no timeout, and without a timeout there is none.
func TestAllowanceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, interrupt := context.WithCancel(t.Context())
		ctx, cancel := allow(parent, time.Second)
		interrupt()
		if ctx.Err() != context.Canceled {
			t.Error(ctx.Err())
		}
		cancel()
		ctx, cancel = allow(t.Context(), 0)
		stood(ctx, func() error { return nil })
		time.Sleep(24 * time.Hour)
		if ctx.Err() != nil || lateness(ctx) != nil {
			t.Error(ctx.Err())
		}
		cancel()
	})
}

// What net calls cancelled is a timeout, if it was one: it has an exit code of its own.
func TestAllowanceOfConnection(t *testing.T) {
	ctx, cancel := allow(t.Context(), 1)
	defer cancel()
	<-ctx.Done()
	_, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:1")
	err = late(ctx, "connect to it", err)
	if exitCode(err) != exitTimedOut || errorText(err) != "connect to it: no answer within 1ns; --timeout allows more" {
		t.Error(err)
	}
}
