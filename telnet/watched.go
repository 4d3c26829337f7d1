package telnet

import (
	"log/slog"
	"time"

	"github.com/sightglass-go/sightglass/eval"
)

// watched sums up the samples of a watch. A watch may evaluate ten times a second for days, so it
// has just two records: its beginning and its end.
type watched struct {
	failed  int // evaluations
	entries int // read
}

// add counts an evaluation, of the watched expression or of the condition.
func (w *watched) add(cost eval.Cost, err error) {
	w.entries += cost.Entries
	if err != nil {
		w.failed++
	}
}

// Watch records the beginning of a watch. All evaluations until end is called are part of it.
func (e *evaluator) Watch(line string, every time.Duration) (end func(samples int, err error)) {
	began, expression := time.Now(), slog.String("expression", recorded(line))
	e.watch, e.calls = &watched{}, nil
	e.conn.log().Info("a watch begins", expression, slog.Duration("every", every))
	return func(samples int, err error) {
		w := e.watch
		e.watch = nil
		attributes := append([]any{expression, slog.Duration("took", time.Since(began)), slog.Int("samples", samples),
			slog.Int("failed", w.failed), slog.Int("entries", w.entries)}, outcome(err)...)
		e.conn.log().Info("a watch ended", e.appendCalls(attributes)...)
	}
}
