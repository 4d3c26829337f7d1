package telnet

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// safeHandler turns the panics of a log's handler into errors, which slog ignores.
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

// logPanic records a panic that ended a connection.
func logPanic(log *slog.Logger, p *console.PanicError) {
	log.Error("a session panicked and was ended", "panic", plain(fmt.Sprint(p.Value)), "stack", string(p.Stack))
}
