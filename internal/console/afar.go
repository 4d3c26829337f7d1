package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Afar lays out what a session in JSON mode has answered as a Session would have: it is for a client
// with a person at it.
type Afar struct {
	Name  Name
	Acts  bool // the session may act
	Width int  // of the terminal, in columns
	Color bool
}

// AfarAnswer is an answer. Text and Notes hold nothing that a terminal would obey.
type AfarAnswer struct {
	Name  string // the variable that it was assigned to; empty for none
	Text  string
	Cost  eval.Cost
	Notes []string
}

func (f Afar) style() style {
	st := style{name: f.Name, echoed: true}
	st.width.terminal, st.color.terminal = f.Width, f.Color
	return st
}

// Prompt returns what stands before the line being typed.
func (f Afar) Prompt() string {
	return f.style().prompt(f.Acts)
}

// WriteAnswer writes an answer, what it cost if that is remarkable, and notes.
func (f Afar) WriteAnswer(out io.Writer, r AfarAnswer) error {
	st := f.style()
	a := &answer{ctx: context.Background(), out: out, left: math.MaxInt, color: f.Color}
	said := r.Text
	if r.Name != "" {
		said = r.Name + " = " + said
	}
	if said == "" {
		return nil // a command that says nothing
	}
	if _, err := io.WriteString(a, strings.TrimSuffix(said, "\n")); err != nil {
		return err
	}
	return errors.Join(a.remarks(r.Cost, r.Notes, st), a.end())
}

// WriteError writes an error in a statement of line, with a caret under the place if it is an
// *eval.Error. The line stands above it on the screen, behind the Prompt.
func (f Afar) WriteError(out io.Writer, err error, statement, line string) error {
	a := &answer{ctx: context.Background(), out: out, left: math.MaxInt, color: f.Color}
	return errors.Join(a.writeError(err, statement, line, f.style()), a.end())
}

// FoldHelp lays out a page of help, which is written as the topics here are.
func (f Afar) FoldHelp(page string) string {
	return strings.Join(foldHelp(page, max(f.Width, minWidth)), "\n")
}

// WriteProgress draws how far an evaluation has come in the current row of the terminal, over what it
// drew before. After a nil p the row is empty.
func (f Afar) WriteProgress(out io.Writer, p *eval.Progress) error {
	var b bytes.Buffer
	b.WriteString("\r\x1b[K")
	if p != nil {
		b.WriteString(text.Fit(progressLine(*p), f.Width-1))
	}
	_, err := out.Write(b.Bytes())
	return err
}

// ProgressAfter is when a person who waits is first told how far an evaluation has come.
const ProgressAfter = progressAfter

// Statements splits a line at its semicolons into commands and expressions. A position in one is the
// same in the line, as blanks stand for what comes before it. It is an error if there are too many.
func Statements(line string) ([]string, error) {
	parts := statements(line)
	if len(parts) > maxStatements {
		return nil, fmt.Errorf("the line has %d expressions, and %d are allowed; ask in parts", len(parts), maxStatements)
	}
	return parts, nil
}

// IsCommand reports whether a statement is a command of docs/commands.md, and no expression.
func IsCommand(statement string) bool {
	_, _, ok := parseCommand(statement)
	return ok
}

// Outside calls visit with the index of each byte of line that is outside of brackets, strings and
// comments, and of each that opens a bracket or a string, up to where the line is wrong.
func Outside(line string, visit func(i int)) {
	if !isComment(line) {
		scan(line, visit)
	}
}

// Incomplete reports whether a line has to go on: a bracket, a raw string or a comment is open. A
// command never has to.
func Incomplete(line string) bool {
	return new(scanner).incomplete(line, eval.Limits{}.Filled().Nesting)
}
