package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
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
	if len(only.ID) > maxID || len(only.ID) > 0 && strings.IndexByte("{[", only.ID[0]) >= 0 {
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
		return no("this is not a request: %s; a request has id, eval with limits and ask, complete with pos, or confirm", why)
	}
	if _, err := d.Token(); err != io.EOF {
		return no("there is more after the request; send one object a line")
	}
	asked := 0
	for _, member := range []*string{req.Eval, req.Complete, req.Confirm} {
		if member != nil {
			asked++
		}
	}
	switch {
	case asked == 0:
		return no("the request asks for nothing; send eval with an expression, complete with a part of one, or confirm with a token")
	case asked > 1:
		return no("the request asks for several things; send eval, complete and confirm on separate lines")
	case req.Complete == nil && req.Pos != nil:
		return no("pos goes with complete")
	case req.Eval == nil && req.Ask:
		return no("ask goes with eval")
	}
	return req, id, nil
}

// maxID bounds an id, in bytes.
const maxID = 256

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
