package gotype

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
	"github.com/sightglass-go/sightglass/internal/text"
)

// ErrKey is the target of errors.Is for an error that says why a value cannot be a key of a map.
var ErrKey = errors.New("cannot be a key of this map")

// KeyError is an error that is [ErrKey] and says why.
type KeyError string

func (e KeyError) Error() string { return string(e) }

func (e KeyError) Is(target error) bool { return target == ErrKey }

// MethodsError says that a value cannot be a key as it is, since the keys are interfaces and it lacks
// their methods. A key of a named type may still hold the same.
type MethodsError struct{ KeyError }

// Assign sets dst, which is our own, to the plain value x, as Go would assign a constant of that
// value. It never wraps and never truncates.
func Assign(dst reflect.Value, x any) error { return assign(dst, x, 0) }

func assign(dst reflect.Value, x any, depth int) error {
	t := dst.Type()
	cannot := func(why string) KeyError {
		return KeyError(fmt.Sprintf("%s cannot be a key of the type %s%s", literal(x), Name(t), why))
	}
	if depth > 20 {
		return cannot(": it is nested too deeply")
	}
	if x == nil {
		switch t.Kind() {
		case reflect.Interface, reflect.Pointer, reflect.Chan, reflect.UnsafePointer:
			return nil
		}
		return cannot("")
	}
	src := reflect.ValueOf(x)
	if src.Type() == t {
		dst.Set(src)
		return nil
	}
	if IsDuration(t) || IsDuration(src.Type()) && t.Kind() != reflect.Interface {
		return cannot(": a duration is not a number")
	}
	switch k := t.Kind(); {
	case k == reflect.Interface:
		if t.NumMethod() > 0 && !src.Type().Implements(t) {
			return MethodsError{cannot(": it lacks the methods")}
		}
		dst.Set(src)
		return nil
	case k == reflect.String && src.Kind() == reflect.String:
		dst.SetString(src.String())
		return nil
	case k == reflect.Bool && src.Kind() == reflect.Bool:
		dst.SetBool(src.Bool())
		return nil
	case dst.CanInt(), dst.CanUint(), dst.CanFloat():
		return assignNumber(dst, src, cannot)
	case k == reflect.Struct && src.Kind() == reflect.String:
		if key, ok := address(t, src.String()); ok {
			dst.Set(key)
			return nil
		}
	case k == reflect.Struct && src.Kind() == reflect.Map && src.Type().Key().Kind() == reflect.String:
		return assignStruct(dst, src, depth)
	case k == reflect.Array && t.Elem().Kind() == reflect.Uint8 && src.Kind() == reflect.String:
		b, ok := text.Unhex(src.String())
		if !ok || len(b) != t.Len() {
			return cannot(fmt.Sprintf(": it has %d bytes, which are written as %d hexadecimal digits", t.Len(), 2*t.Len()))
		}
		for i, c := range b {
			dst.Index(i).SetUint(uint64(c))
		}
		return nil
	case k == reflect.Array && src.Kind() == reflect.Slice:
		if src.Len() != t.Len() {
			return cannot(fmt.Sprintf(": it has %d elements", src.Len()))
		}
		for i := range src.Len() {
			if err := assign(dst.Index(i), src.Index(i).Interface(), depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return cannot("")
}

func assignNumber(dst, src reflect.Value, cannot func(string) KeyError) error {
	var i int64
	switch {
	case src.CanInt():
		i = src.Int()
	case src.CanUint():
		u := src.Uint()
		if dst.CanUint() && !dst.OverflowUint(u) {
			dst.SetUint(u)
			return nil
		}
		if u > math.MaxInt64 {
			return cannot(": it is too large")
		}
		i = int64(u)
	case src.CanFloat():
		f := src.Float()
		if dst.CanFloat() && !dst.OverflowFloat(f) {
			dst.SetFloat(f)
			return nil
		}
		// 1<<63 is the smallest float above every int64.
		if f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 {
			return cannot(": it is not a whole number of that type")
		}
		i = int64(f)
	default:
		return cannot("")
	}
	switch {
	case dst.CanFloat():
		if int64(float64(i)) != i {
			return cannot(": a float cannot hold it exactly")
		}
		dst.SetFloat(float64(i))
	case dst.CanInt() && !dst.OverflowInt(i):
		dst.SetInt(i)
	case dst.CanUint() && i >= 0 && !dst.OverflowUint(uint64(i)):
		dst.SetUint(uint64(i))
	default:
		return cannot(": it does not fit")
	}
	return nil
}

// assignStruct sets the fields that src names and leaves the others zero. It sets unexported fields
// too, since dst is our own.
func assignStruct(dst, src reflect.Value, depth int) error {
	t := dst.Type()
	// In order, so that of several wrong fields it is always the same that the error names.
	keys := src.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, key := range keys {
		name := key.String()
		f, ok := t.FieldByName(name)
		if !ok || len(f.Index) != 1 {
			return KeyError(fmt.Sprintf("a key of the type %s has no field %s", Name(t), name))
		}
		field := dst.Field(f.Index[0])
		if !field.CanSet() {
			field = peek.Settable(field)
		}
		if err := assign(field, src.MapIndex(key).Interface(), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// literal writes x for an error, as one would type it.
func literal(x any) string {
	switch x := x.(type) {
	case nil:
		return "nil"
	case string:
		if len(x) > 40 {
			x = x[:40] + "…"
		}
		return fmt.Sprintf("%q", x)
	case bool, int, int64, uint64, float32, float64:
		return fmt.Sprint(x)
	}
	return "a " + Name(reflect.TypeOf(x))
}

// address returns x as a key of type t if that is an address or a prefix. These are comparable and
// shown as text.
func address(t reflect.Type, x string) (key reflect.Value, ok bool) {
	var err error
	var k any
	switch Qualified(t) {
	case "net/netip.Addr":
		k, err = netip.ParseAddr(x)
	case "net/netip.AddrPort":
		k, err = netip.ParseAddrPort(x)
	case "net/netip.Prefix":
		k, err = netip.ParsePrefix(x)
	default:
		return key, false
	}
	return reflect.ValueOf(k), err == nil
}
