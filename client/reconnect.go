package client

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/sightglass-go/sightglass/telnet"
)

// redialEvery is how long the prompt waits between two tries to connect again.
const redialEvery = 500 * time.Millisecond

// ready connects again if the connection is over, and tells the server the width of the terminal.
func (r *remote) ready(ctx context.Context) error {
	if r.client.Err() != nil {
		if err := r.reconnect(ctx); err != nil {
			return err
		}
	}
	if width := min(max(r.width, leastWidth), mostWidth); !r.own && r.width > 0 && r.told != width {
		if _, err := r.client.Do(ctx, "set width "+strconv.Itoa(width)); err != nil {
			return err
		}
		r.told = width
	}
	return nil
}

// reconnect tries to connect until it does, ctx ends, or the server does not let the user in.
func (r *remote) reconnect(ctx context.Context) error {
	fmt.Fprintln(r.out, "the connection is over; connecting again, until Ctrl-C")
	before := r.hello
	for {
		err := r.connect(ctx)
		switch {
		case err == nil:
			fmt.Fprintln(r.out, comeback(before, r.hello))
			return nil
		case ctx.Err() != nil, errors.Is(err, context.Canceled): // the latter at the question for a password
			return errors.New("not connected; the next line tries again")
		case errors.Is(err, telnet.ErrDenied):
			return err
		}
		select {
		case <-time.After(redialEvery):
		case <-ctx.Done():
		}
	}
}

// comeback says who answers now.
func comeback(before, now telnet.Hello) string {
	if before.PID == now.PID && before.Started.Equal(now.Started) {
		return fmt.Sprintf("connected again to %s, pid %d; variables of the session are gone", now.Name, now.PID)
	}
	return fmt.Sprintf("%s has restarted: pid %d, up %s; variables of the session are gone", now.Name, now.PID, uptime(time.Since(now.Started)))
}
