package eval

import (
	"bytes"
	"encoding/json"

	"github.com/sightglass-go/sightglass/inspect/render"
)

var _ = define(objectFunctions, []function{
	{name: "snap", args: "x", min: 1, reads: composites, run: snap,
		summary: "a copy of x as it is now", example: `before = snap(cache)`},
	{name: "json", args: "x", min: 1, reads: composites, run: asJSON,
		summary: "x as JSON, as answers are in JSON mode", example: `json(cache.items.ax.tags)`},
})

// snap is snap(x): a copy of x as it is now, for comparing it later. Plain data is its own copy.
func snap(f *frame, args []any) (any, error) {
	x := args[0]
	if _, live := measure(x, 0); !live {
		return x, nil
	}
	n, err := f.snapped(x)
	if err == nil && isCut(n) {
		f.note("the snapshot was cut: the live object has more")
	}
	if err != nil {
		return nil, err
	}
	return snapshotOf(n), nil
}

// asJSON is json(x): the JSON that answers are in JSON mode, of as much as a snapshot holds and on several
// lines, which the prompt shows as they stand.
func asJSON(f *frame, args []any) (any, error) {
	if err := refuse(args[0]); err != nil {
		return nil, err
	}
	n, err := f.snapped(args[0])
	if err != nil {
		return nil, err
	}
	if isCut(n) {
		f.note("the JSON was cut: the live object has more")
	}
	var out bytes.Buffer
	if err := json.Indent(&out, n.JSON(), "", "  "); err != nil {
		return nil, err
	}
	f.layout = out.String()
	return f.layout, f.text(out.Len())
}

// snapped is a bounded copy of x, for which the evaluation pays.
func (f *frame) snapped(x any) (*render.Node, error) {
	if s, ok := x.(*snapshot); ok {
		return s.node, nil
	}
	n := f.copied(x, pathOfLive(x))
	nodes, text := weigh(n)
	return n, f.m.Keep(nodes*nodeSize + text)
}
