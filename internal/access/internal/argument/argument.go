// Package argument binds the values of an expression to the parameters of a function.
package argument

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/literal"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Live binds x to type t if x is a live value, of a type that only the caller knows. ok is false if
// it is not.
type Live func(t reflect.Type, x any) (in reflect.Value, bound any, ok bool, err error)

// TakesContext reports whether the first parameter of functions of type t is a context, which no
// argument is for.
func TakesContext(t reflect.Type) bool {
	return t.NumIn() > 0 && t.In(0) == reflect.TypeFor[context.Context]()
}

// Bind binds args to the parameters of a function of type t, but not to a context. The function is
// called with in, whatever changes meanwhile. bound is the same for whoever is asked about the
// call: plain values that were read once, and the live values that in points to.
func Bind(t reflect.Type, args []any, live Live) (in []reflect.Value, bound []any, err error) {
	first := 0
	if TakesContext(t) {
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
		x, y, err := live.Bind(param, arg)
		if err != nil {
			return nil, nil, fmt.Errorf("cannot be called: argument %d %w", i+1, err)
		}
		in, bound = append(in, x), append(bound, y)
	}
	return in, bound, nil
}

// parameters lists the parameter types of t, beginning with the given one.
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

// Bind converts x to type t as Go assigns constants: exactly or not at all. A list becomes a slice
// and a map a map, element by element. Nothing of in belongs to the session, since the application
// may keep and change it.
func (live Live) Bind(t reflect.Type, x any) (in reflect.Value, bound any, err error) {
	no := func(why string) (reflect.Value, any, error) {
		return reflect.Value{}, nil, fmt.Errorf("is %s, and cannot be %s%s", text.Article(inspect.TypeName(t)), literal.Describe(x), why)
	}
	if in, bound, ok, err := live(t, x); ok || err != nil {
		return in, bound, err
	}
	switch x := x.(type) {
	case nil:
		switch t.Kind() {
		case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
			return reflect.Zero(t), nil, nil
		}
		return reflect.Value{}, nil, fmt.Errorf("is %s, and cannot be nil", text.Article(inspect.TypeName(t)))
	case []byte:
		if reflect.TypeOf(x).AssignableTo(t) {
			x = bytes.Clone(x)
			return reflect.ValueOf(x), x, nil
		}
	case map[string]any:
		return live.bindMap(t, x, no)
	case time.Time, *time.Location:
		if reflect.TypeOf(x).AssignableTo(t) {
			return reflect.ValueOf(x), x, nil
		}
		return no("")
	}
	from := reflect.ValueOf(x)
	if from.Kind() == reflect.Slice {
		return live.bindList(t, from, no)
	}
	if from.Kind() > reflect.Complex128 && from.Kind() != reflect.String {
		return no("") // the application is given only plain data
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

// bindList is Bind for a list.
func (live Live) bindList(t reflect.Type, from reflect.Value, no func(string) (reflect.Value, any, error)) (in reflect.Value, bound any, err error) {
	if t.Kind() != reflect.Slice {
		if t.Kind() != reflect.Interface || !from.Type().AssignableTo(t) {
			return no("")
		}
		t = from.Type()
	}
	in = reflect.MakeSlice(t, from.Len(), from.Len())
	list := make([]any, from.Len())
	for i := range list {
		elem, shown, err := live.Bind(t.Elem(), from.Index(i).Interface())
		if err != nil {
			return reflect.Value{}, nil, fmt.Errorf("has an element %d that %w", i, err)
		}
		in.Index(i).Set(elem)
		list[i] = shown
	}
	return in, list, nil
}

// bindMap is Bind for a map.
func (live Live) bindMap(t reflect.Type, from map[string]any, no func(string) (reflect.Value, any, error)) (in reflect.Value, bound any, err error) {
	switch {
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
	case t.Kind() == reflect.Interface && reflect.TypeOf(from).AssignableTo(t):
		t = reflect.TypeOf(from)
	default:
		return no("")
	}
	in = reflect.MakeMapWithSize(t, len(from))
	entries := make(map[string]any, len(from))
	// In order, so that of several wrong entries it is always the same that the error names.
	for _, key := range slices.Sorted(maps.Keys(from)) {
		elem, shown, err := live.Bind(t.Elem(), from[key])
		if err != nil {
			return reflect.Value{}, nil, fmt.Errorf("has an entry %s that %w", literal.Describe(key), err)
		}
		in.SetMapIndex(reflect.ValueOf(key).Convert(t.Key()), elem)
		entries[key] = shown
	}
	return in, entries, nil
}

// assignNumber sets to to the number from. It reports whether that is exact.
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
		// 1<<63 is a float64 and no int64.
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
