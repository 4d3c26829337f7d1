package telnet

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// rawLogger is a handler that quotes nothing, which is the worst that an application may use.
type rawLogger struct {
	mu    *sync.Mutex
	w     io.Writer
	attrs []slog.Attr
}

func newRawLogger(w io.Writer) *slog.Logger { return slog.New(rawLogger{mu: new(sync.Mutex), w: w}) }

func (h rawLogger) Enabled(context.Context, slog.Level) bool { return true }
func (h rawLogger) WithGroup(string) slog.Handler            { return h }

func (h rawLogger) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.attrs = append(append([]slog.Attr{}, h.attrs...), attrs...)
	return h
}

func (h rawLogger) Handle(_ context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	fmt.Fprint(h.w, "RECORD ", r.Message)
	for _, a := range h.attrs {
		fmt.Fprintf(h.w, " %s=%v", a.Key, a.Value)
	}
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(h.w, " %s=%v", a.Key, a.Value)
		return true
	})
	fmt.Fprintln(h.w)
	return nil
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "",
		"count(x, .a > 1)":            "count(x, .a > 1)",
		"日本 é":                        "日本 é",
		"a\nb\r\t\x00\x7f":            `a\nb\u{d}\u{9}\u{0}\u{7f}`,
		"\x1b[31m\u009b":              `\u{1b}[31m\u{9b}`,
		"\u2028\u202e\ufeff":          `\u{2028}\u{202e}\u{feff}`,
		"\xff\xc3":                    `\xff\xc3`,
		strings.Repeat("x", 20):       strings.Repeat("x", 16) + "… 4 bytes more",
		strings.Repeat("é", 10):       strings.Repeat("é", 8) + "… 4 bytes more",
		"x" + strings.Repeat("é", 10): "x" + strings.Repeat("é", 7) + "… 6 bytes more",
	} {
		if got := oneLine(in, 16); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestSeldom(t *testing.T) {
	s := seldom{}
	s.every.Interval = time.Hour
	var missed []int64
	for range 5 {
		s.do(func(n int64) { missed = append(missed, n) })
	}
	if len(missed) != 1 || missed[0] != 0 || s.missed.Load() != 4 {
		t.Errorf("recorded with %v missed, and %d since", missed, s.missed.Load())
	}
}
