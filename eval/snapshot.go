package eval

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// snapshot is a bounded copy of a composite that can be computed with: what a variable holds of
// an object that was read racily, and the answer of dir. Where the copy was cut, computing is an
// error: the count of a cut list would be a lie.
type snapshot struct {
	node *render.Node
	page *render.Page // how it is shown, nil for as any other
}

// inWords is a page of nothing but text.
func inWords(text string) *render.Page {
	page := &render.Page{}
	page.Text(text, render.PlainRole)
	return page
}

func (s *snapshot) kind() string {
	if s.node.Type == "" {
		return "a snapshot"
	}
	return "a snapshot of " + article(s.node.Type)
}

func (s *snapshot) typeName() string {
	switch {
	case s.node.Type != "":
		return s.node.Type
	case s.node.Shape == inspect.Map:
		return "map"
	case s.node.Shape == inspect.Struct:
		return "struct"
	}
	return "array"
}

// snapshotOf is what can be computed with of a copy of an object. Pointers on the way to it are followed, as those to
// the object itself are.
func snapshotOf(n *render.Node) *snapshot { return &snapshot{node: pointedAt(n)} }

// pointedAt is what n points at; n itself if it is no pointer, or it is not known what it points at.
func pointedAt(n *render.Node) *render.Node {
	for n.Shape == inspect.Pointer && len(n.Items) == 1 {
		n = n.Items[0].Node
	}
	return n
}

// value is what a node holds, as a value of expressions.
func (s *snapshot) value(n *render.Node) (any, error) {
	switch n = pointedAt(n); {
	case n.Hidden:
		return &access.Redacted{}, nil
	case n.Err != "":
		return nil, fault.New("unreadable", "this could not be read when the snapshot was taken: %s", n.Err)
	case n.Cycle != "":
		return nil, fault.New("range", "the snapshot does not follow the cycle to %s", n.Cycle).With("look at the live object")
	case n.Shape == inspect.Nil:
		return nil, nil
	case n.Shape == inspect.Scalar:
		if n.Cut != nil {
			return nil, s.isCut(n)
		}
		return n.Scalar, nil
	case len(n.Items) == 0 && n.Text == "nil":
		return nil, nil
	}
	return &snapshot{node: n}, nil
}

func (s *snapshot) isCut(n *render.Node) error {
	// Not one of the errors that ?? and get make nil of: it is there, and not known.
	e := fault.New("unreadable", "the snapshot was cut here, and has not all of it")
	if n.Cut.Path != "" {
		return e.With("the live object has it: %s", n.Cut.Path)
	}
	return e.With("look at the live object")
}

func (s *snapshot) member(name string) (any, error) {
	var names []string
	for _, it := range s.node.Items {
		switch {
		case it.Key != nil && it.Key.Scalar == name, it.Key == nil && it.Name == name && name != "":
			return s.value(it.Node)
		case it.Key == nil:
			names = append(names, it.Name)
		default:
			if k, ok := it.Key.Scalar.(string); ok {
				names = append(names, k)
			}
		}
	}
	if s.node.Cut != nil {
		return nil, s.isCut(s.node)
	}
	code, what := "no_field", "field"
	if s.node.Shape == inspect.Map {
		code, what = "no_key", "key"
	}
	e := fault.New(code, "%s has no %s %s", s.kind(), what, quoted(name))
	if n := text.Near(name, names); n != "" {
		return nil, e.With("did you mean %s?", quoted(n))
	}
	if code == "no_field" {
		return nil, e.With("dir(x) lists what may follow it")
	}
	return nil, e
}

func (s *snapshot) item(f *frame, key any) (any, error) {
	if s.node.Shape == inspect.List {
		i, err := position(key, s.node.Len)
		if err != nil {
			return nil, err
		}
		if i >= len(s.node.Items) {
			return nil, s.isCut(s.node)
		}
		return s.value(s.node.Items[i].Node)
	}
	if name, ok := key.(string); ok {
		return s.member(name)
	}
	if err := refuse(key); err != nil {
		return nil, err
	}
	texts := len(s.node.Items) > 0
	for _, it := range s.node.Items {
		if it.Key == nil {
			continue
		}
		have, err := s.value(it.Key)
		if err != nil {
			return nil, err
		}
		if _, ok := have.(string); !ok {
			texts = false
		}
		if refuse(have) != nil {
			continue
		}
		if same, _, err := f.same(have, key, 0); err != nil || same {
			if err != nil {
				return nil, err
			}
			return s.value(it.Node)
		}
	}
	switch {
	case s.node.Cut != nil:
		return nil, s.isCut(s.node)
	case texts:
		return nil, otherKey("strings", key)
	}
	return nil, fault.New("no_key", "%s has no key %s", s.kind(), keyText(key))
}

func (s *snapshot) each(f *frame, each yield) error {
	if s.node.Shape != inspect.List && s.node.Shape != inspect.Map {
		return notCollection(s)
	}
	if s.node.Cut != nil {
		return s.isCut(s.node)
	}
	for i, it := range s.node.Items {
		if err := f.m.tick(1); err != nil {
			return err
		}
		x, err := s.value(it.Node)
		if err != nil {
			return err
		}
		key := unkeyed
		if it.Key != nil {
			if key, err = s.value(it.Key); err != nil {
				return err
			}
		}
		if more, err := each(i, key, x); err != nil || !more {
			return err
		}
	}
	return nil
}
