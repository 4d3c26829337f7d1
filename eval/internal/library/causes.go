package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "unwrap", Args: "err", Min: 1, Places: true, Reads: Composites, Run: unwrap,
		Summary: "the error that err wraps, or the list of them; nil for none", Example: `unwrap(failed)`},
	{Name: "causes", Args: "err", Min: 1, Places: true, Reads: Composites, Run: causes,
		Summary: "err, what it wraps, what that wraps and so on, as a list", Example: `map(causes(failed), type(#))`},
})

// unwrap is unwrap(err): what errors.Unwrap answers, or the list for an error that wraps several.
func unwrap(f *machine.Frame, args []value.Value) (value.Value, error) {
	e, err := errorArgument(f, "unwrap", args[0])
	if e == nil || err != nil {
		return value.Nil, err
	}
	w, err := wrapped(f, e)
	switch {
	case err != nil:
		return nil, err
	case w.List:
		list := make(value.List, len(w.Errors))
		for i, cause := range w.Errors {
			list[i] = value.Live{View: cause}
		}
		return list, nil
	case len(w.Errors) == 0:
		return value.Nil, nil
	}
	return value.Live{View: w.Errors[0]}, nil
}

// causes is causes(err): the errors that errors.Is compares, in that order. Each is the error itself,
// with its fields.
func causes(f *machine.Frame, args []value.Value) (value.Value, error) {
	list := value.List{}
	e, err := errorArgument(f, "causes", args[0])
	if e == nil || err != nil {
		return list, err
	}
	met := map[place]bool{}
	next := []*access.View{e}
	charged := 0 // how many of next the evaluation was charged for at once
	defer func() { f.Release(f.Kept() - charged*viewCost) }()
	for len(next) > 0 {
		e := next[len(next)-1]
		next = next[:len(next)-1]
		if err := f.Tick(1); err != nil {
			return nil, err
		}
		target, err := e.Target()
		if err != nil {
			return nil, err
		}
		if target == nil {
			continue // by now
		}
		if at := target.Value(); at.Addr() != 0 {
			k := place{at.Addr(), at.Type()}
			if met[k] {
				f.Note("an error is wrapped more than once, and is listed once")
				continue
			}
			met[k] = true
		}
		w, err := wrapped(f, e)
		if err != nil {
			return nil, err
		}
		if w.Self == nil {
			continue
		}
		if err := f.Keep(4 * meter.ElementSize); err != nil {
			return nil, err
		}
		list = append(list, value.Live{View: w.Self})
		if more := len(next) + len(w.Errors) - charged; more > 0 {
			if err := f.Keep(more * viewCost); err != nil {
				return nil, err
			}
			charged += more
		}
		for i := len(w.Errors) - 1; i >= 0; i-- {
			next = append(next, w.Errors[i])
		}
	}
	return list, nil
}

// errorArgument is the argument of unwrap and causes, nil for a nil one.
func errorArgument(f *machine.Frame, name string, x value.Value) (*access.View, error) {
	y, err := value.Load(x)
	if err != nil {
		return nil, err
	}
	if err := value.Refuse(y); err != nil || y == value.Nil {
		return nil, err
	}
	l, ok := x.(value.Live)
	if !ok {
		return nil, value.WrongArgument(name, 1, "an error of the program", y)
	}
	return l.View, nil
}

// wrapped is what an error wraps. A note tells what was left out, and where the field was not certain.
func wrapped(f *machine.Frame, e *access.View) (access.Wrapped, error) {
	w, err := e.Wrapped()
	if err == nil && w.More > 0 {
		f.Note("an error wraps a long list, and the last " + text.Thousands(w.More) + " are left out: the field that holds the list has them all")
	}
	if err == nil && w.Guessed != "" && len(w.Errors) > 0 {
		target, err := e.Target()
		if err != nil {
			return w, err
		}
		f.Note("what " + text.Article(inspect.TypeName(target.Value().Type())) + " wraps is read from its field " + w.Guessed + ": no Unwrap is called")
	}
	return w, err
}
