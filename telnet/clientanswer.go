package telnet

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Answer is the answer to an expression.
type Answer struct {
	// Value is the value as docs/protocol.md writes it. It is valid JSON, and may hold characters
	// that a terminal acts on.
	Value json.RawMessage

	Text  string   // the value for people, in lines; what does not print is escaped
	Type  string   // the Go type of the value
	Name  string   // the variable that it was assigned to; empty for none
	Notes []string // what to know about the answer; what does not print is escaped
	Codes []string // those of Notes that programs may act on

	// Standing are those of Notes that hold for each look at these objects, such as that nothing guards
	// one. A person wants to read them once.
	Standing []string

	Cost Cost
}

// Cost is what an evaluation has cost the server.
type Cost struct {
	Time    time.Duration
	Entries int           // read
	Bytes   int           // kept
	Waited  time.Duration // for locks
	Left    time.Duration // to the application, while others waited for a processor
	Queued  time.Duration // behind other sessions
	Retries int
	Torn    int // values that kept changing
}

// Completion is a proposal to complete a line: Text replaces it from byte Start to the cursor.
type Completion struct {
	Start  int       `json:"start"`
	Text   string    `json:"text"`
	Kind   eval.Kind `json:"kind"`
	Detail string    `json:"detail"`
}

// Hello describes the process at the other end, as it was when the Client connected.
type Hello struct {
	Program string    // the name of its executable
	Name    string    // what the application calls itself; see Server.Name
	Host    string    // where it runs; empty if it does not tell
	Version string    // of its main module; empty if it was not built from one
	PID     int       // 0 if the server does not tell
	Level   Level     // of the session
	Go      string    // the Go release that it was built with
	Started time.Time // when the process started
	Text    string    // all of that in a sentence

	line int // the most bytes of a request; 0 if the server does not tell
}

// wireAnswer is a line that a server sends.
type wireAnswer struct {
	V        int             `json:"v"`
	ID       json.RawMessage `json:"id"`
	OK       *bool           `json:"ok"`
	Event    string          `json:"event"`
	Type     string          `json:"type"`
	Name     string          `json:"name"`
	Value    json.RawMessage `json:"value"`
	Text     string          `json:"text"`
	Cost     wireCost        `json:"cost"`
	Notes    []string        `json:"notes"`
	Codes    []string        `json:"codes"`
	Standing []string        `json:"standing"`
	Error    *wireError      `json:"error"`
	Action   *wireAction     `json:"action"`
	Hello    *wireHello      `json:"hello"`
	Progress *wireProgress   `json:"progress"`
	Ask      *wireAsk        `json:"ask"`
}

type wireCost struct {
	MS      float64 `json:"ms"`
	Entries int     `json:"entries"`
	Bytes   int     `json:"bytes"`
	Waited  float64 `json:"waited_ms"`
	Left    float64 `json:"left_ms"`
	Queued  float64 `json:"queued_ms"`
	Retries int     `json:"retries"`
	Torn    int     `json:"torn"`
}

type wireAction struct {
	Token string `json:"token"`
	Call  string `json:"call"`
}

type wireHello struct {
	Program string    `json:"program"`
	Name    string    `json:"name"`
	Host    string    `json:"host"`
	Version string    `json:"version"`
	PID     int       `json:"pid"`
	Level   string    `json:"level"`
	Go      string    `json:"go"`
	Started time.Time `json:"started"`
	Line    int       `json:"line"`
}

type wireProgress struct {
	MS      float64 `json:"ms"`
	Entries int     `json:"entries"`
	Path    string  `json:"path"`
	At      int     `json:"at"`
	Of      int     `json:"of"`
}

type wireAsk struct {
	Text   string `json:"text"`
	Secret bool   `json:"secret"`
	Denied bool   `json:"denied"`
}

// parseAnswer parses a line that a server sends: an answer, which is a value or an error, or an event.
// What is in doubt is an error: a client that guesses may take one answer for another.
func parseAnswer(line []byte) (*wireAnswer, error) {
	a := new(wireAnswer)
	if err := json.Unmarshal(line, a); err != nil {
		return nil, broken("%s in %s", text.Escape(err.Error()), text.Escape(text.Cut(string(text.Whole(line[:min(len(line), 200)])), 80)))
	}
	switch {
	case a.V != 1:
		return nil, broken("it speaks version %d, and this client version 1", a.V)
	case a.Event != "":
		if a.OK != nil {
			return nil, broken("an event is an answer too")
		}
	case a.OK == nil:
		return nil, broken("an answer without ok")
	case *a.OK == (a.Error != nil):
		return nil, broken("an answer that is neither a value nor an error")
	case *a.OK && a.Value == nil:
		return nil, broken("an answer without a value")
	}
	return a, nil
}

// answer returns a, which is a value.
func (a *wireAnswer) answer() *Answer {
	return &Answer{
		Value: a.Value, Text: text.EscapeLines(a.Text), Type: text.Escape(a.Type), Name: text.Escape(a.Name),
		Notes: escaped(a.Notes), Codes: escaped(a.Codes), Standing: escaped(a.Standing),
		Cost: Cost{
			Time: milliseconds(a.Cost.MS), Entries: a.Cost.Entries, Bytes: a.Cost.Bytes, Waited: milliseconds(a.Cost.Waited),
			Left: milliseconds(a.Cost.Left), Queued: milliseconds(a.Cost.Queued), Retries: a.Cost.Retries, Torn: a.Cost.Torn,
		},
	}
}

// hello returns what the first answer of a session tells.
func (a *wireAnswer) hello() Hello {
	h := Hello{Text: text.Escape(a.Text)}
	if w := a.Hello; w != nil {
		h.Program, h.Name, h.Host, h.Version = text.Escape(w.Program), text.Escape(w.Name), text.Escape(w.Host), text.Escape(w.Version)
		h.PID, h.Go, h.Started, h.line = w.PID, text.Escape(w.Go), w.Started, w.Line
		if w.Level == Act.String() {
			h.Level = Act
		}
	}
	return h
}

// completions returns the proposals to complete line at pos.
func (a *wireAnswer) completions(pos int) ([]Completion, error) {
	var all []Completion
	if err := json.Unmarshal(a.Value, &all); err != nil {
		return nil, broken("completions: %s", text.Escape(err.Error()))
	}
	for i, c := range all {
		if c.Start < 0 || c.Start > pos {
			return nil, broken("a completion from byte %d of %d", c.Start, pos)
		}
		all[i].Text, all[i].Kind, all[i].Detail = text.Escape(c.Text), eval.Kind(text.Escape(string(c.Kind))), text.Escape(c.Detail)
	}
	return all, nil
}

func (w *wireProgress) progress() eval.Progress {
	return eval.Progress{Time: milliseconds(w.MS), Path: text.Escape(w.Path), At: w.At, Of: w.Of, Read: w.Entries}
}

func escaped(all []string) []string {
	for i, s := range all {
		all[i] = text.Escape(s)
	}
	return all
}

func milliseconds(ms float64) time.Duration {
	const most = 1 << 40 // some thirty years
	if !(ms > 0) {
		return 0
	}
	return time.Duration(min(ms, most) * float64(time.Millisecond))
}

// isAnswer reports whether line is not for people.
func isAnswer(line []byte) bool { return bytes.HasPrefix(line, []byte(`{"v":`)) }
