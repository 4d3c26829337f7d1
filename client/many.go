package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// wholeDepth is the depth to which values are asked for that are compared or computed with: what is
// cut could make them look alike.
const wholeDepth = 100

// answered is what became of the question to one target.
type answered struct {
	target string
	*telnet.Answer
	err error
}

// runMany asks all targets one question.
func (e *evaluate) runMany(ctx context.Context, sources []string, std streams, quiet bool) error {
	if len(sources) > 1 {
		return misused("many targets take one expression; for several values write an object: {a: …, b: …}")
	}
	if err := e.checkThen(ctx); err != nil {
		return err
	}
	finding, cancel := e.within(ctx)
	targets, err := e.targets(finding)
	cancel()
	if err != nil {
		return err
	}
	all, err := e.askAll(ctx, targets, sources[0], std)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(std.out)
	switch {
	case e.Then != "":
		err = e.then(ctx, out, all)
	case e.Diff:
		err = e.diff(out, all)
	default:
		err = e.printMany(out, sources[0], all)
	}
	if flushed := out.Flush(); err == nil && flushed != nil {
		err = failure{flushed}
	}
	e.tellErrors(std.err, all, quiet)
	if err != nil {
		return err
	}
	return outcome(all)
}

// askAll asks each target, so many at once as --parallel says, each within --timeout.
func (e *evaluate) askAll(ctx context.Context, targets []string, source string, std streams) ([]answered, error) {
	nothing, err := os.Open(os.DevNull) // a terminal cannot answer the logins of many at once
	if err != nil {
		return nil, failure{err}
	}
	defer nothing.Close()
	std.in = nothing
	all := make([]answered, len(targets))
	turns := make(chan struct{}, e.Parallel)
	var asked sync.WaitGroup
	for i, target := range targets {
		turns <- struct{}{}
		asked.Go(func() {
			defer func() { <-turns }()
			a, err := e.ask(ctx, target, source, std)
			all[i] = answered{text.Escape(target), a, err}
		})
	}
	asked.Wait()
	return all, ctx.Err()
}

// ask asks one of many targets.
func (e *evaluate) ask(ctx context.Context, target, source string, std streams) (*telnet.Answer, error) {
	ctx, cancel := e.within(ctx)
	defer cancel()
	c, err := e.dial(ctx, target, std)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return e.askOne(ctx, c, source)
}

// printMany prints a row for each target that answered. What cannot be printed as the flags ask is an
// error of its target.
func (e *evaluate) printMany(w io.Writer, source string, all []answered) error {
	switch {
	case e.JSON:
		return printJSONs(w, all)
	case e.CSV:
		return printCSVs(w, all)
	}
	width := 0
	for _, a := range all {
		width = max(width, text.Width(a.target))
	}
	for i, a := range all {
		if a.err != nil {
			continue
		}
		var b bytes.Buffer
		if err := e.print(&b, source, a.Answer); err != nil {
			all[i].err = err
			continue
		}
		if e.Check {
			continue
		}
		head := a.target + strings.Repeat(" ", width-text.Width(a.target)+2)
		for line := range strings.Lines(strings.TrimSuffix(b.String(), "\n")) {
			if _, err := io.WriteString(w, head+strings.TrimSuffix(line, "\n")+"\n"); err != nil {
				return failure{err}
			}
			head = strings.Repeat(" ", width+2)
		}
	}
	return nil
}

// printJSONs prints an object for each target, on a line.
func printJSONs(w io.Writer, all []answered) error {
	type cost struct {
		MS      float64 `json:"ms"`
		Entries int     `json:"entries"`
		Bytes   int     `json:"bytes"`
	}
	for _, a := range all {
		o := struct {
			Target string          `json:"target"`
			Value  json.RawMessage `json:"value,omitempty"`
			Error  string          `json:"error,omitempty"`
			Cost   *cost           `json:"cost,omitempty"`
		}{Target: a.target}
		if a.err != nil {
			o.Error = errorText(a.err)
		} else {
			o.Value = a.Value
			o.Cost = &cost{float64(a.Cost.Time.Microseconds()) / 1000, a.Cost.Entries, a.Cost.Bytes}
		}
		if err := printLine(w, o); err != nil {
			return err
		}
	}
	return nil
}

// printLine prints x as JSON on a line. What a terminal would act on is escaped.
func printLine(w io.Writer, x any) error {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	if err := to.Encode(x); err != nil {
		return failure{err}
	}
	_, err := fmt.Fprintf(w, "%s\n", text.EscapeJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
	return err
}

// printCSVs prints the rows of all targets, whose first column is the target.
func printCSVs(w io.Writer, all []answered) error {
	var rows [][]field
	for i, a := range all {
		if a.err != nil {
			continue
		}
		list := []json.RawMessage{a.Value}
		if len(a.Value) > 0 && a.Value[0] == '[' {
			if err := json.Unmarshal(a.Value, &list); err != nil {
				all[i].err = failure{err}
				continue
			}
		}
		var own [][]field
		for _, element := range list {
			fields, err := fieldsOf(element)
			if err != nil {
				all[i].err = err
				break
			}
			own = append(own, append([]field{{"target", a.target}}, fields...))
		}
		if all[i].err == nil {
			rows = append(rows, own...)
		}
	}
	return writeCSV(w, rows)
}

// tellErrors tells what became of the targets that did not answer, and each note once.
func (e *evaluate) tellErrors(w io.Writer, all []answered, quiet bool) {
	told := map[string]bool{}
	for _, a := range all {
		if a.Answer == nil || quiet {
			continue
		}
		for _, note := range a.Notes {
			if !told[note] {
				told[note] = true
				fmt.Fprintln(w, "sightglass: note:", note)
			}
		}
	}
	for _, a := range all {
		if a.err != nil && !(e.JSON && e.Then == "" && !e.Diff) { // JSON has them already
			fmt.Fprintf(w, "sightglass: %s: %s\n", a.target, errorText(a.err))
		}
	}
}

// partly is the error of some targets that did not answer.
type partly struct {
	answers, targets int
	code             int // of the errors, or exitError if they differ
}

func (p partly) Error() string {
	return fmt.Sprintf("%d of %s answered", p.answers, text.Count(p.targets, "target", "targets"))
}

func (p partly) ExitCode() int { return p.code }

// outcome returns an error unless all answered.
func outcome(all []answered) error {
	p := partly{targets: len(all)}
	for _, a := range all {
		switch code := exitCode(a.err); {
		case code == exitOK:
			p.answers++
		case p.code == 0:
			p.code = code
		case p.code != code:
			p.code = exitError
		}
	}
	if p.code == exitOK {
		return nil
	}
	return p
}
