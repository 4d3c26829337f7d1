package console

import (
	"context"
	"fmt"
	"strings"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

const explainDetail = "Collections are walked in batches where that can be: many elements are then evaluated at once, at the price of a loop in Go. " +
	"explain evaluates the expression and tells for each call of a function that walks a collection how many elements went which way, and why some went one by one. " +
	"What does not depend on the element, as config.limit or now(), is read once for all elements of a walk in batches, and again for each one that goes one by one. " +
	"Both ways give the same answer. No action runs, and the answer is not kept."

func runExplain(ctx context.Context, s *Session, a *answer, args string) error {
	if args == "" {
		return complain("explain what? write an expression behind it, as in explain count(xs, .size > 5)")
	}
	r, err := s.evalTelling(ctx, eval.Query{Source: args, Mode: eval.Aside, Explain: true})
	if err != nil {
		return wrong{err}
	}
	if len(r.Ways) == 0 {
		_, err = fmt.Fprintln(a, "no function in it walks a collection")
		return err
	}
	for _, w := range r.Ways {
		if err := tellWay(a, w); err != nil {
			return err
		}
	}
	return nil
}

// tellWay writes a line for w, and one for each reason.
func tellWay(a *answer, w eval.Way) error {
	how := ""
	switch {
	case w.Single == 0 && w.Batched == 0:
		how = "met no element"
	case w.Single == 0:
		how = text.Count(w.Batched, "element", "elements") + " in batches"
	case w.Batched == 0:
		how = text.Count(w.Single, "element", "elements") + " one by one"
	default:
		how = text.Count(w.Batched, "element", "elements") + " in batches, " + text.Thousands(w.Single) + " one by one"
	}
	if _, err := fmt.Fprintf(a, "%s at %d:%d: %s\n", w.Function, w.Line, w.Col, how); err != nil {
		return err
	}
	if len(w.Once) > 0 && w.Batched > 0 {
		if _, err := fmt.Fprintf(a, "  read once for all in batches: %s\n", text.EscapeLines(strings.Join(w.Once, ", "))); err != nil {
			return err
		}
	}
	for _, why := range w.Why {
		if _, err := fmt.Fprintf(a, "  one by one: %s\n", text.EscapeLines(why)); err != nil {
			return err
		}
	}
	return nil
}
