package inspect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// smith makes types, and values of them that lead back to themselves, from any bytes.
type smith struct {
	attack.Choices
	left *int            // choices that may still be made
	made []reflect.Value // pointers, maps and slices, for others to lead to
}

// basics are types of every basic kind, some of them named.
var basics = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[uintptr](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](), reflect.TypeFor[string](),
	reflect.TypeFor[status](), reflect.TypeFor[flags](), reflect.TypeFor[ratio](), reflect.TypeFor[verbose](), reflect.TypeFor[time.Duration](),
}

// others are types that reflect cannot make, or makes differently.
var others = []reflect.Type{
	reflect.TypeFor[any](), reflect.TypeFor[any](), reflect.TypeFor[error](), reflect.TypeFor[*tree](), reflect.TypeFor[tree](), reflect.TypeFor[point](),
	reflect.TypeFor[inner[string]](), reflect.TypeFor[time.Time](), reflect.TypeFor[unsafe.Pointer](), reflect.TypeFor[func(int) string](), reflect.TypeFor[onePtr](),
	reflect.TypeFor[struct{}](), reflect.TypeFor[map[string]any](), reflect.TypeFor[[]any](),
}

func (s *smith) pick(n int) int { return int(s.Byte()) % n }

// typ makes a type, of a key if key is set.
func (s *smith) typ(depth int, key bool) reflect.Type {
	if *s.left--; *s.left < 0 || depth == 0 {
		return basics[s.pick(len(basics))]
	}
	switch kind := s.pick(12); {
	case kind < 3:
		return basics[s.pick(len(basics))]
	case kind < 5:
		return reflect.ArrayOf(s.pick(4)*s.pick(12), s.typ(depth-1, key))
	case kind < 7:
		var fields []reflect.StructField
		for i := range s.pick(5) {
			fields = append(fields, reflect.StructField{Name: fmt.Sprint("F", i), Type: s.typ(depth-1, key)})
		}
		return reflect.StructOf(fields)
	case key:
		return []reflect.Type{reflect.TypeFor[any](), reflect.TypeFor[point](), reflect.TypeFor[[2]any]()}[kind%3]
	case kind == 7:
		return reflect.PointerTo(s.typ(depth-1, false))
	case kind == 8:
		return reflect.SliceOf(s.typ(depth-1, false))
	case kind == 9:
		return reflect.MapOf(s.typ(depth-1, true), s.typ(depth-1, false))
	case kind == 10 && s.Some(3):
		return reflect.ChanOf(reflect.BothDir, s.typ(depth-1, false))
	}
	return others[s.pick(len(others))]
}

// again returns a value made before that can be a t, if there is one.
func (s *smith) again(t reflect.Type) (x reflect.Value, ok bool) {
	if !s.Some(3) {
		return x, false
	}
	for i := range s.made {
		if x := s.made[(i+s.pick(8))%len(s.made)]; x.Type().AssignableTo(t) {
			return x, true
		}
	}
	return x, false
}

// fill sets dst to something that the bytes choose.
func (s *smith) fill(dst reflect.Value, depth int, key bool) {
	if *s.left--; *s.left < 0 {
		return
	}
	t := dst.Type()
	if !dst.CanSet() { // an unexported field
		dst = reflect.NewAt(t, unsafe.Pointer(dst.UnsafeAddr())).Elem()
	}
	bits := uint64(s.Byte()) << (s.Byte() % 64)
	switch dst.Kind() {
	case reflect.Bool:
		dst.SetBool(bits&1 != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		dst.SetInt(int64(bits))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		dst.SetUint(bits)
	case reflect.Float32, reflect.Float64:
		dst.SetFloat([]float64{float64(bits), -1 / float64(bits), 0.1, math.Inf(1)}[s.pick(4)])
	case reflect.Complex64, reflect.Complex128:
		dst.SetComplex(complex(float64(bits), -1))
	case reflect.String:
		dst.SetString(s.Text())
	case reflect.Array:
		for i := range dst.Len() {
			s.fill(dst.Index(i), depth-1, key)
		}
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			*dst.Addr().Interface().(*time.Time) = time.Unix(int64(bits%1e11), 5).UTC()
			return
		}
		for i := range dst.NumField() {
			s.fill(dst.Field(i), depth-1, key)
		}
	case reflect.Interface:
		s.face(dst, depth, key)
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Chan:
		s.lead(dst, depth)
	case reflect.Func:
		dst.Set(reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value { return []reflect.Value{reflect.New(t.Out(0)).Elem()} }))
	}
}

