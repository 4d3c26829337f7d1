package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// request is a line of JSON mode that is an object.
type request struct {
	ID       json.RawMessage `json:"id"`
	Eval     *string         `json:"eval"`
	Complete *string         `json:"complete"`
	Pos      *int            `json:"pos"`
	Limits   *requestLimits  `json:"limits"`
	Ask      bool            `json:"ask"`
	Confirm  *string         `json:"confirm"`
	Line     *string         `json:"line"`
	Cancel   json.RawMessage `json:"cancel"`
	Commands bool            `json:"commands"`
	Progress bool            `json:"progress"`
	Mode     string          `json:"mode"`
}

// requestLimits lowers the limits for one request, and may raise the time up to Limits.MaxTime. Zero
// leaves a limit as it is.
type requestLimits struct {
	MS      float64 `json:"ms"`
	Entries int     `json:"entries"`
	Bytes   int     `json:"bytes"`
	Output  int     `json:"output"`
	Nesting int     `json:"nesting"`
	Depth   int     `json:"depth"`
	Items   int     `json:"items"`
	Text    int     `json:"text"`
}

// parseRequest parses a line that is an object. If it is not a request, wrong is the answer to it.
func parseRequest(line string) (req request, id json.RawMessage, wrong *reply) {
	no := func(format string, args ...any) (request, json.RawMessage, *reply) {
		r := errorReply(codeRequest, format, args...)
		return request{}, id, &r
	}
	var only struct{ ID json.RawMessage }
	json.Unmarshal([]byte(line), &only) // Decode finds the errors
	if len(only.ID) > 0 && !isID(only.ID) {
		return no("id is not a number or a string of up to %d bytes", maxID)
	}
	id = only.ID
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil {
		why := strings.TrimPrefix(err.Error(), "json: ")
		var other *json.UnmarshalTypeError
		if errors.As(err, &other) {
			why = fmt.Sprintf("%s cannot be a %s", other.Field, other.Value)
		}
		return no("this is not a request: %s; a request has id, eval with limits, ask, progress and mode, complete with pos and commands, line, confirm, or cancel", why)
	}
	if _, err := d.Token(); err != io.EOF {
		return no("there is more after the request; send one object a line")
	}
	asked := 0
	for _, member := range []*string{req.Eval, req.Complete, req.Confirm, req.Line} {
		if member != nil {
			asked++
		}
	}
	if req.Cancel != nil {
		asked++
	}
	switch {
	case asked == 0:
		return no("the request asks for nothing; send eval with an expression, complete with a part of one, line with a command, confirm with a token, or cancel with an id")
	case asked > 1:
		return no("the request asks for several things; send eval, complete, line, confirm and cancel on separate lines")
	case req.Complete == nil && req.Pos != nil:
		return no("pos goes with complete")
	case req.Eval == nil && req.Ask:
		return no("ask goes with eval")
	case req.Eval == nil && req.Progress:
		return no("progress goes with eval")
	case req.Eval == nil && req.Mode != "":
		return no("mode goes with eval")
	case !slices.Contains(modeWords, req.Mode):
		return no("mode %q is not sample, condition or aside", text.Cut(req.Mode, 20))
	case req.Progress && len(id) == 0:
		return no("progress goes with an id, by which its events are told apart")
	case req.Complete == nil && req.Commands:
		return no("commands goes with complete")
	case req.Cancel != nil && !isID(req.Cancel):
		return no("cancel is not the id of a request")
	}
	return req, id, nil
}

// modeWords are the words of the protocol for what an evaluation is for.
var modeWords = []string{eval.Typed: "", eval.Sample: "sample", eval.Condition: "condition", eval.Aside: "aside"}

// ModeWord is the word for m. A mode that there is not is Typed.
func ModeWord(m eval.Mode) string {
	if int(m) >= len(modeWords) {
		m = eval.Typed
	}
	return modeWords[m]
}

// mode is the mode of the request, which is one.
func (r *request) mode() eval.Mode { return eval.Mode(slices.Index(modeWords, r.Mode)) }

// maxID bounds an id, in bytes.
const maxID = 256

// isID reports whether raw, a JSON value, can be an id.
func isID(raw json.RawMessage) bool { return len(raw) <= maxID && strings.IndexByte("{[", raw[0]) < 0 }

// limits converts l; nil stands for zeros.
func (l *requestLimits) limits() eval.Limits {
	if l == nil {
		return eval.Limits{}
	}
	return eval.Limits{
		Time: timeLimit(l.MS), Entries: l.Entries, Bytes: l.Bytes, Output: l.Output, Nesting: l.Nesting,
		Show: render.Limit{Depth: l.Depth, Items: l.Items, Bytes: l.Text},
	}
}

// timeLimit converts milliseconds to a time limit. As zero means no limit, it returns at least a
// nanosecond.
func timeLimit(ms float64) time.Duration {
	ns := ms * float64(time.Millisecond)
	switch {
	case !(ns > 0):
		return 0
	case ns >= 1<<63:
		return math.MaxInt64
	case ns < 1:
		return 1
	}
	return time.Duration(ns)
}
