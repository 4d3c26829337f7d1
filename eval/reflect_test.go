package eval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/number"
	"github.com/sightglass-go/sightglass/registry"
)

type (
	namedString string
	namedInt    int16
	namedUint   uint8
	namedFloat  float32
	namedBool   bool
	namedSlice  []namedString
	namedMap    map[namedInt]namedString
)

// scalarTypes are what a random type ends in.
var scalarTypes = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[uintptr](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[string](), reflect.TypeFor[time.Duration](), reflect.TypeFor[time.Time](),
	reflect.TypeFor[namedString](), reflect.TypeFor[namedInt](), reflect.TypeFor[namedUint](), reflect.TypeFor[namedFloat](), reflect.TypeFor[namedBool](),
	reflect.TypeFor[time.Month](),
}

// randomly makes random types, and values of them.
type randomly struct{ *rand.Rand }

// fieldNames are short, so that they meet the words of the language too.
var someFields = []string{"a", "b", "in", "not", "let", "if", "len", "map", "nil", "true", "key", "Ünï", "x_1", "Exported", "count", "env"}

func (r randomly) typ(depth int) reflect.Type {
	if depth == 0 {
		return scalarTypes[r.IntN(len(scalarTypes))]
	}
	switch r.IntN(10) {
	case 0:
		return reflect.PointerTo(r.typ(depth - 1))
	case 1:
		return reflect.SliceOf(r.typ(depth - 1))
	case 2:
		return reflect.ArrayOf(r.IntN(4), r.typ(depth-1))
	case 3, 4:
		return reflect.MapOf(r.key(depth-1), r.typ(depth-1))
	case 5:
		return reflect.TypeFor[any]()
	case 6:
		return []reflect.Type{reflect.TypeFor[namedSlice](), reflect.TypeFor[namedMap](), reflect.TypeFor[[]byte](), reflect.TypeFor[atomic.Int64](), reflect.TypeFor[atomic.Bool]()}[r.IntN(5)]
	}
	return r.structure(func() reflect.Type { return r.typ(depth - 1) })
}

func (r randomly) structure(field func() reflect.Type) reflect.Type {
	var fields []reflect.StructField
	for _, i := range r.Perm(len(someFields))[:r.IntN(5)] {
		f := reflect.StructField{Name: someFields[i], Type: field()}
		if f.Name != "Exported" && f.Name != "Ünï" {
			f.PkgPath = "github.com/sightglass-go/sightglass/eval"
		}
		fields = append(fields, f)
	}
	return reflect.StructOf(fields)
}

// key is a type of keys that can be written down.
func (r randomly) key(depth int) reflect.Type {
	if depth > 0 {
		switch r.IntN(6) {
		case 0:
			return reflect.ArrayOf(r.IntN(3), r.key(0))
		case 1:
			return r.structure(func() reflect.Type { return r.key(depth - 1) })
		case 2:
			return reflect.TypeFor[any]()
		}
	}
	return scalarTypes[r.IntN(len(scalarTypes))]
}

// edges are the numbers at which something might wrap, round or be cut.
var edges = []uint64{0, 1, 2, 100, math.MaxInt8, math.MaxUint8, math.MaxInt16, math.MaxUint16, 1 << 24, 1<<24 + 1, math.MaxInt32, math.MaxUint32, 1 << 53, 1<<53 + 1, math.MaxInt64 - 1, math.MaxInt64, math.MaxInt64 + 1, math.MaxUint64 - 1, math.MaxUint64}

