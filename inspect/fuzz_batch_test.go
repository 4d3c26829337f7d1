package inspect_test

import (
	"math/rand"
	"reflect"
	"testing"
)

// FuzzBatch compares batches with chunks, and columns with Follow, over lists and maps of any types.
func FuzzBatch(f *testing.F) {
	for i := range 40 {
		seed := make([]byte, 300)
		rand.New(rand.NewSource(int64(i))).Read(seed)
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, from []byte) {
		left := 30
		s := &smith{Choices: from, left: &left}
		elem := s.typ(3, false)
		var of reflect.Type
		n := s.pick(30) * s.pick(30)
		switch s.pick(4) {
		case 0:
			n = min(n, 100)
			of = reflect.ArrayOf(n, elem)
		case 1:
			of = reflect.MapOf(s.typ(2, true), elem)
		default:
			of = reflect.SliceOf(elem)
		}
		x := reflect.New(of)
		s.made = append(s.made, x)
		left = 2000
		key := func() (k reflect.Value, ok bool) {
			k = reflect.New(of.Key()).Elem()
			s.fill(k, 2, false)
			return k, k.Comparable()
		}
		var all reflect.Value // that can be set
		switch of.Kind() {
		case reflect.Slice:
			x.Elem().Set(reflect.MakeSlice(of, n, n))
			all = x.Elem()
		case reflect.Array:
			all = x.Elem()
		case reflect.Map:
			x.Elem().Set(reflect.MakeMap(of))
			all = reflect.MakeSlice(reflect.SliceOf(elem), n, n)
		}
		for i := range n {
			// A few that are filled, and the same again.
			if i < 20 {
				s.fill(all.Index(i), 3, false)
			} else {
				all.Index(i).Set(all.Index(i % 19))
			}
			if of.Kind() != reflect.Map {
				continue
			}
			if k, ok := key(); ok {
				x.Elem().SetMapIndex(k, all.Index(i))
			}
		}
		v := elemOf(t, x.Interface())
		random := rand.New(rand.NewSource(int64(len(from) + n)))
		for _, trust := range []bool{false, true} {
			checkBatches(t, v, trust, random)
		}
	})
}
