package library

import (
	"reflect"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "chain", Args: "x, .next", Min: 2, Predicate: 1, Itself: true, Fold: chain, Pipe: pipeOfChain,
		Summary: "x, its .next, the .next of that and so on, as a list", Example: `chain(cache.last, .next)`},
})

// chain is chain(x, .next): the list of x, what .next is of x, what .next is of that, and so on up
// to a nil. A link that was met before ends it, with a note.
func chain(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	return value.ToList(&f.Thread, linked(f, l))
}

func pipeOfChain(l *machine.Loop, _ fault.Pos) machine.Code {
	return func(f *machine.Frame) (value.Value, error) { return linked(f, l), nil }
}

// linked is the links of a chain, one by one. No guard is held between two of them: each is read as
// by an expression of its own, so a chain that changes meanwhile may be told in part as it was, in
// part as it is.
func linked(f *machine.Frame, l *machine.Loop) *value.Pipe {
	return value.NewList(func(_ *value.Thread, _ bool, yield value.Yield) error {
		x, err := l.From(f)
		if err != nil {
			return err
		}
		met := map[any]int{}
		for i := 0; ; i++ {
			if err := f.Tick(1); err != nil {
				return err
			}
			if x, err = link(x); err != nil || value.IsNothing(x) {
				return l.Pred.Pos().Err(err)
			}
			if k, known, err := identity(f, x); err != nil {
				return l.Pred.Pos().Err(err)
			} else if known {
				if first, again := met[k]; again {
					f.Note("the chain comes back to link " + text.Thousands(first) + " and stops there")
					return nil
				}
				met[k] = i
				if err := f.Keep(3 * meter.ElementSize); err != nil {
					return err
				}
			}
			if more, err := yield(i, value.Unkeyed, x); err != nil || !more {
				return err
			}
			if x, err = l.Pred.On(f, &machine.Scope{Index: i, Key: value.Unkeyed, Elem: x}); err != nil {
				return err
			}
		}
	})
}

// link returns x as a link of a chain, loaded: of a pointer what it points at, so that the link
// stays the same object when the pointer is turned to another. It is Nil for nil.
func link(x value.Value) (value.Value, error) {
	x, err := value.Load(x)
	if err != nil {
		return nil, err
	}
	if err := value.Refuse(x); err != nil {
		return nil, err
	}
	l, live := x.(value.Live)
	if !live {
		return x, nil
	}
	target, err := l.View.Target()
	if err != nil {
		return nil, err
	}
	if target == nil {
		return value.Nil, nil
	}
	target.Link()
	return value.Live{View: target}, nil
}

// place identifies an object. The type is needed: a struct has the address of its first field.
type place struct {
	addr uintptr
	typ  reflect.Type
}

// identity returns what tells x from all other links. known is false for a copy, and for what can
// only be compared.
func identity(f *machine.Frame, x value.Value) (k any, known bool, err error) {
	l, live := x.(value.Live)
	if !live {
		return value.KeyOf(&f.Thread, x)
	}
	v := l.View.Value()
	return place{v.Addr(), v.Type()}, v.Addr() != 0, nil
}
