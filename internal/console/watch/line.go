package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// show writes a sample over the one before, or as a line. last tells that the condition is true.
func (w *run) show(ctx context.Context, now *sample, last bool) error {
	st := w.host.Screen()
	var b strings.Builder
	if st.JSON {
		return w.showJSON(ctx, now, st)
	}
	if w.inPlace {
		b.WriteString(w.draw(now, st))
		if last {
			b.WriteString(text.Faint(w.reached(now), st.Color) + "\n")
		}
		return w.write(ctx, b.String())
	}
	if w.samples == 1 {
		b.WriteString(text.Faint(w.header(now.at), st.Color) + "\n")
	}
	line, differs := w.line(now, max(st.Line-len(w.stamp(now))-2, minLine))
	if differs || !w.Changes || w.samples == 1 {
		b.WriteString(text.Faint(w.stamp(now), st.Color) + "  " + line + "\n")
	}
	if w.last == nil || !slices.Equal(now.notes, w.last.notes) {
		for _, note := range now.notes {
			b.WriteString("  " + text.Faint(text.Escape(note), st.Color) + "\n")
		}
	}
	if last {
		b.WriteString(text.Faint(w.reached(now), st.Color) + "\n")
	}
	return w.write(ctx, b.String())
}

// again shows the sample again, after the screen has changed or the watch was paused or resumed. Of
// samples on a line each it only tells that the watch is paused.
func (w *run) again(ctx context.Context) error {
	was := w.paused
	w.paused = w.host.Paused()
	st := w.host.Screen()
	switch {
	case st.JSON:
	case w.inPlace:
		return w.write(ctx, w.draw(w.shown, st))
	case w.paused && !was:
		return w.write(ctx, text.Faint(w.header(w.shown.at), st.Color)+"\n")
	}
	return nil
}

// showJSON writes a sample as a JSON object on a line.
func (w *run) showJSON(ctx context.Context, now *sample, st Screen) error {
	var value string
	if now.err == nil {
		out := now.value.JSON()
		if len(out) > st.MaxJSON {
			// Half an object is no JSON.
			out = (&render.Node{Err: fmt.Sprintf("the sample has %s bytes, and %s are allowed; watch a part of it", text.Thousands(len(out)), text.Thousands(st.MaxJSON))}).JSON()
		}
		value = `"value":` + string(out)
	} else {
		// A snapshot writes any text as JSON that no terminal obeys.
		code := "internal"
		if e := (*eval.Error)(nil); errors.As(now.err, &e) {
			code = e.Code
		}
		said := render.FromPlain(map[string]any{"code": code, "message": now.err.Error()}, render.Limit{Bytes: maxMessage}, "")
		value = `"error":` + string(said.JSON())
	}
	if w.Changes && w.last != nil && value == w.json {
		return nil
	}
	w.json = value
	return w.write(ctx, `{"at":"`+now.at.Format(time.RFC3339Nano)+`",`+value+"}\n")
}

// maxMessage bounds the text of an error in JSON, in bytes.
const maxMessage = 64 << 10

// minLine is the least width of a line. On a narrower terminal it wraps.
const minLine = 20

// write writes text, unless the watch was ended.
func (w *run) write(ctx context.Context, text string) error {
	if ctx.Err() != nil {
		return ErrEnded
	}
	_, err := w.host.Write([]byte(text))
	return err
}

// reached tells that the condition is true.
func (w *run) reached(now *sample) string {
	if w.samples == 1 {
		return text.Escape(w.Condition) + " holds already"
	}
	return fmt.Sprintf("%s holds, after %s samples in %s", text.Escape(w.Condition), text.Thousands(w.samples), text.Duration(now.at.Sub(w.began), 2))
}

// stamp returns the time of day, with tenths of a second if the interval is not in whole seconds.
func (w *run) stamp(now *sample) string {
	if w.Every%1e9 != 0 {
		return now.at.Format("15:04:05.0")
	}
	return now.at.Format("15:04:05")
}

// line returns a sample as one line of at most width columns. differs reports whether it differs
// from the sample before.
func (w *run) line(now *sample, width int) (shown string, differs bool) {
	var parts []string
	switch {
	case now.err != nil:
		message := text.Escape(now.err.Error())
		return text.Cut(message, width), w.last == nil || w.last.err == nil || w.last.err.Error() != now.err.Error()
	case w.last == nil || w.last.err != nil || now.whole() != w.last.whole():
		return w.first(now, width), true
	case now.whole():
		if now.page == nil && now.node.Len != w.last.node.Len {
			parts = append(parts, fmt.Sprintf("%s elements (%+d)", text.Thousands(now.node.Len), now.node.Len-w.last.node.Len))
		}
		parts = append(parts, now.changes(w.last)...)
	case len(w.series.order) == 1 && w.series.order[0].path == "":
		s := w.series.order[0]
		differs = s.changed.Equal(now.at)
		kind, spread := s.trend()
		if kind != "" {
			kind += " " + s.spark(lineLength)
		}
		for _, part := range []string{s.now(width / 2), s.delta(now.at, width/2), s.speed(), kind, spread} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		return text.Cut(strings.Join(parts, "  "), width), differs
	default:
		for _, s := range w.series.order {
			if s.changed.Equal(now.at) {
				parts = append(parts, s.brief(width))
			}
		}
	}
	if len(parts) == 0 {
		return "no change", false
	}
	return w.fitting(parts, width), true
}

// first returns a sample that has none before it as one line.
func (w *run) first(now *sample, width int) string {
	if now.page != nil {
		return text.Cut(strings.Join(now.lines(width, now.at), "; "), width)
	}
	if s := w.series.order; len(s) == 1 && s[0].path == "" {
		return s[0].now(width)
	}
	return now.node.Line(width)
}

// brief tells how a leaf changed, in a few words.
func (s *series) brief(max int) string {
	switch {
	case s.gone:
		return s.path + " gone"
	case s.before == nil:
		return s.path + " " + s.now(max/2) + " (new)"
	case s.known:
		return s.path + " " + s.now(max/2) + " (" + s.change.text + ")"
	}
	return s.path + " " + s.now(max/2) + " (" + s.delta(s.changed, max/2) + ")"
}

// fitting joins as many parts as fit into width, and tells how many do not.
func (w *run) fitting(parts []string, width int) string {
	joined := ""
	for i, part := range parts {
		next := part
		if i > 0 {
			next = joined + ", " + part
		}
		more := ""
		if left := len(parts) - i - 1; left > 0 {
			more = w.more(left)
		}
		if text.Width(next+more) > width {
			if i == 0 {
				return text.Cut(part, max(width-text.Width(more), 1)) + more
			}
			return joined + w.more(len(parts)-i)
		}
		joined = next
	}
	return joined
}

// more tells that n parts do not fit.
func (w *run) more(n int) string {
	return fmt.Sprintf(", … %d more: set width %d", n, w.host.Screen().Wider)
}
