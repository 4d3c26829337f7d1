package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// request is one line of JSON mode that is an object.
type request struct {
	ID       json.RawMessage `json:"id"`
	Eval     *string         `json:"eval"`
	Complete *string         `json:"complete"`
	Pos      *int            `json:"pos"`
	Limits   *requestLimits  `json:"limits"`
	Ask      bool            `json:"ask"`
	Confirm  *string         `json:"confirm"`
}

// requestLimits lowers the limits of one request; zero changes nothing.
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

// parseRequest reads a line that is an object. wrong is the answer to one that is no request.
func parseRequest(line string) (req request, id json.RawMessage, wrong *reply) {
	no := func(format string, args ...any) (request, json.RawMessage, *reply) {
		r := failed(codeRequest, format, args...)
		return request{}, id, &r
	}
	var only struct{ ID json.RawMessage }
	json.Unmarshal([]byte(line), &only) // what is wrong is found again below
	if len(only.ID) > maxID || len(only.ID) > 0 && strings.IndexByte("{[", only.ID[0]) >= 0 {
		return no("the id is neither a number nor a string of up to %d bytes", maxID)
	}
	id = only.ID
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil {
		why := strings.TrimPrefix(err.Error(), "json: ")
		var other *json.UnmarshalTypeError
		if errors.As(err, &other) {
			why = fmt.Sprintf("%s takes no %s", other.Field, other.Value)
		}
		return no("this is no request: %s; it has id, eval with limits and ask, complete with pos, or confirm", why)
	}
	if _, err := d.Token(); err != io.EOF {
		return no("there is more behind the request; one line has one object")
	}
	things := 0
	for _, thing := range []*string{req.Eval, req.Complete, req.Confirm} {
		if thing != nil {
			things++
		}
	}
	switch {
	case things == 0:
		return no("the request asks for nothing; it has eval with an expression, complete with a part of one, or confirm with a token")
	case things > 1:
		return no("the request asks for several things; send eval, complete and confirm on a line each")
	case req.Complete == nil && req.Pos != nil:
		return no("pos belongs to complete")
	case req.Eval == nil && req.Ask:
		return no("ask belongs to eval")
	}
	return req, id, nil
}

// maxID bounds an id, in bytes.
const maxID = 256

// limits are l as the evaluator has them.
func (l *requestLimits) limits() eval.Limits {
	if l == nil {
		return eval.Limits{}
	}
	return eval.Limits{
		Time: timeLimit(l.MS), Entries: l.Entries, Bytes: l.Bytes, Output: l.Output, Nesting: l.Nesting,
		Show: render.Limit{Depth: l.Depth, Items: l.Items, Bytes: l.Text},
	}
}

// timeLimit is ms as a time limit: at least a nanosecond, since 0 is no limit, and no limit at
// all where a Duration cannot hold it.
func timeLimit(ms float64) time.Duration {
	ns := ms * float64(time.Millisecond)
	switch {
	case ns <= 0 || ns >= 1<<63:
		return 0
	case ns < 1:
		return 1
	}
	return time.Duration(ns)
}
