package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/telnet"
)

// keeper connects again in the background when a connection is lost, and tells of both at once. It asks
// the user nothing.
type keeper struct {
	dial func(context.Context) (*telnet.Client, error)
	tell func(string)
	stop context.CancelFunc
	done chan struct{} // closed once it does nothing any more

	mu     sync.Mutex
	client *telnet.Client // the newest
	told   bool           // of the end of client
	used   bool           // client was asked something
}

// keep returns the keeper of a connection, which may be over already; told is whether the user knows.
func keep(c *telnet.Client, told bool, dial func(context.Context) (*telnet.Client, error), tell func(string)) *keeper {
	ctx, stop := context.WithCancel(context.Background())
	k := &keeper{dial: dial, tell: tell, stop: stop, done: make(chan struct{}), client: c, told: told}
	go k.run(ctx)
	return k
}

// newest returns the newest connection.
func (k *keeper) newest() *telnet.Client {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.client
}

// asked says that the newest connection is in use.
func (k *keeper) asked() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.used = true
}

// end ends the keeper, and returns the newest connection.
func (k *keeper) end() *telnet.Client {
	k.stop()
	<-k.done
	return k.client
}

// loss returns why c is over, which is told once; "" after that.
func (k *keeper) loss(c *telnet.Client) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.told || c != k.client {
		return ""
	}
	k.told = true
	return errorText(c.Err())
}

func (k *keeper) run(ctx context.Context) {
	defer close(k.done)
	// A server that accepts connections and closes them, as one does that crashes at once, is asked again
	// more and more rarely.
	var dialed time.Time
	pause := redialEvery
	// A server ends sessions that are idle. Who went on, and was asked nothing since, is left alone.
	for again := false; ; {
		lost := k.newest()
		select {
		case <-lost.Done():
		case <-ctx.Done():
			return
		}
		said := k.loss(lost)
		k.mu.Lock()
		idle := again && !k.used
		k.mu.Unlock()
		if idle {
			if said != "" {
				k.tell(said + "; the next line connects again")
			}
			return
		}
		if said != "" {
			k.tell(said + "; connecting again")
		}
		if time.Since(dialed) > redialMost {
			pause = redialEvery
		}
		select {
		case <-time.After(pause - time.Since(dialed)):
		case <-ctx.Done():
			return
		}
		c, err := redial(ctx, k.dial)
		dialed, pause = time.Now(), min(2*pause, redialMost)
		if err != nil {
			if ctx.Err() == nil {
				k.tell(refusal(err) + "; the next line connects again")
			}
			return
		}
		lost.Close()
		k.mu.Lock()
		k.client, k.told, k.used = c, false, false
		k.mu.Unlock()
		k.tell(comeback(lost.Hello(), c.Hello()))
		again = sameProcess(lost.Hello(), c.Hello())
	}
}

// How long is waited between two tries to connect again: twice as long after each, up to redialMost.
const (
	redialEvery = 500 * time.Millisecond
	redialMost  = 5 * time.Second
)

// redial tries to connect until it does, ctx ends, or the server does not let the user in.
func redial(ctx context.Context, dial func(context.Context) (*telnet.Client, error)) (*telnet.Client, error) {
	for pause := redialEvery; ; pause = min(2*pause, redialMost) {
		c, err := dial(ctx)
		switch {
		case err == nil && ctx.Err() == nil:
			return c, nil
		case err == nil:
			c.Close()
			return nil, ctx.Err()
		case errors.Is(err, errGivenUp):
			return nil, err
		case ctx.Err() != nil:
			return nil, context.Canceled
		case errors.Is(err, telnet.ErrDenied), errors.Is(err, errAsks):
			return nil, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// refusal says why the server does not let the user in.
func refusal(err error) string {
	if errors.Is(err, errAsks) {
		return "it wants you to log in"
	}
	return errorText(err)
}

// sameProcess reports whether the same process answers.
func sameProcess(before, now telnet.Hello) bool {
	return before.PID == now.PID && before.Started.Equal(now.Started)
}

// comeback says who answers now.
func comeback(before, now telnet.Hello) string {
	if sameProcess(before, now) {
		return fmt.Sprintf("connected again to %s, pid %d; variables of the session are gone", now.Name, now.PID)
	}
	return fmt.Sprintf("%s has restarted: pid %d, up %s; variables of the session are gone", now.Name, now.PID, uptime(time.Since(now.Started)))
}
