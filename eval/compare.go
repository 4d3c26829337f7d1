package eval

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
)

// order compares two values of a kind that has an order: numbers by their exact values across
// widths, strings by bytes, times, durations. A comparison with NaN is unordered: 2, which is neither
// less, equal nor more. Others are an error, never false.
func (f *frame) order(op string, a, b any) (int, error) {
	switch x := a.(type) {
	case int:
		if y, ok := b.(int); ok {
			return cmp.Compare(x, y), nil
		}
	case string:
		if y, ok := b.(string); ok {
			return f.compareText(x, y)
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), nil
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return cmp.Compare(x, y), nil
		}
	}
	x, xok := number.Of(a)
	y, yok := number.Of(b)
	if !xok || !yok {
		return 0, mismatch(op, a, b)
	}
	o, ordered := number.Compare(x, y)
	if !ordered {
		return unordered, nil
	}
	return o, nil
}

// unordered is what order says of NaN.
const unordered = 2

// What the operators that order make of an order.

func isLess(o int) bool        { return o == -1 }
func isLessOrEqual(o int) bool { return o == -1 || o == 0 }
func isMore(o int) bool        { return o == 1 }
func isMoreOrEqual(o int) bool { return o == 1 || o == 0 }

func less(f *frame, a, b any) (any, error) {
	o, err := f.order("<", a, b)
	return isLess(o), err
}

func lessOrEqual(f *frame, a, b any) (any, error) {
	o, err := f.order("<=", a, b)
	return isLessOrEqual(o), err
}

func more(f *frame, a, b any) (any, error) {
	o, err := f.order(">", a, b)
	return isMore(o), err
}

func moreOrEqual(f *frame, a, b any) (any, error) {
	o, err := f.order(">=", a, b)
	return isMoreOrEqual(o), err
}

// maxDepth bounds what walks into nested values, so that neither a cycle nor what reduce can
// build exhausts the stack.
const maxDepth = 200

// equal is ==. Two values that can never be equal because they are of different kinds are an
// error and not a false: 5 == "5" is a mistake that nobody would see otherwise. nil may be
// compared with everything that is not redacted.
func equal(f *frame, a, b any) (any, error) {
	same, comparable, err := f.same(a, b, 0)
	if err != nil {
		return nil, err
	}
	if !comparable {
		return nil, mismatch("==", a, b)
	}
	return same, nil
}

func notEqual(f *frame, a, b any) (any, error) {
	same, comparable, err := f.same(a, b, 0)
	if err != nil {
		return nil, err
	}
	if !comparable {
		return nil, mismatch("!=", a, b)
	}
	return !same, nil
}

// same reports whether a equals b, and whether they are of kinds that can be equal at all.
func (f *frame) same(a, b any, depth int) (same, comparable bool, err error) {
	switch x := a.(type) {
	case int:
		if y, ok := b.(int); ok {
			return x == y, true, nil
		}
	case string:
		if y, ok := b.(string); ok {
			same, err := f.sameText(x, y)
			return same, true, err
		}
	case bool:
		if y, ok := b.(bool); ok {
			return x == y, true, nil
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Equal(y), true, nil
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return x == y, true, nil
		}
	case *time.Location:
		if y, ok := b.(*time.Location); ok {
			return x.String() == y.String(), true, nil
		}
	case []byte:
		if y, ok := b.([]byte); ok {
			return bytes.Equal(x, y), true, nil
		}
	}
	if err := refuse(a, b); err != nil {
		return false, false, err
	}
	an, err := isNil(a)
	if err != nil {
		return false, false, err
	}
	bn, err := isNil(b)
	if err != nil {
		return false, false, err
	}
	if an && bn || a == nil || b == nil {
		return an && bn, true, nil
	}
	if x, ok := number.Of(a); ok {
		if y, ok := number.Of(b); ok {
			o, ordered := number.Compare(x, y)
			return ordered && o == 0, true, nil
		}
	}
	if x, ok := a.(complex128); ok {
		if y, ok := b.(complex128); ok {
			return x == y, true, nil
		}
	}
	if err := f.m.tick(1); err != nil {
		return false, false, err
	}
	if depth > maxDepth {
		return false, false, fault.New("budget", "the values are nested too deeply to be compared").With("compare parts of them")
	}
	switch {
	case isRecord(a) && isRecord(b):
		return f.sameFields(a, b, depth)
	case isRecord(a) && isLiteral(b):
		return f.sameLiteral(a, b.(map[string]any), depth)
	case isLiteral(a) && isRecord(b):
		return f.sameLiteral(b, a.(map[string]any), depth)
	}
	x, xok := a.(*access.View)
	y, yok := b.(*access.View)
	if xok && x.Shape() == inspect.Scalar || yok && y.Shape() == inspect.Scalar {
		return f.sameLong(a, b)
	}
	if xok && yok && !isCollection(x) && !isCollection(y) {
		return f.samePlace(x, y, depth)
	}
	return f.sameContent(a, b, depth)
}

// samePlace compares what has neither fields nor elements (functions, channels) by where it lies,
// after following pointers.
func (f *frame) samePlace(a, b *access.View, depth int) (same, comparable bool, err error) {
	x, shape, err := resolve(a)
	if err != nil {
		return false, false, err
	}
	y, other, err := resolve(b)
	if err != nil {
		return false, false, err
	}
	switch {
	case x == nil || y == nil:
		return x == nil && y == nil, true, nil
	case shape != other:
		return false, false, nil
	case shape == inspect.List || shape == inspect.Map:
		return f.sameContent(x, y, depth)
	}
	v, w := x.Value(), y.Value()
	if v.Type() != w.Type() {
		return false, false, nil
	}
	// Two variables may hold one function or channel.
	at, err := v.Word()
	if err != nil {
		return v.Addr() != 0 && v.Addr() == w.Addr(), true, nil
	}
	there, err := w.Word()
	return at == there, true, err
}

