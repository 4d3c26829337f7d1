package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "items", Args: "ch", Min: 1, Reads: Composites, Run: items, Pipe: pipeOfItems,
		Summary: "what waits in a channel, the next to be received first; it stays there", Example: `items(db.pool.waiting)`},
})

// items is items(ch): the list of what waits in the buffer of a channel.
func items(f *machine.Frame, args []value.Value) (value.Value, error) {
	p, err := itemsOf(args[0])
	if err != nil {
		return nil, err
	}
	return value.ToList(&f.Thread, p)
}

func pipeOfItems(l *machine.Loop, at fault.Pos) machine.Code {
	return func(f *machine.Frame) (value.Value, error) {
		x, err := l.From(f)
		if err != nil {
			return nil, err
		}
		p, err := itemsOf(x)
		return p, at.Err(err)
	}
}

// itemsOf is what waits in a channel, one by one. Nothing waits in a nil one.
func itemsOf(x value.Value) (*value.Pipe, error) {
	none := value.NewList(func(*value.Thread, bool, value.Yield) error { return nil })
	if x == value.Nil {
		return none, nil
	}
	v, ok := x.(value.Live)
	if !ok {
		return nil, value.WrongArgument("items", 1, "a channel", x)
	}
	ch, shape, err := v.Resolve()
	switch {
	case err != nil:
		return nil, err
	case shape == inspect.Nil:
		return none, nil
	case shape != inspect.Chan:
		return nil, value.WrongArgument("items", 1, "a channel", x)
	}
	return value.NewList(func(_ *value.Thread, _ bool, yield value.Yield) error {
		index := 0
		return ch.EachItem(func(item *access.View) (bool, error) {
			index++
			return yield(index-1, value.Unkeyed, value.Live{View: item})
		})
	}), nil
}
