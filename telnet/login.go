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
	// maxTries bounds the login attempts of one connection.
	maxTries = 3

	// failureDelay delays the answer to a failed attempt.
	failureDelay = time.Second
)

var (
	errTooManyFailures = errors.New("too many failed logins from this address, try again in a minute")
	errLate            = errors.New("no login")
)

// denial is the error of a connection that was refused before its session began.
type denial struct {
	why  error
	user string // whom the peer claimed to be
}

func (d *denial) Error() string { return "refused: " + d.why.Error() }
func (d *denial) Unwrap() error { return d.why }

// login begins the session of a peer that logs in, and ends the connection of one that does not.
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
	// An Authenticator that ignores its context must not keep the connection open.
	inTime := context.AfterFunc(ctx, func() { c.deny(Identity{}, context.Cause(ctx)) })
	who, err := c.authenticate(ctx)
	stopped := inTime()
	if errors.As(err, &panicked) && ctx.Err() != nil {
		// The connection has ended for another reason, or does so now: who hears of the end of ctx may be
		// here before what AfterFunc was given has begun.
		if stopped {
			c.deny(Identity{}, context.Cause(ctx))
		}
		logPanic(c.log(), panicked)
		return
	}
	switch {
	case !stopped:
	case err != nil:
		c.deny(who, err)
	default:
		c.begin(who)
	}
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
		if who, err = c.callAuth(ctx); err == nil || errors.As(err, &panicked) {
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
		case <-time.After(failureDelay):
		case <-ctx.Done():
		}
		if try == maxTries || !c.peer.asked {
			return who, err
		}
		c.log().Warn("an attempt to log in failed", "user", plain(who.User), "error", plain(err.Error()))
		c.dialog.again(ErrDenied.Error())
	}
}

// callAuth calls the server's Authenticator once. A panic becomes an error here, not in login:
// login's deferred calls would first end the connection for another reason.
func (c *conn) callAuth(ctx context.Context) (who Identity, err error) {
	defer transport.Rescue(&err)
	return c.server.Auth.Authenticate(ctx, c.peer)
}

// deny tells the peer that it may not enter, and ends the connection.
func (c *conn) deny(who Identity, why error) {
	if !c.over() {
		c.dialog.deny(denialText(why))
	}
	c.terminal.Hangup(&denial{why, who.User})
}

// denialText returns what a peer is told about why it may not enter. Most errors are not for it.
func denialText(err error) string {
	switch {
	case errors.Is(err, ErrDenied):
		return ErrDenied.Error()
	case errors.Is(err, ErrUnanswered):
		return "bye"
	case errors.Is(err, errTooManyFailures), errors.Is(err, errLate), errors.Is(err, errAnswerTooLong):
		return err.Error()
	}
	return "login is not possible now; the log of the program says why"
}

// begin begins the session of who.
func (c *conn) begin(who Identity) {
	s := c.server
	c.who.Store(&who)
	level := min(who.Level, c.way.highest)
	c.level.Store(int64(level))
	log := c.log()
	if who.User != "" {
		log = log.With(slog.String("user", plain(who.User)))
	}
	c.logger.Store(log)
	log.Info("a session begins", "level", level.String())
	c.session.SetPast(c.past(who))
	c.evaluator.oversee(level)
	if level >= Act {
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
		c.feed(early)
		if eof {
			c.feedEOF()
		}
	})
	c.idle.start(s.idleTimeout(), func() (busy bool) {
		_, busy = c.terminal.Evaluating()
		if busy = busy && !c.dialog.asks(); !busy { // an evaluation that waits for an answer is idle too
			c.terminal.Shutdown(fmt.Sprintf("nothing was asked for %v: goodbye", s.idleTimeout()))
		}
		return busy
	})
}