// isRecord reports whether x is a struct, live or in a snapshot.
func isRecord(x any) bool {
	s, ok := x.(*snapshot)
	return isStruct(x) || ok && s.node.Shape == inspect.Struct
}

// sameFields compares two structs of one type. All fields are compared, also behind the first that
// differs: a redacted one is an error whatever the others hold.
func (f *frame) sameFields(a, b any, depth int) (same, comparable bool, err error) {
	if ok, err := sameType(a, b); !ok || err != nil {
		return false, false, err
	}
	if met, err := f.met(a, b, depth); met || err != nil {
		return true, true, err
	}
	names, err := fieldNames(a)
	if err != nil {
		return false, false, err
	}
	same = true
	for _, name := range names {
		x, err := f.member(a, name)
		if err != nil {
			return false, false, err
		}
		y, err := f.member(b, name)
		if err != nil {
			return false, false, err
		}
		ok, err := f.sameLoaded(x, y, depth+1)
		if err != nil {
			return false, false, err
		}
		same = same && ok
	}
	return same, true, nil
}

func isLiteral(x any) bool {
	_, ok := x.(map[string]any)
	return ok
}

// sameLiteral compares a struct with one that is written as {field: value, …}, which names all its fields.
func (f *frame) sameLiteral(a any, fields map[string]any, depth int) (same, comparable bool, err error) {
	names, err := fieldNames(a)
	if err != nil {
		return false, false, err
	}
	named, err := f.sortedNames(fields)
	if err != nil {
		return false, false, err
	}
	for _, name := range named {
		if !slices.Contains(names, name.(string)) {
			_, err := f.member(a, name.(string))
			return false, false, err
		}
	}
	same = true
	for _, name := range names {
		y, ok := fields[name]
		if !ok {
			return false, false, fault.New("type", "%s has a field %s, which the literal does not name", kind(a), quoted(name)).
				With("name all its fields, or compare one, as in x.%s == …", name)
		}
		x, err := f.member(a, name)
		if err != nil {
			return false, false, err
		}
		ok, err = f.sameLoaded(x, y, depth+1)
		if err != nil {
			return false, false, err
		}
		same = same && ok
	}
	return same, true, nil
}

// sameType reports whether two structs, or pointers to such, are of one type. Of a snapshot only the name is known.
func sameType(a, b any) (bool, error) {
	x, live := a.(*access.View)
	y, also := b.(*access.View)
	if !live || !also {
		return strings.TrimPrefix(typeName(a), "*") == strings.TrimPrefix(typeName(b), "*"), nil
	}
	v, _, err := resolve(x)
	if err != nil {
		return false, err
	}
	w, _, err := resolve(y)
	if err != nil || v == nil || w == nil {
		return false, err
	}
	return v.Value().Type() == w.Value().Type(), nil
}

// pair is two objects that pointers lead to.
type pair struct{ a, b uintptr }

// met reports whether a and b are pointers to two objects that this comparison has met before: these
// are equal unless a difference is found elsewhere, so that cycles and shared objects are walked once.
func (f *frame) met(a, b any, depth int) (bool, error) {
	x, ok := a.(*access.View)
	y, also := b.(*access.View)
	if !ok || !also || x.Shape() != inspect.Pointer || y.Shape() != inspect.Pointer {
		return false, nil
	}
	to, _, err := resolve(x)
	if err != nil {
		return false, err
	}
	other, _, err := resolve(y)
	if err != nil || to == nil || other == nil {
		return false, err
	}
	if depth == 0 || f.pairs == nil {
		f.pairs = map[pair]bool{}
	}
	p := pair{to.Value().Addr(), other.Value().Addr()}
	if f.pairs[p] {
		return true, nil
	}
	f.pairs[p] = true
	return false, f.m.Keep(3 * wordsKept)
}

// sameLoaded compares what two places hold; values of different kinds are different.
func (f *frame) sameLoaded(a, b any, depth int) (bool, error) {
	a, err := f.load(a)
	if err != nil {
		return false, err
	}
	if b, err = f.load(b); err != nil {
		return false, err
	}
	same, _, err := f.same(a, b, depth)
	return same, err
}

// sameContent compares lists by position and maps by key, live or not.
func (f *frame) sameContent(a, b any, depth int) (same, comparable bool, err error) {
	al, bl := isList(a), isList(b)
	am, bm := isMap(a), isMap(b)
	if !(al && bl) && !(am && bm) {
		return false, false, nil
	}
	n, err := f.length(a)
	if err != nil {
		return false, false, err
	}
	m, err := f.length(b)
	if err != nil {
		return false, false, err
	}
	if n != m {
		return false, true, nil
	}
	same = true
	err = f.each(a, true, func(i int, key, x any) (bool, error) {
		var y any = nil
		var found error
		if al {
			y, found = f.item(b, i)
		} else if key, found = f.load(key); found == nil {
			y, found = f.item(b, key)
		}
		if found != nil {
			if e := fault.From(found); e.Code != "no_key" && e.Code != "range" && e.Code != "unknown_name" {
				return false, e
			}
			same = false
			return false, nil
		}
		ok, err := f.sameLoaded(x, y, depth+1)
		same = same && ok
		return same, err
	})
	return same, true, err
}
