package library

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "snap", Args: "x", Min: 1, Reads: Composites, Run: snap,
		Summary: "a copy of x as it is now", Example: `before = snap(cache)`},
	{Name: "json", Args: "x", Min: 1, Reads: Composites, Run: asJSON,
		Summary: "x as JSON, as answers are in JSON mode", Example: `json(cache.items.ax.tags)`},
})

// snap is snap(x): a copy of x as it is now, to compare with later. Plain data is its own copy.
func snap(f *machine.Frame, args []value.Value) (value.Value, error) {
	x := args[0]
	if _, live := value.Measure(x, 0); !live {
		return x, nil
	}
	n, err := snapped(f, x)
	if err == nil && value.IsCut(n) {
		f.Note("the snapshot was cut: the live object has more")
	}
	if err != nil {
		return nil, err
	}
	return value.NewSnapshot(x, n), nil
}

// asJSON is json(x): the JSON of an answer in JSON mode, indented. It has as much of x as a
// snapshot has.
func asJSON(f *machine.Frame, args []value.Value) (value.Value, error) {
	if err := value.Refuse(args[0]); err != nil {
		return nil, err
	}
	n, err := snapped(f, args[0])
	if err != nil {
		return nil, err
	}
	if value.IsCut(n) {
		f.Note("the JSON was cut: " + restOf(n))
	}
	var out bytes.Buffer
	if err := json.Indent(&out, n.JSON(), "", "  "); err != nil {
		return nil, err
	}
	f.Verbatim, f.JSON, f.JSONType = out.String(), n, args[0].Type()
	return value.String(f.Verbatim), f.KeepText(out.Len())
}

// restOf says how to get the JSON of what was cut from n.
func restOf(n *render.Node) string {
	n = value.PointedAt(n)
	switch {
	case n.Shape != inspect.List && n.Shape != inspect.Map || n.Cut == nil || n.Cut.More == 0:
		return "what is missing stands where it was cut, behind \"path\""
	case n.Cut.Path != "":
		return "json(" + n.Cut.Rest() + ") is the rest"
	}
	return "json(x[" + strconv.Itoa(len(n.Items)) + ":]) is the rest of x"
}

// snapped is a bounded copy of x. It charges the evaluation.
func snapped(f *machine.Frame, x value.Value) (*render.Node, error) {
	if s, ok := x.(*value.Snapshot); ok {
		return s.Node, nil
	}
	n := value.Copy(&f.Thread, x, value.Path(x))
	return n, f.Keep(value.Weight(n))
}
