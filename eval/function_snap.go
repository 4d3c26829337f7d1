package eval

import (
	"bytes"
	"encoding/json"

	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
)

var _ = define(objectFunctions, []function{
	{name: "snap", args: "x", min: 1, reads: composites, run: snap,
		summary: "a copy of x as it is now", example: `before = snap(cache)`},
	{name: "json", args: "x", min: 1, reads: composites, run: asJSON,
		summary: "x as JSON, as answers are in JSON mode", example: `json(cache.items.ax.tags)`},
})

// snap is snap(x): a copy of x as it is now, for comparing it later. Plain data is its own copy.
func snap(f *frame, args []value.Value) (value.Value, error) {
	x := args[0]
	if _, live := value.Measure(x, 0); !live {
		return x, nil
	}
	n, err := f.snapped(x)
	if err == nil && value.IsCut(n) {
		f.note("the snapshot was cut: the live object has more")
	}
	if err != nil {
		return nil, err
	}
	return value.NewSnapshot(n), nil
}

// asJSON is json(x): the JSON that answers are in JSON mode, of as much as a snapshot holds and on several
// lines, which the prompt shows as they stand.
func asJSON(f *frame, args []value.Value) (value.Value, error) {
	if err := value.Refuse(args[0]); err != nil {
		return nil, err
	}
	n, err := f.snapped(args[0])
	if err != nil {
		return nil, err
	}
	if value.IsCut(n) {
		f.note("the JSON was cut: the live object has more")
	}
	var out bytes.Buffer
	if err := json.Indent(&out, n.JSON(), "", "  "); err != nil {
		return nil, err
	}
	f.verbatim = out.String()
	return value.String(f.verbatim), f.KeepText(out.Len())
}

// snapped is a bounded copy of x, for which the evaluation pays.
func (f *frame) snapped(x value.Value) (*render.Node, error) {
	if s, ok := x.(*value.Snapshot); ok {
		return s.Node, nil
	}
	n := value.Copy(f.Thread, x, value.Path(x))
	return n, f.Keep(value.Weight(n))
}
