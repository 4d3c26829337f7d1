package value

import (
	"reflect"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
)

// MaxTimeText is how long a time, a duration, a zone or a layout may be as text, in bytes.
const MaxTimeText = 1 << 10

// HasMethod reports whether name is a method of a plain value that an expression may call.
func HasMethod(x Value, name string) bool {
	m, ok := x.(HasMethods)
	return ok && m.Method(name).IsValid()
}

// Call calls a method of a plain value: one of package time, which only look. Numbers among the answers are plain, so that
// d.Month() == 8.
func Call(x Value, name string, args []Value) (Value, error) {
	if x == Nil {
		return nil, fault.New("nil", "nil has no method %s", Quote(name)).With("write ?.%s() to get nil then", name)
	}
	if !HasMethod(x, name) {
		return nil, fault.New("method", "%s has no method %s", x.Kind(), Quote(name))
	}
	of := x.(HasMethods)
	method := of.Method(name)
	t := method.Type()
	if t.NumIn() != len(args) || t.IsVariadic() {
		return nil, fault.New("arguments", "%s takes %d arguments, not %d", name, t.NumIn(), len(args))
	}
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		if s, ok := arg.(String); ok && len(s) > MaxTimeText {
			return nil, fault.New("arguments", "argument %d of %s is too long", i+1, name)
		}
		v, err := argument(arg, t.In(i))
		if err != nil {
			return nil, err.With("argument %d of %s is a %s", i+1, name, t.In(i))
		}
		in[i] = v
	}
	if err := checkReach(of, name, in); err != nil {
		return nil, err
	}
	out := method.Call(in)
	if !isExact(of, name, in, out) {
		return nil, fault.New("overflow", "%s of %v does not fit", name, x).With("ask for Unix() of a time, or Seconds() of a duration")
	}
	xs := make(List, len(out))
	for i, v := range out {
		if err, ok := v.Interface().(error); ok {
			return nil, fault.New("method", "%s: %v", name, err).Because(err)
		}
		xs[i] = ofResult(v)
	}
	if len(xs) == 1 {
		return xs[0], nil
	}
	return xs, nil
}

// argument converts x to the type of a parameter, as Go converts a constant.
func argument(x Value, t reflect.Type) (reflect.Value, *fault.Error) {
	if s, ok := x.(Scalar); ok {
		if v := reflect.ValueOf(s.Go()); v.IsValid() && v.Type().AssignableTo(t) {
			return v, nil
		}
	}
	if n, ok := NumberOf(x); ok {
		i, whole := n.Int()
		out := reflect.New(t).Elem()
		switch {
		case out.CanInt() && whole && !out.OverflowInt(int64(i)):
			out.SetInt(int64(i))
			return out, nil
		case out.CanFloat():
			out.SetFloat(n.Float64())
			return out, nil
		}
	}
	return reflect.Value{}, fault.New("arguments", "%s cannot be an argument here", x.Kind())
}

// ofResult is what a method of package time returns. Months and weekdays are integers.
func ofResult(v reflect.Value) Value {
	x := Of(v.Interface())
	if _, ok := x.(foreign); ok && v.CanInt() {
		return Int(v.Int())
	}
	return x
}
