package eval

import (
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
)

var _ = define(objectFunctions, []function{
	{name: "type", args: "x", min: 1, run: typeOf,
		summary: "the Go type of x", example: `type(cache.items)`},
	{name: "path", args: "x", min: 1, run: pathOf,
		summary: "the expression that reaches x", example: `path(cache.items.ax)`},
	{name: "addr", args: "x", min: 1, run: addrOf,
		summary: "the address of x", example: `addr(cache) > 0`},
	{name: "cap", args: "x", min: 1, reads: composites, run: capOf,
		summary: "the capacity of a slice or channel", example: `cap(nums)`},
})

func typeOf(f *frame, args []any) (any, error) {
	if err := refuse(args[0]); err != nil {
		return nil, err
	}
	return typeName(args[0]), nil
}

// pathOf is the expression that reaches a live object, nil where none does.
func pathOf(f *frame, args []any) (any, error) {
	v, err := live("path", args[0])
	if err != nil || v.Path() == "" {
		return nil, err
	}
	return v.Path(), nil
}

// addrOf is the address of a live object, or what a live pointer points at; nil for a copy.
func addrOf(f *frame, args []any) (any, error) {
	v, err := live("addr", args[0])
	if err != nil {
		return nil, err
	}
	target, err := v.Target()
	if err != nil || target == nil || target.Value().Addr() == 0 {
		return nil, err
	}
	x, _ := number.Number{Mag: uint64(target.Value().Addr())}.Value()
	return x, nil
}

func capOf(f *frame, args []any) (any, error) {
	v, err := live("cap", args[0])
	if err != nil {
		return nil, err
	}
	_, shape, err := resolve(v)
	if err != nil {
		return nil, err
	}
	if shape != inspect.List && shape != inspect.Chan {
		return nil, wrongArgument("cap", 1, "a slice, an array or a channel", args[0])
	}
	n, err := v.Cap()
	return n, err
}

// live is an argument that has to be an object of the application.
func live(name string, x any) (*access.View, error) {
	v, ok := x.(*access.View)
	if !ok {
		return nil, wrongArgument(name, 1, "a live object", x)
	}
	return v, nil
}