// fill sets v, which is ours, to something random. A key is no NaN.
func (r randomly) fill(v reflect.Value, depth int, isKey bool) {
	t := v.Type()
	switch {
	case t == reflect.TypeFor[time.Time]():
		at := time.Unix(r.Int64N(1<<33), r.Int64N(1e9))
		zones := []*time.Location{time.UTC, time.Local, time.FixedZone("X", 5400)}
		at = at.In(zones[r.IntN(3)])
		if isKey {
			at = at.UTC().Truncate(time.Second)
		} else if r.IntN(3) == 0 {
			at = time.Now() // with a monotonic clock
		}
		v.Set(reflect.ValueOf(at))
		return
	case t == reflect.TypeFor[atomic.Int64]():
		v.Addr().Interface().(*atomic.Int64).Store(int64(r.Uint64()))
		return
	case t == reflect.TypeFor[atomic.Bool]():
		v.Addr().Interface().(*atomic.Bool).Store(r.IntN(2) == 0)
		return
	}
	n := edges[r.IntN(len(edges))]
	switch {
	case v.CanInt():
		v.SetInt(int64(n) * int64(1-2*r.IntN(2)))
	case v.CanUint():
		v.SetUint(n)
	case v.CanFloat():
		floats := []float64{0, math.Copysign(0, -1), 1, -1.5, 1e300, math.SmallestNonzeroFloat64, 1 << 53, 1 << 63, 0.1, math.Inf(1), math.NaN()}
		if isKey {
			floats = floats[:9]
		}
		v.SetFloat(floats[r.IntN(len(floats))])
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.String:
		v.SetString([]string{"", "a", "up", "é", "with \"quotes\"", "a\nb", strings.Repeat("x", 200), "\xff\xfe", "nil", "1"}[r.IntN(10)])
		if isKey {
			v.SetString([]string{"", "a", "up", "é", "with \"quotes\"", "a\nb", "in", "1"}[r.IntN(8)])
		}
	case reflect.Pointer:
		if r.IntN(4) > 0 {
			p := reflect.New(t.Elem())
			r.fill(p.Elem(), depth-1, isKey)
			v.Set(p)
		}
	case reflect.Interface:
		if r.IntN(5) > 0 {
			of := r.key(0)
			if !isKey && depth > 0 {
				of = r.typ(depth - 1)
			}
			x := reflect.New(of).Elem()
			r.fill(x, depth-1, isKey)
			v.Set(x)
		}
	case reflect.Slice:
		if r.IntN(5) > 0 {
			v.Set(reflect.MakeSlice(t, r.IntN(4), 5))
			for i := range v.Len() {
				r.fill(v.Index(i), depth-1, isKey)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			r.fill(v.Index(i), depth-1, isKey)
		}
	case reflect.Map:
		if r.IntN(5) > 0 {
			v.Set(reflect.MakeMap(t))
			for range []int{0, 1, 3, 12}[r.IntN(4)] {
				k, x := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
				r.fill(k, depth-1, true)
				r.fill(x, depth-1, false)
				v.SetMapIndex(k, x)
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			r.fill(settable(v.Field(i)), depth-1, isKey)
		}
	}
}

// settable is a field that may be set although it is unexported.
func settable(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

// written is how one writes a key; ok is false for one that cannot be.
func written(k reflect.Value) (text string, ok bool) {
	switch {
	case k.Type() == reflect.TypeFor[time.Time]():
		at := reflect.New(k.Type()).Elem()
		at.Set(k)
		return fmt.Sprintf("date(%q)", at.Interface().(time.Time).Format(time.RFC3339Nano)), true
	case k.Type() == reflect.TypeFor[time.Duration]():
		return fmt.Sprintf("duration(\"%dns\")", k.Int()), true
	case k.CanInt():
		return strconv.FormatInt(k.Int(), 10), true
	case k.CanUint():
		return strconv.FormatUint(k.Uint(), 10), true
	case k.CanFloat():
		return strconv.FormatFloat(k.Float(), 'e', -1, 64), !math.IsInf(k.Float(), 0)
	}
	switch k.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(k.Bool()), true
	case reflect.String:
		return strconv.Quote(k.String()), true
	case reflect.Interface:
		if k.IsNil() {
			return "nil", true
		}
		return written(k.Elem())
	case reflect.Array:
		parts := make([]string, k.Len())
		for i := range parts {
			if parts[i], ok = written(k.Index(i)); !ok {
				return "", false
			}
		}
		return "[" + strings.Join(parts, ", ") + "]", true
	case reflect.Struct:
		k = addressable(k)
		parts := make([]string, k.NumField())
		for i := range parts {
			x, ok := written(settable(k.Field(i)))
			if !ok {
				return "", false
			}
			parts[i] = strconv.Quote(k.Type().Field(i).Name) + ": " + x
		}
		return "{" + strings.Join(parts, ", ") + "}", true
	}
	return "", false
}

// reading compares what expressions read with what reflect reads.
type reader struct {
	t     *testing.T
	s     *Session
	paths int
}

// check compares the value at a path, and all below it.
func (r *reader) check(path string, v reflect.Value) {
	r.paths++
	if r.t.Failed() {
		return
	}
	boxed := false // an interface that holds something is not nil
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && !v.IsNil() {
		boxed = boxed || v.Kind() == reflect.Interface
		v = v.Elem()
	}
	got, err := answer(r.t, r.s, path)
	if err != nil {
		r.t.Errorf("%s: %v", path, err)
		return
	}
	if !v.IsValid() || (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() {
		if !boxed && got != nil {
			r.t.Errorf("%s = %#v, want nil", path, got)
		}
		r.is(path+" == nil", !boxed)
		return
	}
	if x, ok := scalarOf(v); ok {
		if !sameScalar(got, x) {
			r.t.Errorf("%s = %#v, want %#v (%v)", path, got, x, v.Type())
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		v = addressable(v)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			r.check(path+"."+name, settable(v.Field(i)))
			r.check(fmt.Sprintf("%s[%q]", path, name), settable(v.Field(i)))
			r.is(fmt.Sprintf("%q in %s", name, path), true)
		}
		return
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			r.check(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
		if n := v.Len(); n > 0 {
			r.check(path+"[-1]", v.Index(n-1))
			r.check("last("+path+")", v.Index(n-1))
		}
		r.code(fmt.Sprintf("%s[%d]", path, v.Len()), "range")
	case reflect.Map:
		equal := map[string]int{} // keys of different types behind an interface
		for it := v.MapRange(); it.Next(); {
			equal[canonical(it.Key())]++
		}
		for it := v.MapRange(); it.Next(); {
			key, ok := written(it.Key())
			if !ok || equal[canonical(it.Key())] > 1 {
				continue
			}
			r.check(fmt.Sprintf("%s[%s]", path, key), it.Value())
			r.is(fmt.Sprintf("%s in %s", key, path), true)
			r.is(fmt.Sprintf("any(%s, #key == %s)", path, key), true)
		}
	}
	r.is(path+" == nil", !boxed && v.Kind() != reflect.Array && v.IsNil())
	r.is("len("+path+")", v.Len())
	r.is("count("+path+", true)", v.Len())
	r.is("len(map("+path+", #))", v.Len())
	r.is("len(filter("+path+", true))", v.Len())
}

func (r *reader) is(source string, want any) {
	if got, err := answer(r.t, r.s, source); got != want || err != nil {
		r.t.Errorf("%s = %v, %v, want %v", source, got, err, want)
	}
}

func (r *reader) code(source, want string) {
	if _, err := answer(r.t, r.s, source); codeOfError(err) != want {
		r.t.Errorf("%s: %v, want the error %s", source, err, want)
	}
}

// scalarOf is what v is as a scalar, as reflect reads it.
func scalarOf(v reflect.Value) (any, bool) {
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		return v.Interface(), true
	case reflect.TypeFor[time.Duration]():
		return time.Duration(v.Int()), true
	case reflect.TypeFor[atomic.Int64]():
		return number.OfInt(v.FieldByName("v").Int()), true
	case reflect.TypeFor[atomic.Bool]():
		return v.FieldByName("v").Uint() != 0, true
	}
	switch {
	case v.CanInt():
		return number.OfInt(v.Int()), true
	case v.CanUint():
		return number.Number{Mag: v.Uint()}, true
	case v.CanFloat():
		return number.Number{IsFloat: true, F: v.Float()}, true
	case v.Kind() == reflect.Bool:
		return v.Bool(), true
	case v.Kind() == reflect.String:
		return v.String(), true
	}
	return nil, false
}

// addressable is v, or a copy of it, with an address.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p.Elem()
}

func sameScalar(got, want any) bool {
	switch want := want.(type) {
	case number.Number:
		n, ok := number.Of(got)
		if !ok || n.IsFloat != want.IsFloat {
			return false
		}
		if want.IsFloat {
			return math.Float64bits(n.F) == math.Float64bits(want.F) || n.F != n.F && want.F != want.F
		}
		order, _ := number.Compare(n, want)
		return order == 0
	case time.Time:
		at, ok := got.(time.Time)
		return ok && at.Equal(want) && at.Format(time.RFC3339Nano) == want.Format(time.RFC3339Nano)
	}
	return got == want
}

// TestAgainstReflect: each path of random values of random types, read through an expression, is what
// reflect reads.
func TestAgainstReflect(t *testing.T) {
	stop := attack.Stop(t)
	paths, values := 0, 0
	for seed := uint64(0); !t.Failed() && (seed < 200 || attack.Long() && !stop.Load()); seed++ {
		r := randomly{rand.New(rand.NewPCG(seed, 1))}
		root := reflect.New(r.typ(1 + r.IntN(4)))
		r.fill(root.Elem(), 4, false)
		reg := registry.New()
		reg.Expose("x", root.Interface(), registry.Frozen())
		check := &reader{t: t, s: NewSession(reg, Limits{Time: time.Hour})}
		check.check("x", root.Elem())
		if t.Failed() {
			t.Logf("seed %d: %v %#v", seed, root.Type().Elem(), root.Elem().Interface())
		}
		paths += check.paths
		values++
	}
	t.Logf("%d values, %d paths", values, paths)
}