func (s *smith) face(dst reflect.Value, depth int, key bool) {
	switch x, ok := s.again(dst.Type()); {
	case ok && !key:
		dst.Set(x)
	case dst.NumMethod() > 0:
		dst.Set(reflect.ValueOf(fmt.Errorf("%s: %w", s.Text(), errors.ErrUnsupported)))
	case key: // the same entry is looked for by its key again, so nothing made
		in := reflect.New(basics[s.pick(len(basics))]).Elem()
		s.fill(in, 0, key)
		dst.Set(in)
	case depth > 0:
		in := reflect.New(s.typ(min(depth-1, 2), false)).Elem()
		s.fill(in, depth-1, false)
		dst.Set(in)
	}
}

func (s *smith) lead(dst reflect.Value, depth int) {
	t := dst.Type()
	if x, ok := s.again(t); ok {
		dst.Set(x)
		return
	}
	if depth <= 0 || s.Some(5) {
		return
	}
	switch dst.Kind() {
	case reflect.Pointer:
		dst.Set(reflect.New(t.Elem()))
		s.made = append(s.made, dst)
		s.fill(dst.Elem(), depth-1, false)
	case reflect.Slice:
		n := s.pick(6)
		dst.Set(reflect.MakeSlice(t, n, n+s.pick(3)))
		s.made = append(s.made, dst)
		for i := range n {
			s.fill(dst.Index(i), depth-1, false)
		}
	case reflect.Map:
		dst.Set(reflect.MakeMap(t))
		s.made = append(s.made, dst)
		for range s.pick(5) * s.pick(8) {
			k, e := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
			s.fill(k, 2, true)
			s.fill(e, depth-1, false)
			if k.Comparable() && k.Equal(k) {
				dst.SetMapIndex(k, e)
			}
		}
	case reflect.Chan:
		c := reflect.MakeChan(t, s.pick(5))
		dst.Set(c)
		for range s.pick(4) {
			c.TrySend(reflect.New(t.Elem()).Elem())
		}
	}
}

// FuzzValue reads values of random types, which lead to each other and back to themselves. It finds
// what reflect finds, and shows it within the limits.
func FuzzValue(f *testing.F) {
	f.Add([]byte{})
	for i := range 24 {
		seed := make([]byte, 400)
		for j := range seed {
			seed[j] = byte((i + 1) * (j + 3) * (j>>3 + 7))
		}
		f.Add(seed)
		f.Add(slices.Concat([]byte{byte(i), byte(i % 12)}, bytes.Repeat([]byte{9, 1, 8, byte(i), 13, 0, 4}, 60)))
	}
	f.Fuzz(func(t *testing.T, from []byte) {
		left := 300
		s := &smith{Choices: from, left: &left}
		x := reflect.New(s.typ(4, false))
		s.made = append(s.made, x)
		left = 400
		s.fill(x.Elem(), 6, false)
		compare(t, x.Interface(), true)
		v := inspect.Of(x.Interface())
		for _, trusted := range []bool{false, true} {
			n := render.Snap(render.Raw(v.Trust(trusted), "x"), render.Limit{Depth: 1 + len(from)%9, Items: 5, Nodes: 2000})
			if err := n.WriteText(io.Discard, render.Style{Width: 20 + len(from)%100, Color: trusted}); err != nil {
				t.Error(err)
			}
			if !json.Valid(n.JSON()) {
				t.Errorf("not valid JSON: %s", n.JSON())
			}
		}
	})
}
