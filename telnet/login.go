package telnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
)

const (
	// maxTries is how often one connection may try to log in.
	maxTries = 3

	// afterFailure is how long an answer to a failed attempt is held back.
	afterFailure = time.Second
)

// refusal is how a connection ended that was not let in.
type refusal struct {
	why  error
	user string // who it claimed to be
}

func (r *refusal) Error() string { return "refused: " + r.why.Error() }
func (r *refusal) Unwrap() error { return r.why }

// login lets the peer in, or ends the connection.
func (c *conn) login() {
	defer func() {
		if value := recover(); value != nil {
			c.terminal.Hangup(&console.PanicError{Value: value, Stack: debug.Stack()})
		}
	}()
	limit := c.server.loginTimeout()
	ctx, cancel := context.WithTimeoutCause(c.ctx, limit, fmt.Errorf("nobody logged in within %v", limit))
	defer cancel()
	who, said, err := c.authenticate(ctx)
	switch {
	case err == nil:
		c.begin(who)
		return
	case c.over() || errors.Is(err, io.EOF):
	default:
		fmt.Fprintln(c.out, said)
	}
	c.terminal.Hangup(&refusal{err, who.User})
}

// authenticate asks the server's Authenticator, a few times if it likes. said is what the peer is
// told of an error.
func (c *conn) authenticate(ctx context.Context) (who Identity, said string, err error) {
	s := c.server
	for try := 1; ; try++ {
		if !s.attempts.allow(c.peer.Addr) {
			const late = "too many attempts to log in from this address, try again in a minute"
			return who, late, errors.New(late)
		}
		c.peer.asked = false
		who, err = s.Auth.Authenticate(ctx, c.peer)
		switch {
		case err == nil:
			s.attempts.forgive(c.peer.Addr)
			return who, "", nil
		case ctx.Err() != nil:
			err = context.Cause(ctx)
			return who, err.Error(), err
		case !errors.Is(err, ErrDenied):
			return who, "nobody can log in now; the log of the program says why", err
		}
		select {
		case <-time.After(afterFailure):
		case <-ctx.Done():
		}
		if try == maxTries || !c.peer.asked {
			return who, ErrDenied.Error(), err
		}
		c.log().Warn("an attempt to log in failed", "user", who.User, "error", err)
		fmt.Fprintln(c.out, ErrDenied)
	}
}

// begin begins the session of who.
func (c *conn) begin(who Identity) {
	s := c.server
	c.who.Store(&who)
	c.level.Store(int64(min(who.Level, s.Level)))
	log := c.log()
	if who.User != "" {
		log = log.With(slog.String("user", who.User))
	}
	c.logger.Store(log)
	log.Info("a session begins", "level", Level(c.level.Load()).String())
	if a, ok := c.evaluator.inner.(actor); ok && Level(c.level.Load()) >= Act {
		a.Act(c.evaluator.approve)
		c.session.SetActing(func() {
			a.Act(nil)
			c.level.Store(int64(Look))
			c.log().Info("a session gave up acting")
		})
	}
	c.dialog.begin(func(early []byte, eof, echo bool) {
		c.terminal.Start()
		if echo {
			c.terminal.SetEcho(true)
		}
		c.terminal.Feed(early)
		if eof {
			c.terminal.EOF()
		}
	})
	c.idle.begin(s.idleTimeout(), func() (busy bool) {
		if _, busy = c.terminal.Evaluating(); !busy {
			c.terminal.Shutdown(fmt.Sprintf("nothing was asked for %v: goodbye", s.idleTimeout()))
		}
		return busy
	})
}
