package inspect

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/gotype"
	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

const (
	// MaxKey is the longest text in a key that Lookup looks up, in bytes: it is hashed and compared
	// in one go.
	MaxKey = 64 << 10
	// maxKey bounds how many bytes of a key are compared to tell it from others.
	maxKey = 1 << 20
)

// appendKey appends bytes to b that are equal for two values of one type exactly if the values are
// equal as map keys. same is false for a value that does not even equal itself.
func (v Value) appendKey(b []byte, depth int) (_ []byte, same bool, err error) {
	if depth > 100 {
		return b, false, fmt.Errorf("a key of the type %v is nested too deeply", v.typ)
	}
	switch k := v.Kind(); k {
	case reflect.Invalid:
		return append(b, 0), true, nil
	case reflect.String:
		// The length comes last, so that the bytes need no copy of their own.
		b, n, _, err := v.appendBytes(b, 0, maxKey)
		return binary.NativeEndian.AppendUint64(b, uint64(n)), err == nil, err
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		x, err := v.Scalar(0)
		if err != nil {
			return b, false, err
		}
		var c complex128
		switch x := x.(type) {
		case float32:
			c = complex(float64(x), 0)
		case float64:
			c = complex(x, 0)
		case complex64:
			c = complex128(x)
		case complex128:
			c = x
		}
		// Adding zero turns -0 into 0, which is the same key.
		b = binary.NativeEndian.AppendUint64(b, math.Float64bits(real(c)+0))
		b = binary.NativeEndian.AppendUint64(b, math.Float64bits(imag(c)+0))
		return b, !math.IsNaN(real(c)) && !math.IsNaN(imag(c)), nil
	case reflect.Interface:
		e, err := v.open()
		if err != nil {
			return b, false, err
		}
		if e.typ == nil {
			return append(b, 0), true, nil
		}
		b = binary.NativeEndian.AppendUint64(append(b, 1), uint64(peek.TypeWord(e.typ)))
		return e.appendKey(b, depth+1)
	case reflect.Struct:
		same = true
		for _, f := range v.Fields() {
			if f.Name == "_" {
				continue
			}
			var s bool
			if b, s, err = v.Field(f.Index).appendKey(b, depth+1); err != nil {
				return b, false, err
			}
			same = same && s
		}
		return b, same, nil
	case reflect.Array:
		same = true
		for i := range v.typ.Len() {
			e, err := v.Index(i)
			if err != nil {
				return b, false, err
			}
			var s bool
			if b, s, err = e.appendKey(b, depth+1); err != nil {
				return b, false, err
			}
			same = same && s
		}
		return b, same, nil
	case reflect.Pointer, reflect.Chan, reflect.UnsafePointer:
		p, err := v.pointer()
		return binary.NativeEndian.AppendUint64(b, uint64(p.Addr())), err == nil, err
	case reflect.Slice, reflect.Map, reflect.Func:
		return b, false, fmt.Errorf("a %v cannot be a key", v.typ)
	default:
		u, _, err := v.ref.Uint(v.typ.Size())
		return binary.NativeEndian.AppendUint64(b, u), err == nil, err
	}
}

// Lookup finds the entry of a map whose key equals key. It converts key to the type of the map's
// keys as Go converts constants: an int to any type of integer that holds it, a string to a named
// one, a map or list of plain data to a struct or array. elem lies in the map and is good while the
// map does not change: Keep it under the guard. ok is false if there is no such entry. An error
// says why key cannot be a key of this map, or that it is longer than MaxKey. A nil map has no
// entries.
func (v Value) Lookup(key any) (elem Value, ok bool, err error) {
	if v.Shape() != Map {
		return Value{}, false, fmt.Errorf("a %v has no keys: %w", v.typ, ErrKind)
	}
	if n := keySize(reflect.ValueOf(key), 0); n > MaxKey {
		return Value{}, false, gotype.KeyError(fmt.Sprintf("one of %d bytes is too long to look up: compare it, as in find(m, #key == x)", n))
	}
	if v.Kind() == reflect.Struct {
		return v.lens().row.collection.lookup(v, key)
	}
	want := reflect.New(v.typ.Key())
	switch err := gotype.Assign(want.Elem(), key).(type) {
	case nil:
	case gotype.MethodsError:
		return Value{}, false, nil // Holds finds a named type that has them
	default:
		return Value{}, false, err
	}
	if !want.Elem().Comparable() {
		// The keys are interfaces, and key is a list or a map. No key has that very type.
		return Value{}, false, nil
	}
	head, err := v.pointer()
	if err != nil || head.IsNil() {
		return Value{}, false, err
	}
	mt, err := v.space().memory.Maps(v.typ)
	if err != nil {
		return v.lookupRuntime(want.Elem(), err)
	}
	w := mt.Walk(head)
	w.Trust(v.how&trusted != 0)
	hash, err := w.Hash(want)
	if err != nil {
		return Value{}, false, err
	}
	bytes, same, err := Of(want.Interface()).mustElem().fix().appendKey(nil, 0)
	if err != nil || !same {
		return Value{}, false, err
	}
	var got []byte
	found, err := w.Find(hash, func(k, e peek.Ref, torn bool) bool {
		kv := v.entry(v.typ.Key(), k, torn)
		var same bool
		var err error
		if got, same, err = kv.appendKey(got[:0], 0); err != nil || !same || string(got) != string(bytes) {
			return false
		}
		elem = v.entry(v.typ.Elem(), e, torn)
		return true
	})
	if err != nil || !found {
		return Value{}, false, err
	}
	if elem.how&(lent|solid) == lent {
		// Keep the element alone, without the rest of the copy.
		elem, _ = elem.Keep(nil)
	}
	return elem, true, nil
}

