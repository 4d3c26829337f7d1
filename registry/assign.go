package registry

import (
	"context"
	"fmt"
	"math"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
)

// arguments makes what a function of type t is called with of the values in an expression.
func arguments(ctx context.Context, t reflect.Type, args []any) ([]reflect.Value, error) {
	var in []reflect.Value
	if t.NumIn() > 0 && t.In(0) == reflect.TypeFor[context.Context]() {
		in = append(in, reflect.ValueOf(ctx))
	}
	want := t.NumIn() - len(in)
	if t.IsVariadic() && len(args) < want-1 || !t.IsVariadic() && len(args) != want {
		return nil, fmt.Errorf("takes %s, and was given %d arguments", parameters(t, len(in)), len(args))
	}
	for i, arg := range args {
		at := i + t.NumIn() - want
		var param reflect.Type
		if t.IsVariadic() && at >= t.NumIn()-1 {
			param = t.In(t.NumIn() - 1).Elem()
		} else {
			param = t.In(at)
		}
		x, err := assign(param, arg)
		if err != nil {
			return nil, fmt.Errorf("cannot be called: argument %d %w", i+1, err)
		}
		in = append(in, x)
	}
	return in, nil
}

// parameters lists the parameter types of t from one on.
func parameters(t reflect.Type, from int) string {
	text := "("
	for i := from; i < t.NumIn(); i++ {
		if i > from {
			text += ", "
		}
		if t.IsVariadic() && i == t.NumIn()-1 {
			text += "..." + t.In(i).Elem().String()
		} else {
			text += t.In(i).String()
		}
	}
	return text + ")"
}

// assign converts a value of an expression to type t as Go assigns a constant:
// exactly, or not at all. A list becomes a slice element by element.
func assign(t reflect.Type, x any) (reflect.Value, error) {
	no := func(why string) (reflect.Value, error) {
		return reflect.Value{}, fmt.Errorf("is a %s, and cannot be %s%s", t, keyText(x), why)
	}
	switch x := x.(type) {
	case nil:
		switch t.Kind() {
		case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
			return reflect.Zero(t), nil
		}
		return reflect.Value{}, fmt.Errorf("is a %s, and cannot be nil", t)
	case *Redacted:
		return reflect.Value{}, &RedactedError{Path: x.Path}
	case *View:
		return x.argument(t)
	}
	from := reflect.ValueOf(x)
	if from.Type().AssignableTo(t) {
		return from, nil
	}
	to := reflect.New(t).Elem()
	switch {
	case to.CanInt() || to.CanUint() || to.CanFloat():
		if !assignNumber(to, from) {
			return no(": it does not fit")
		}
	case t.Kind() == reflect.String && from.Kind() == reflect.String:
		to.SetString(from.String())
	case t.Kind() == reflect.Bool && from.Kind() == reflect.Bool:
		to.SetBool(from.Bool())
	case t.Kind() == reflect.Slice && from.Kind() == reflect.Slice:
		to = reflect.MakeSlice(t, from.Len(), from.Len())
		for i := range from.Len() {
			elem, err := assign(t.Elem(), from.Index(i).Interface())
			if err != nil {
				return reflect.Value{}, fmt.Errorf("has an element %d that %w", i, err)
			}
			to.Index(i).Set(elem)
		}
	default:
		return no("")
	}
	return to, nil
}

// assignNumber sets a number if it is exactly one of to's type.
func assignNumber(to, from reflect.Value) bool {
	switch {
	case from.CanInt():
		i := from.Int()
		switch {
		case to.CanInt():
			to.SetInt(i)
			return !to.OverflowInt(i)
		case to.CanUint():
			to.SetUint(uint64(i))
			return i >= 0 && !to.OverflowUint(uint64(i))
		}
		to.SetFloat(float64(i))
		// 1<<63 is a float and no int64.
		return to.Float() < 1<<63 && int64(to.Float()) == i
	case from.CanUint():
		u := from.Uint()
		switch {
		case to.CanInt():
			to.SetInt(int64(u))
			return u <= math.MaxInt64 && !to.OverflowInt(int64(u))
		case to.CanUint():
			to.SetUint(u)
			return !to.OverflowUint(u)
		}
		to.SetFloat(float64(u))
		return to.Float() < 1<<64 && uint64(to.Float()) == u
	case from.CanFloat():
		f := from.Float()
		if to.CanFloat() {
			to.SetFloat(f)
			return !to.OverflowFloat(f)
		}
		if f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 {
			return false
		}
		return assignNumber(to, reflect.ValueOf(int64(f)))
	}
	return false
}

// argument is v as an argument: the very pointer, map or chan that it views, or a
// pointer to it, or its plain value. Nothing live is copied for a call, as that would be a racy read.
func (v *View) argument(t reflect.Type) (reflect.Value, error) {
	if x, ok, err := v.Plain(); err != nil {
		return reflect.Value{}, err
	} else if ok {
		return assign(t, x)
	}
	at := v
	for at != nil {
		if x, ok := at.val.Interface(); ok && reflect.TypeOf(x).AssignableTo(t) {
			return reflect.ValueOf(x), nil
		}
		if p, ok := at.val.Pointer(); ok && !at.boxed && reflect.TypeOf(p).AssignableTo(t) {
			return reflect.ValueOf(p), nil
		}
		if s := at.Shape(); s != inspect.Pointer && s != inspect.Interface {
			break
		}
		next, err := at.hop()
		if err != nil {
			return reflect.Value{}, err
		}
		at = next
	}
	return reflect.Value{}, fmt.Errorf("is a %s, and cannot be %s (%s)", t, place(v.Path(), "that"), v.val.Type())
}
