package eval

import "github.com/sightglass-go/sightglass/inspect"

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

// asJSON is json(x): toJSON(x), which the prompt shows as it stands.
func asJSON(f *frame, args []any) (any, error) {
	x, err := toJSON(f, args)
	if s, ok := x.(string); ok {
		f.layout = s
	}
	return x, err
}

// snapped is a bounded copy of x, for which the evaluation pays.
func (f *frame) snapped(x any) (*inspect.Node, error) {
	if s, ok := x.(*snapshot); ok {
		return s.node, nil
	}
	n := f.copied(x, pathOfLive(x))
	nodes, text := weigh(n)
	return n, f.m.Keep(nodes*nodeSize + text)
}
