package value

import (
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Snapshot is a bounded copy of a composite that can be computed with: what a variable holds of an
// object that was read racily, and the records that functions answer. Where the copy was cut,
// computing is an error: the count of a cut list would be a lie.
type Snapshot struct {
	Node *render.Node
	Page *render.Page // how it is shown, nil for as any other

	grouped bool // see IsGrouped
}

// NewSnapshot returns what can be computed with of n, a copy of x. It follows the pointers that lead
// to it.
func NewSnapshot(x Value, n *render.Node) *Snapshot {
	return &Snapshot{Node: PointedAt(n), grouped: IsGrouped(x)}
}

// PointedAt is what n points at: n itself if it is no pointer, or it is not known what it points
// at.
func PointedAt(n *render.Node) *render.Node {
	for n.Shape == inspect.Pointer && len(n.Items) == 1 {
		n = n.Items[0].Node
	}
	return n
}

var _ interface {
	Composite
	Iterable
	Sized
	Indexable
	HasMembers
	HasFields
	Keyed
	Pictured
	Measured
	Completable
} = (*Snapshot)(nil)

// Kind names the type that it is a copy of.
func (x *Snapshot) Kind() string {
	if x.Node.Type == "" {
		return "a snapshot"
	}
	return "a snapshot of " + text.Article(x.Node.Type)
}

// Type is the type that it is a copy of.
func (x *Snapshot) Type() string {
	switch {
	case x.Node.Type != "":
		return x.Node.Type
	case x.Node.Shape == inspect.Map:
		return "map[any]any"
	case x.Node.Shape == inspect.Struct:
		return "struct"
	}
	return listType
}

// Shape is that of what it is a copy of.
func (x *Snapshot) Shape() inspect.Shape { return x.Node.Shape }

// Len is that of what it is a copy of, however much was cut.
func (x *Snapshot) Len(*Thread) (int, error) {
	switch n := x.Node; {
	case n.Err != "":
		return 0, errUnread(n)
	case n.Shape != inspect.List && n.Shape != inspect.Map && n.Shape != inspect.Chan:
		return 0, NotCollection(x)
	}
	return x.Node.Len, nil
}

func (x *Snapshot) mapKept() kept {
	n := x.Node
	if n.Shape != inspect.Map {
		return kept{}
	}
	tells := func(it render.Item) bool {
		e := it.Node
		return e.Shape != inspect.Struct || len(e.Items) > 0 || e.Cut != nil || e.Err != "" || e.Hidden
	}
	k := kept{goType: n.Type, isSet: len(n.Items) > 0 && !slices.ContainsFunc(n.Items, tells), grouped: x.grouped}
	if len(n.Items) > 0 && n.Items[0].Key != nil {
		k.names = n.Items[0].Key.Constants
	}
	return k
}

// place is part with the Go type of what n is a copy of: it is not loaded.
func (x *Snapshot) place(n *render.Node) (Value, error) {
	y, err := x.part(n)
	if err != nil {
		return nil, err
	}
	if n = PointedAt(n); n.Constants != nil {
		return Named(y, n.Constants), nil
	}
	return WithType(y, n.Type), nil
}

// part returns what a node of x holds.
func (x *Snapshot) part(n *render.Node) (Value, error) {
	switch n = PointedAt(n); {
	case n.Hidden:
		return Redacted{&access.Redacted{}}, nil
	case n.Err != "":
		return nil, errUnread(n)
	case n.Cycle != "":
		return nil, fault.New("range", "the snapshot does not follow the cycle to %s", n.Cycle).With("look at the live object")
	case n.Shape == inspect.Nil && n.Type != "" && n.Text == (NilOf{goType: n.Type}).String():
		return NilOf{goType: n.Type}, nil
	case n.Shape == inspect.Nil:
		return Nil, nil
	case n.Shape == inspect.Scalar:
		if n.Cut != nil {
			return nil, errCut(n)
		}
		return Of(n.Scalar), nil
	case len(n.Items) == 0 && n.Text == "nil":
		return Nil, nil
	}
	return &Snapshot{Node: n}, nil
}

// errUnread is the error of asking for what n lacks because it could not be read.
func errUnread(n *render.Node) error {
	return fault.New("unreadable", "this could not be read when the snapshot was taken: %s", n.Err)
}

// lacks is the error of asking for what n does not have, though what it is a copy of may; nil if n has
// all.
func lacks(n *render.Node) error {
	switch {
	case n.Err != "":
		return errUnread(n)
	case n.Cut != nil:
		return errCut(n)
	}
	return nil
}

// errCut is the error of asking for what was cut from n. It is none of those that ?? and get make
// nil of: the part is there, and not known.
func errCut(n *render.Node) error {
	e := fault.New("unreadable", "the snapshot was cut here and is incomplete")
	if n.Cut.Path != "" {
		return e.With("the live object has it: %s", n.Cut.Path)
	}
	return e.With("look at the live object")
}

// Fields lists the fields of a struct.
func (x *Snapshot) Fields() (names []string, err error) {
	for _, it := range x.Node.Items {
		names = append(names, it.Name)
	}
	return names, nil
}

// Member is a field or an entry.
func (x *Snapshot) Member(_ *Thread, name string) (Value, error) {
	var names []string
	var unsure error // a key may be name, and is not known, or only its beginning, which name has too
	for _, it := range x.Node.Items {
		switch {
		case it.Key != nil && lacks(it.Key) != nil:
			if k, ok := it.Key.Scalar.(string); !ok || strings.HasPrefix(name, k) {
				unsure = lacks(it.Key)
			}
		case it.Key != nil && it.Key.Scalar == name, it.Key == nil && it.Name == name && name != "":
			return x.place(it.Node)
		case it.Key == nil:
			names = append(names, it.Name)
		default:
			if k, ok := it.Key.Scalar.(string); ok {
				names = append(names, k)
			}
		}
	}
	if err := lacks(x.Node); err != nil {
		return nil, err
	}
	if unsure != nil {
		return nil, unsure
	}
	code, what := "no_field", "field"
	if x.Node.Shape == inspect.Map {
		code, what = "no_key", "key"
	}
	e := fault.New(code, "%s has no %s %s", x.Kind(), what, Quote(name))
	if n := text.Near(name, names); n != "" {
		return nil, e.With("did you mean %s?", Quote(n))
	}
	if code == "no_field" {
		return nil, e.With("dir(x) lists what may follow it")
	}
	return nil, e
}

// Index is an element or an entry.
func (x *Snapshot) Index(t *Thread, key Value) (Value, error) {
	if x.Node.Shape == inspect.List {
		i, err := position(key, x.Node.Len)
		if x.Node.Err != "" && (err != nil || i >= len(x.Node.Items)) {
			return nil, errUnread(x.Node)
		}
		if err != nil {
			return nil, err
		}
		if i >= len(x.Node.Items) {
			return nil, errCut(x.Node)
		}
		return x.place(x.Node.Items[i].Node)
	}
	if name, ok := key.(String); ok {
		return x.Member(t, string(name))
	}
	if err := Refuse(key); err != nil {
		return nil, err
	}
	texts := len(x.Node.Items) > 0
	for _, it := range x.Node.Items {
		if it.Key == nil {
			continue
		}
		have, err := x.part(it.Key)
		if err != nil {
			return nil, err
		}
		if _, ok := have.(String); !ok {
			texts = false
		}
		if Refuse(have) != nil {
			continue
		}
		if same, _, err := Same(t, have, key); err != nil || same {
			if err != nil {
				return nil, err
			}
			return x.place(it.Node)
		}
	}
	if err := lacks(x.Node); err != nil {
		return nil, err
	}
	if texts {
		return nil, otherKey("strings", key)
	}
	return nil, fault.New("no_key", "%s has no key %s", x.Kind(), KeyText(key))
}

// Has reports whether there is an entry or a field.
func (x *Snapshot) Has(t *Thread, key Value) (bool, error) {
	_, err := x.Index(t, key)
	if err != nil && fault.From(err).Code == "no_key" {
		return false, nil
	}
	return err == nil, err
}

// Each walks a list or map.
func (x *Snapshot) Each(t *Thread, _ bool, yield Yield) error {
	if x.Node.Shape != inspect.List && x.Node.Shape != inspect.Map {
		return NotCollection(x)
	}
	if err := lacks(x.Node); err != nil {
		return err
	}
	for i, it := range x.Node.Items {
		if err := t.Tick(1); err != nil {
			return err
		}
		elem, err := x.place(it.Node)
		if err != nil {
			return err
		}
		var key Value = Unkeyed
		if it.Key != nil {
			if key, err = x.place(it.Key); err != nil {
				return err
			}
		}
		if more, err := yield(i, key, elem); err != nil || !more {
			return err
		}
	}
	return nil
}

// Names proposes fields, and the keys that are names.
func (x *Snapshot) Names(_ *Thread, add func(name, detail string)) error {
	for _, it := range x.Node.Items {
		name := it.Name
		if it.Key != nil {
			name, _ = it.Key.Scalar.(string)
		}
		if IsName(name) {
			add(name, it.Node.Type)
		}
	}
	return nil
}

// Measure weighs the nodes.
func (x *Snapshot) Measure(int) (size int, live bool) { return Weight(x.Node), false }

// picture takes a snapshot of the snapshot: the limits of display are lower than those of a
// variable.
func (x *Snapshot) picture(p *painter, depth int, path string) *render.Node {
	return p.again(x.Node, depth, path)
}

// nodeSize is about what a node of a snapshot takes, in bytes.
const nodeSize = 200

// NodeSize is about what n nodes without text take, in bytes.
func NodeSize(n int) int { return n * nodeSize }

// Weight is about what a snapshot takes, in bytes.
func Weight(n *render.Node) int {
	nodes, text := weigh(n)
	return nodes*nodeSize + text
}

// weigh counts the nodes of a snapshot and the bytes of their texts.
func weigh(n *render.Node) (nodes, text int) {
	nodes, text = 1, len(n.Text)
	for _, it := range n.Items {
		for _, part := range []*render.Node{it.Key, it.Node} {
			if part != nil {
				a, b := weigh(part)
				nodes, text = nodes+a, text+b
			}
		}
	}
	return nodes, text
}

// IsCut reports whether something was cut from n or below it, or is shown elsewhere.
func IsCut(n *render.Node) bool {
	if n.Cut != nil || n.Same != "" && len(n.Items) == 0 {
		return true
	}
	for _, it := range n.Items {
		if it.Key != nil && IsCut(it.Key) || IsCut(it.Node) {
			return true
		}
	}
	return false
}
