package client

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/sightglass-go/sightglass/telnet"
)

// ready connects again if the connection is over, and tells the server the width of the terminal.
func (r *remote) ready(ctx context.Context) error {
	r.catchUp()
	if r.client.Err() != nil {
		if err := r.reconnect(ctx); err != nil {
			return err
		}
	}
	r.keeper.asked()
	r.prompt.speak()
	if width := min(max(r.width, leastWidth), mostWidth); !r.own && r.width > 0 && r.told != width {
		if _, err := r.client.Do(ctx, "set width "+strconv.Itoa(width)); err != nil {
			return err
		}
		r.told = width
	}
	return nil
}

// catchUp goes on with the connection that the keeper has made meanwhile, if it has.
func (r *remote) catchUp() {
	if c := r.keeper.newest(); c != r.client && c.Err() == nil {
		r.use(c)
	}
}

// reconnect connects again while the user waits, and may be asked to log in. If that ends by ctx, the
// keeper goes on; if the user gives the login up, nobody does before the next line.
func (r *remote) reconnect(ctx context.Context) error {
	if c := r.keeper.end(); c != r.client && c.Err() == nil {
		r.use(c)
		r.keep(c, false)
		return nil
	}
	r.prompt.speak()
	fmt.Fprintln(r.out, "the connection is over; connecting again, until Ctrl-C")
	before := r.keeper.client
	c, err := redial(ctx, func(ctx context.Context) (*telnet.Client, error) { return r.dial(ctx, false) })
	if err != nil {
		if errors.Is(err, context.Canceled) {
			if !errors.Is(err, errGivenUp) { // else it would ask again at once
				r.keep(before, true)
			}
			return errors.New("not connected; the next line tries again")
		}
		return err
	}
	r.use(c)
	r.keep(c, false)
	fmt.Fprintln(r.out, comeback(before.Hello(), c.Hello()))
	return nil
}

// keep has a keeper for c. told is whether the user knows that c is over.
func (r *remote) keep(c *telnet.Client, told bool) {
	r.keeper = keep(c, told, func(ctx context.Context) (*telnet.Client, error) { return r.dial(ctx, true) }, r.prompt.tell)
}
