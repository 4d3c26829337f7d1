package telnet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

const (
	// maxTries bounds the attempts of one connection to log in.
	maxTries = 3

	// afterFailure delays the answer to a failed attempt.
	afterFailure = time.Second
)

// refusal is the error of a connection that was not let in.
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
	var panicked *console.PanicError
	limit := c.server.loginTimeout()
	ctx, cancel := context.WithTimeoutCause(c.ctx, limit, fmt.Errorf("%w within %v", errLate, limit))
	defer cancel()
	// An Authenticator that ignores its context keeps nobody waiting.
	inTime := context.AfterFunc(ctx, func() { c.keepOut(Identity{}, context.Cause(ctx)) })
	who, err := c.authenticate(ctx)
	switch {
	case !inTime():
		if errors.As(err, &panicked) {
			logPanic(c.log(), panicked) // the connection ends for another reason
		}
	case err != nil:
		c.keepOut(who, err)
	default:
		c.begin(who)
	}
}

// keepOut tells the user that he may not enter, and ends the connection.
func (c *conn) keepOut(who Identity, why error) {
	if !c.over() {
		fmt.Fprintln(c.out, said(why))
	}
	c.terminal.Hangup(&refusal{why, who.User})
}

// askAuth calls the server's Authenticator once and turns a panic into an error here: otherwise the
// deferred calls below would end the login first, for another reason.
func (c *conn) askAuth(ctx context.Context) (who Identity, err error) {
	defer transport.Rescue(&err)
	return c.server.Auth.Authenticate(ctx, c.peer)
}

// authenticate calls the server's Authenticator, again if it allows another attempt.
func (c *conn) authenticate(ctx context.Context) (who Identity, err error) {
	s := c.server
	var panicked *console.PanicError
	for try := 1; ; try++ {
		if !s.failures.Open(c.origin, time.Now()) {
			return who, errTooManyFailures
		}
		c.peer.asked = false
		if who, err = c.askAuth(ctx); err == nil || errors.As(err, &panicked) {
			return who, err
		}
		denied := errors.Is(err, ErrDenied)
		if denied {
			s.failures.Charge(c.origin, time.Now())
		}
		if ctx.Err() != nil {
			return who, context.Cause(ctx)
		}
		if !denied {
			return who, err
		}
		select {
		case <-time.After(afterFailure):
		case <-ctx.Done():
		}
		if try == maxTries || !c.peer.asked {
			return who, err
		}
		c.log().Warn("an attempt to log in failed", "user", plain(who.User), "error", plain(err.Error()))
		fmt.Fprintln(c.out, ErrDenied)
	}
}

var (
	errTooManyFailures = errors.New("too many attempts to log in failed from this address, try again in a minute")
	errLate            = errors.New("nobody logged in")
)

// said returns what to tell a peer about why it was kept out.
func said(err error) string {
	switch {
	case errors.Is(err, ErrDenied):
		return ErrDenied.Error()
	case errors.Is(err, ErrUnanswered):
		return "bye"
	case errors.Is(err, errTooManyFailures), errors.Is(err, errLate), errors.Is(err, errAnswerTooLong):
		return err.Error()
	}
	return "nobody can log in now; the log of the program says why"
}

// begin begins the session of who.
func (c *conn) begin(who Identity) {
	s := c.server
	c.who.Store(&who)
	c.level.Store(int64(min(who.Level, c.way.highest)))
	log := c.log()
	if who.User != "" {
		log = log.With(slog.String("user", plain(who.User)))
	}
	c.logger.Store(log)
	log.Info("a session begins", "level", Level(c.level.Load()).String())
	c.evaluator.oversee(Level(c.level.Load()))
	if Level(c.level.Load()) >= Act {
		c.session.SetActing(func() {
			c.evaluator.oversee(Look)
			c.level.Store(int64(Look))
			c.log().Info("a session gave up acting")
		})
	}
	c.dialog.begin(func(early []byte, eof, echo bool) {
		c.terminal.Start()
		if echo {
			c.terminal.SetEcho(true)
		}
		c.ask(early)
		if eof {
			c.askLast()
		}
	})
	c.idle.begin(s.idleTimeout(), func() (busy bool) {
		_, busy = c.terminal.Evaluating()
		if busy = busy && !c.dialog.asks(); !busy { // who is asked something is not waiting for us
			c.terminal.Shutdown(fmt.Sprintf("nothing was asked for %v: goodbye", s.idleTimeout()))
		}
		return busy
	})
}
