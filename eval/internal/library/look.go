package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "type", Args: "x", Min: 1, Places: true, Run: typeOf,
		Summary: "the Go type of x, behind an interface that of its content", Example: `type(cache.items)`},
	{Name: "kind", Args: "x", Min: 1, Run: kindOf,
		Summary: "what x computes as, such as string, int or array", Example: `kind(cache.items)`},
	{Name: "path", Args: "x", Min: 1, Run: pathOf,
		Summary: "the expression that reaches x", Example: `path(cache.items.ax)`},
	{Name: "addr", Args: "x", Min: 1, Run: addrOf,
		Summary: "the address of x", Example: `addr(cache) > 0`},
	{Name: "cap", Args: "x", Min: 1, Reads: Composites, Run: capOf,
		Summary: "the capacity of a slice or channel", Example: `cap(nums)`},
})

// typeOf is type(x): what the verb %T of package fmt prints of x, as Go source has it: []byte for
// []uint8, any for interface {}, type arguments without import paths.
func typeOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	x, goType, err := value.LoadTyped(args[0])
	if err == nil {
		err = value.Refuse(x)
	}
	return value.String(goType), err
}

// kindOf is kind(x).
func kindOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	return value.String(value.KindOf(args[0])), value.Refuse(args[0])
}

// pathOf is path(x): the expression that reaches a live object, Nil if none does.
func pathOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	v, err := liveArgument("path", args[0])
	if err != nil {
		return nil, err
	}
	if path := v.Path(); path != "" {
		return value.String(path), nil
	}
	return value.Nil, nil
}

// addrOf is addr(x): the address of a live object, or of what a live pointer points at. It is Nil
// for a copy.
func addrOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	v, err := liveArgument("addr", args[0])
	if err != nil {
		return nil, err
	}
	target, err := v.Target()
	if err != nil {
		return nil, err
	}
	if target == nil || target.Value().Addr() == 0 {
		return value.Nil, nil
	}
	x, _ := value.OfNumber(number.Number{Mag: uint64(target.Value().Addr())})
	return x, nil
}

func capOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	v, err := liveArgument("cap", args[0])
	if err != nil {
		return nil, err
	}
	_, shape, err := value.Live{View: v}.Resolve()
	if err != nil {
		return nil, err
	}
	if shape != inspect.List && shape != inspect.Chan {
		return nil, value.WrongArgument("cap", 1, "a slice, an array or a channel", args[0])
	}
	n, err := v.Cap()
	return value.Int(n), err
}

// liveArgument is the first argument of a function that takes live objects only.
func liveArgument(name string, x value.Value) (*access.View, error) {
	v, ok := x.(value.Live)
	if !ok {
		return nil, value.WrongArgument(name, 1, "a live object", x)
	}
	return v.View, nil
}

// objectArgument is liveArgument for a function that is about the memory of an object: the object that
// a pointer leads to, if x is one. It is an error if that is hidden.
func objectArgument(name string, x value.Value) (*access.View, error) {
	v, err := liveArgument(name, x)
	if err != nil {
		return nil, err
	}
	target, err := v.Target()
	if err != nil {
		return nil, err
	}
	if target == nil {
		target = v
	}
	if target.Hidden() {
		return nil, value.ErrRedacted(target.Path())
	}
	return target, nil
}