// keySize is about how many bytes of text are in a key.
func keySize(key reflect.Value, depth int) (n int) {
	switch k := key.Kind(); {
	case depth > 20:
	case k == reflect.String, k == reflect.Slice && key.Type().Elem().Kind() == reflect.Uint8:
		return key.Len()
	case k == reflect.Slice:
		for i := range key.Len() {
			n += keySize(key.Index(i), depth+1)
		}
	case k == reflect.Map:
		for each := key.MapRange(); each.Next(); {
			n += keySize(each.Value(), depth+1)
		}
	case k == reflect.Interface:
		return keySize(key.Elem(), depth+1)
	}
	return n
}

// lookupRuntime is Lookup by the runtime itself, for a solid map that nobody changes. For any other
// it returns why, the reason that this package cannot read maps.
func (v Value) lookupRuntime(key reflect.Value, why error) (Value, bool, error) {
	x, ok := v.Interface()
	if !ok || v.how&trusted == 0 {
		return Value{}, false, why
	}
	var e reflect.Value
	if err := peek.Try(func() { e = reflect.ValueOf(x).MapIndex(key) }); err != nil || !e.IsValid() {
		return Value{}, false, err
	}
	p := reflect.New(v.typ.Elem())
	p.Elem().Set(e)
	c := v.copied(p)
	c.how &^= lent
	return c, true, nil
}

// MixedKeys reports whether a key may equal another of a different type: in a sync.Map, and in a
// map whose keys are or contain interfaces. There Lookup finds keys of the very same type; Holds
// finds the others.
func (v Value) MixedKeys() bool {
	return v.Shape() == Map && (v.Kind() != reflect.Map || v.space().mixed(v.typ.Key()))
}

func (s *space) mixed(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Array:
		return s.mixed(t.Elem())
	case reflect.Struct:
		for _, f := range s.fields(t) {
			if s.mixed(f.Type) {
				return true
			}
		}
	}
	return false
}

// Holds reports whether a key equals the plain value x, which it converts as Lookup does. It
// compares the content of an interface in that content's own type, so that 1 equals an int64 there,
// and "up" a named string.
func (v Value) Holds(x any) (bool, error) { return v.holds(x, 0) }

func (v Value) holds(x any, depth int) (bool, error) {
	if depth > 20 {
		return false, nil
	}
	src := reflect.ValueOf(x)
	switch {
	case !v.IsValid():
		return x == nil, nil
	case v.Kind() == reflect.Interface:
		e, err := v.open()
		if err != nil || e.typ == nil || x == nil {
			return err == nil && e.typ == nil && x == nil, err
		}
		return e.holds(x, depth+1)
	case !v.typ.Comparable(), gotype.IsDuration(v.typ) != gotype.IsDuration(reflect.TypeOf(x)):
		// A number is no duration.
		return false, nil
	case v.Kind() == reflect.Array && v.space().mixed(v.typ):
		if src.Kind() != reflect.Slice || src.Len() != v.typ.Len() {
			return false, nil
		}
		for i := range src.Len() {
			e, err := v.Index(i)
			if err != nil {
				return false, err
			}
			if same, err := e.holds(src.Index(i).Interface(), depth+1); err != nil || !same {
				return false, err
			}
		}
		return true, nil
	case v.Kind() == reflect.Struct && v.space().mixed(v.typ):
		if src.Kind() != reflect.Map || src.Type().Key().Kind() != reflect.String {
			return false, nil
		}
		named := 0
		for _, f := range v.Fields() {
			// A field that x does not name is zero, as in a literal.
			want := reflect.Zero(f.Type).Interface()
			if y := src.MapIndex(reflect.ValueOf(f.Name).Convert(src.Type().Key())); y.IsValid() {
				want = y.Interface()
				named++
			}
			if same, err := v.Field(f.Index).holds(want, depth+1); err != nil || !same {
				return false, err
			}
		}
		return named == src.Len(), nil
	}
	if t, ok := x.(time.Time); ok {
		if v.typ != reflect.TypeFor[time.Time]() {
			return false, nil
		}
		y, err := v.Scalar(0)
		same, ok := y.(time.Time)
		return err == nil && ok && same.Equal(t), err
	}
	want := reflect.New(v.typ)
	if gotype.Assign(want.Elem(), x) != nil {
		return false, nil
	}
	b, same, err := Of(want.Interface()).mustElem().fix().appendKey(nil, 0)
	if err != nil || !same {
		return false, err
	}
	got, same, err := v.appendKey(nil, 0)
	return same && string(got) == string(b), err
}

// entry returns the key or elem in a slot of the map v.
func (v Value) entry(t reflect.Type, ref peek.Ref, isTorn bool) Value {
	e := Value{typ: t, ref: ref, mark: v.mark&^Copied | torn(!isTorn)}
	if v.how&trusted != 0 && v.how&solid != 0 {
		e.how = solid | trusted | lent
		return e
	}
	e.mark |= Racy
	e.how = slot
	if ref.Held() { // in a slab
		e.how = lent
	}
	return e
}
