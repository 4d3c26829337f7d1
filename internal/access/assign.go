package access

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// takesContext reports whether a context is supplied to functions of type t, as their first
// argument.
func takesContext(t reflect.Type) bool {
	return t.NumIn() > 0 && t.In(0) == reflect.TypeFor[context.Context]()
}

// arguments binds the values in an expression to the parameters of a function of type t, a context
// aside: in is what it is called with, whatever changes meanwhile, and bound is the same for who is
// asked about the call. A plain value in bound was read once, and a View is of the very pointer,
// map or chan.
func arguments(t reflect.Type, args []any) (in []reflect.Value, bound []any, err error) {
	first := 0
	if takesContext(t) {
		first = 1
	}
	want := t.NumIn() - first
	if t.IsVariadic() && len(args) < want-1 || !t.IsVariadic() && len(args) != want {
		return nil, nil, fmt.Errorf("takes %s, and was given %d arguments", parameters(t, first), len(args))
	}
	for i, arg := range args {
		at := i + first
		var param reflect.Type
		if t.IsVariadic() && at >= t.NumIn()-1 {
			param = t.In(t.NumIn() - 1).Elem()
		} else {
			param = t.In(at)
		}
		x, y, err := bind(param, arg)
		if err != nil {
			return nil, nil, fmt.Errorf("cannot be called: argument %d %w", i+1, err)
		}
		in, bound = append(in, x), append(bound, y)
	}
	return in, bound, nil
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

// bind converts a value of an expression to type t, as Go assigns a constant: exactly, or not at
// all. A list becomes a slice and a map a map, element by element. in is what is passed, and
// nothing of it is the session's: the application may keep it, and change it. bound is the same for
// who is asked about the call: plain, or a View of the very pointer, map or chan that is passed.
func bind(t reflect.Type, x any) (in reflect.Value, bound any, err error) {
	no := func(why string) (reflect.Value, any, error) {
		return reflect.Value{}, nil, fmt.Errorf("is a %s, and cannot be %s%s", t, keyText(x), why)
	}
	switch x := x.(type) {
	case nil:
		switch t.Kind() {
		case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
			return reflect.Zero(t), nil, nil
		}
		return reflect.Value{}, nil, fmt.Errorf("is a %s, and cannot be nil", t)
	case *Redacted:
		return reflect.Value{}, nil, &RedactedError{Path: x.Path}
	case *View:
		return x.bind(t)
	case []byte:
		if reflect.TypeOf(x).AssignableTo(t) {
			x = bytes.Clone(x)
			return reflect.ValueOf(x), x, nil
		}
	case map[string]any:
		return bindMap(t, x, no)
	case time.Time, *time.Location:
		if reflect.TypeOf(x).AssignableTo(t) {
			return reflect.ValueOf(x), x, nil
		}
		return no("")
	}
	from := reflect.ValueOf(x)
	if from.Kind() == reflect.Slice {
		return bindList(t, from, no)
	}
	if from.Kind() > reflect.Complex128 && from.Kind() != reflect.String {
		return no("") // of what expressions compute with, the application is given plain data
	}
	if from.Type().AssignableTo(t) {
		return from, x, nil
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
	default:
		return no("")
	}
	return to, x, nil
}

// bindList is bind of a list.
func bindList(t reflect.Type, from reflect.Value, no func(string) (reflect.Value, any, error)) (in reflect.Value, bound any, err error) {
	if t.Kind() != reflect.Slice {
		if t.Kind() != reflect.Interface || !from.Type().AssignableTo(t) {
			return no("")
		}
		t = from.Type()
	}
	in = reflect.MakeSlice(t, from.Len(), from.Len())
	list := make([]any, from.Len())
	for i := range list {
		elem, shown, err := bind(t.Elem(), from.Index(i).Interface())
		if err != nil {
			return reflect.Value{}, nil, fmt.Errorf("has an element %d that %w", i, err)
		}
		in.Index(i).Set(elem)
		list[i] = shown
	}
	return in, list, nil
}

// bindMap is bind of a map.
func bindMap(t reflect.Type, from map[string]any, no func(string) (reflect.Value, any, error)) (in reflect.Value, bound any, err error) {
	switch {
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
	case t.Kind() == reflect.Interface && reflect.TypeOf(from).AssignableTo(t):
		t = reflect.TypeOf(from)
	default:
		return no("")
	}
	in = reflect.MakeMapWithSize(t, len(from))
	entries := make(map[string]any, len(from))
	for key, x := range from {
		elem, shown, err := bind(t.Elem(), x)
		if err != nil {
			return reflect.Value{}, nil, fmt.Errorf("has an entry %s that %w", keyText(key), err)
		}
		in.SetMapIndex(reflect.ValueOf(key).Convert(t.Key()), elem)
		entries[key] = shown
	}
	return in, entries, nil
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

// bind is bind of a live object: the very pointer, map or chan that v is, or a pointer to it, or
// its plain value. Nothing live is copied for a call, as that would be a racy read.
func (v *View) bind(t reflect.Type) (in reflect.Value, bound any, err error) {
	if x, ok, err := v.Plain(); err != nil {
		return reflect.Value{}, nil, err
	} else if ok {
		return bind(t, x)
	}
	for at := v; at != nil; {
		if x, ok := at.val.Interface(); ok && reflect.TypeOf(x).AssignableTo(t) {
			passed := *at
			passed.val = inspect.Of(x).Trust(at.policy.Frozen)
			return reflect.ValueOf(x), &passed, nil
		}
		if p, ok := at.val.Pointer(); ok && !at.boxed && reflect.TypeOf(p).AssignableTo(t) {
			return reflect.ValueOf(p), at, nil
		}
		if s := at.Shape(); s != inspect.Pointer && s != inspect.Interface {
			break
		}
		if at, err = at.hop(); err != nil {
			return reflect.Value{}, nil, err
		}
	}
	return reflect.Value{}, nil, fmt.Errorf("is a %s, and cannot be %s (%s)", t, place(v.Path(), "that"), v.val.Type())
}
