package telnet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// logger returns the server's log, or one that discards all records.
func (s *Server) logger() *slog.Logger {
	if s.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(safeHandler{s.Logger.Handler()})
}

// logRefusal records that a connection was refused before its session began.
func (s *Server) logRefusal(p *Peer, why error) {
	s.logger().With(p.attributes()...).Warn("a connection was refused", "error", plain(why.Error()))
}

// logEnd records the end of a connection.
func (c *conn) logEnd(err error, lasted time.Duration) {
	log := c.log().With(slog.Duration("lasted", lasted))
	var other otherProtocol
	var panicked *console.PanicError
	var denied *denial
	switch {
	case errors.As(err, &panicked):
		logPanic(log, panicked)
	case errors.As(err, &other):
		c.server.strangers.do(func(missed int64) {
			log.Warn("a connection was closed that does not speak telnet", "language", string(other), "since_last", missed)
		})
	case errors.As(err, &denied):
		log.Warn("a connection was refused", "error", plain(denied.why.Error()), "user", plain(denied.user))
	case c.who.Load() == nil:
		log.Warn("a connection was refused", "error", plain(fmt.Sprint("it ended before the login: ", cmp.Or(err, ErrServerClosed))))
	case err != nil:
		log.Info("a session was cut off", "error", plain(err.Error()))
	default:
		log.Info("a session ended")
	}
}

// logPanic records a panic that ended a connection.
func logPanic(log *slog.Logger, p *console.PanicError) {
	log.Error("a session panicked and was ended", "panic", plain(fmt.Sprint(p.Value)), "stack", string(p.Stack))
}

// mustWarn writes a record without which something must not happen, and returns an error if it
// could not. A handler that buffers loses its last records when the process dies.
func (c *conn) mustWarn(message string, attributes ...any) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("it cannot be recorded: the log handler panicked")
		}
	}()
	h := c.log().Handler()
	if !h.Enabled(c.ctx, slog.LevelWarn) {
		return errors.New("it cannot be recorded: the log discards warnings")
	}
	r := slog.NewRecord(time.Now(), slog.LevelWarn, message, 0)
	r.Add(attributes...)
	if err := h.Handle(c.ctx, r); err != nil {
		return fmt.Errorf("it cannot be recorded: %w", err)
	}
	return nil
}

// seldom limits a record that a peer can cause at will: it is written at most once per interval,
// with the number of records left out.
type seldom struct {
	every  rate.Sometimes
	missed atomic.Int64
}

func (s *seldom) do(record func(missed int64)) {
	written := false
	s.every.Do(func() {
		written = true
		record(s.missed.Swap(0))
	})
	if !written {
		s.missed.Add(1)
	}
}

// safeHandler turns panics of the application's handler into errors, which slog ignores.
type safeHandler struct{ slog.Handler }

func (h safeHandler) Enabled(ctx context.Context, l slog.Level) (is bool) {
	var err error
	defer func() { is = is || err != nil }() // Handle may still succeed
	defer transport.Rescue(&err)
	return h.Handler.Enabled(ctx, l)
}

func (h safeHandler) Handle(ctx context.Context, r slog.Record) (err error) {
	defer transport.Rescue(&err)
	return h.Handler.Handle(ctx, r)
}

func (h safeHandler) WithAttrs(attrs []slog.Attr) (with slog.Handler) {
	with = h // a record without its attributes is better than none
	var err error
	defer transport.Rescue(&err)
	return safeHandler{h.Handler.WithAttrs(attrs)}
}

func (h safeHandler) WithGroup(name string) (with slog.Handler) {
	with = h
	var err error
	defer transport.Rescue(&err)
	return safeHandler{h.Handler.WithGroup(name)}
}
