package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// answer is an element of answers, as --then sees it.
type answer struct {
	target string
	value  any    // nil if there is an error
	error  string // "" if it answered
	cost   cost
}

// cost is what an answer has cost its target.
type cost struct {
	time    time.Duration
	entries int
	bytes   int
	waited  time.Duration
}

// then evaluates --then over the answers, here, and prints its value. An answer that is not whole is
// an error of its target: computing with a part would go wrong without a word.
func (e *evaluate) then(ctx context.Context, w io.Writer, all []answered) error {
	answers := make([]answer, len(all))
	for i, a := range all {
		answers[i].target = a.target
		if a.err == nil {
			answers[i].value, all[i].err = valueOf(a.Value)
			answers[i].cost = cost{a.Cost.Time, a.Cost.Entries, a.Cost.Bytes, a.Cost.Waited}
		}
		if err := all[i].err; err != nil {
			answers[i].value, answers[i].error = nil, errorText(err)
		}
	}
	r, err := e.over(ctx, answers)
	if err != nil {
		return ofThen(err)
	}
	var b bytes.Buffer
	untype(r.Value())
	if err := r.Value().WriteText(&b, render.Style{}); err != nil {
		return failure{err}
	}
	return e.print(w, e.Then, &telnet.Answer{Value: r.Value().JSON(), Text: strings.TrimSuffix(b.String(), "\n"), Type: r.Type})
}

// over evaluates --then.
func (e *evaluate) over(ctx context.Context, answers []answer) (eval.Result, error) {
	reg := registry.New()
	reg.Expose("answers", &answers, registry.Frozen(), registry.Doc("what the targets answered"))
	limits := eval.Limits{Show: e.limits().Show}
	if e.Timeout > 0 {
		limits.Time = e.Timeout
	}
	return eval.NewSession(reg, limits).Eval(ctx, e.Then)
}

// checkThen returns an error if --then is no expression, which is better known before all are asked.
func (e *evaluate) checkThen(ctx context.Context) error {
	if e.Then == "" {
		return nil
	}
	var wrong *eval.Error
	if _, err := e.over(ctx, nil); errors.As(err, &wrong) && wrong.Code == "syntax" {
		return ofThen(err)
	}
	return nil
}

// ofThen returns an error of --then. Types of this package tell nothing there either.
func ofThen(err error) error {
	return failed("--then: %w", errors.New(strings.NewReplacer("(client.answer)", "(an answer)", "(client.cost)", "(a cost)").Replace(err.Error())))
}

// untype takes the types of lists, maps and structs, and the pointer to answers, out of a value: they are
// those of this package, and the applications' are not known.
func untype(n *render.Node) {
	for n.Shape == inspect.Pointer && len(n.Items) == 1 {
		*n = *n.Items[0].Node
	}
	switch n.Shape {
	case inspect.List, inspect.Map, inspect.Struct:
		n.Type = ""
	}
	for _, item := range n.Items {
		untype(item.Node)
		if item.Key != nil {
			untype(item.Key)
		}
	}
}

// decode returns a JSON value with its numbers as they are written.
func decode(value json.RawMessage) (x any, err error) {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if err := d.Decode(&x); err != nil {
		return nil, failure{err}
	}
	return x, nil
}

// valueOf returns a value of the protocol as Go objects: bool, string, int64, uint64, float64, []any
// and map[string]any.
func valueOf(value json.RawMessage) (any, error) {
	x, err := decode(value)
	if err != nil {
		return nil, err
	}
	return object(x, "")
}

func object(x any, path string) (_ any, err error) {
	switch x := x.(type) {
	case json.Number:
		return number(x), nil
	case []any:
		for i := range x {
			if x[i], err = object(x[i], fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		if mark, ok := x[cutMark].(map[string]any); ok {
			if len(x) > 1 {
				return nil, notWhole(path)
			}
			return marked(mark, path)
		}
		plain := make(map[string]any, len(x))
		for key, value := range x {
			key = strings.TrimPrefix(key, cutMark) // a key of the application that begins so has one more
			if plain[key], err = object(value, path+member(key)); err != nil {
				return nil, err
			}
		}
		return plain, nil
	}
	return x, nil
}

// marked returns what stands for a value that is not simply JSON, as docs/protocol.md lists them.
func marked(mark map[string]any, path string) (any, error) {
	value, has := mark["value"]
	switch name, named := mark["name"].(string); {
	case named && has:
		return name, nil
	case mark["torn"] != nil && has:
		return object(value, path)
	case mark["redacted"] != nil:
		return "<redacted>", nil
	case mark["cycle"] != nil:
		return fmt.Sprintf("<cycle: %v>", mark["cycle"]), nil
	case mark["hex"] != nil && mark["more"] == nil:
		return mark["hex"], nil
	case mark["cap"] != nil:
		return object(mark, path)
	}
	return nil, notWhole(path)
}

func notWhole(path string) error {
	return failed("the answer is not whole at %s; ask for less of it, or raise --depth", where(path))
}

// where names a path within a value.
func where(path string) string {
	if path == "" {
		return "its top"
	}
	return path
}

// member returns the step to a key.
func member(key string) string {
	for i, r := range key {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return "[" + strconv.Quote(key) + "]"
		}
	}
	if key == "" {
		return `[""]`
	}
	return "." + key
}

// number returns n without loss, which is a string where no number of Go's is that.
func number(n json.Number) any {
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return i
	}
	if u, err := strconv.ParseUint(n.String(), 10, 64); err == nil {
		return u
	}
	if f, err := n.Float64(); err == nil && !math.IsInf(f, 0) && strings.ContainsAny(n.String(), ".eE") {
		return f
	}
	return n.String()
}
