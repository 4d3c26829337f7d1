package inspect_test

import (
	"fmt"
	"reflect"
	"strconv"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// A coding says how numbers are written as keys and elements of one type.
type coding struct {
	typ  reflect.Type
	most int // how many numbers it tells apart
	make func(i int) reflect.Value
	read func(v inspect.Value) (int, error)
}

func bytesCoding(size int) coding {
	t := reflect.ArrayOf(size, reflect.TypeFor[byte]())
	return coding{t, 1 << 16, func(i int) reflect.Value {
		a := reflect.New(t).Elem()
		a.Index(0).SetUint(uint64(i & 0xff))
		a.Index(size - 1).SetUint(uint64(i >> 8))
		return a
	}, func(v inspect.Value) (int, error) {
		b, n, err := v.Bytes(0, 0)
		if err != nil || n != size {
			return -1, err
		}
		return int(b[0]) | int(b[size-1])<<8, nil
	}}
}

func number(v inspect.Value) (int, error) {
	x, err := v.Scalar(0)
	n, ok := x.(int)
	if err == nil && !ok {
		err = fmt.Errorf("%v is no number", x)
	}
	return n, err
}

func text(v inspect.Value) (int, error) {
	x, err := v.Scalar(0)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(x.(string))
}

// codings make keys and elements of every size and alignment: in a slot and beside it, with
// pointers and without.
var codings = []coding{
	{reflect.TypeFor[uint8](), 256, func(i int) reflect.Value { return reflect.ValueOf(uint8(i)) }, number},
	{reflect.TypeFor[uint16](), 1 << 16, func(i int) reflect.Value { return reflect.ValueOf(uint16(i)) }, number},
	{reflect.TypeFor[int64](), 1 << 16, func(i int) reflect.Value { return reflect.ValueOf(int64(i)) }, number},
	{reflect.TypeFor[string](), 1 << 16, func(i int) reflect.Value { return reflect.ValueOf(strconv.Itoa(i)) }, text},
	bytesCoding(3), bytesCoding(17), bytesCoding(128), bytesCoding(129), bytesCoding(300),
	{reflect.TypeFor[any](), 1 << 16, func(i int) reflect.Value {
		var x any = i
		if i%2 == 0 {
			x = strconv.Itoa(i)
		}
		return reflect.ValueOf(&x).Elem()
	}, func(v inspect.Value) (int, error) {
		e, err := v.Elem()
		if err != nil {
			return 0, err
		}
		if e.Kind() == reflect.String {
			return text(e)
		}
		return number(e)
	}},
	{reflect.TypeFor[point](), 1 << 15, func(i int) reflect.Value {
		return reflect.ValueOf(point{X: int16(i), name: strconv.Itoa(i)})
	}, func(v inspect.Value) (int, error) {
		i, err := number(v.Field(0))
		j, err2 := text(v.Field(2))
		if err != nil || err2 != nil || i != j {
			return -1, fmt.Errorf("%d and %d, %w, %w", i, j, err, err2)
		}
		return i, nil
	}},
	{reflect.TypeFor[*int](), 0, func(i int) reflect.Value { return reflect.ValueOf(&i) }, func(v inspect.Value) (int, error) {
		e, err := v.Elem()
		if err != nil {
			return 0, err
		}
		return number(e)
	}},
	{reflect.TypeFor[struct{}](), 0, func(int) reflect.Value { return reflect.ValueOf(struct{}{}) }, nil},
}

// FuzzMap changes maps of every layout between the chunks of a walk. What is there throughout is
// seen once, nothing is seen twice, and nothing that never was.
func FuzzMap(f *testing.F) {
	for i := range len(codings) {
		f.Add([]byte{byte(i), byte(i * 5), byte(i), 200, 3, 1, 9, 2, 200, 1, 1, 20, 3, 30, 4, 1, 60, 2, 100, 250, 1, 7})
		f.Add([]byte{byte(i), byte(i + 3), 1, byte(i * 9), 1, 1, 255, 2, 3, 40, 1, 3, 255, 0, 9, 1, 3, 3, 1, 99})
	}
	f.Fuzz(func(t *testing.T, from []byte) {
		s := &smith{Choices: from}
		var k coding
		for k = codings[s.pick(len(codings))]; k.most == 0; k = codings[s.pick(4)] {
		}
		e := codings[s.pick(len(codings))]
		m := reflect.New(reflect.MapOf(k.typ, e.typ)).Elem()
		trusted := s.Some(2)
		m.Set(reflect.MakeMapWithSize(m.Type(), s.pick(3)*int(s.Byte())))
		next := 0
		insert := func(n int) {
			for range n {
				if next < min(k.most, 4_000) {
					m.SetMapIndex(k.make(next), e.make(next))
					next++
				}
			}
		}
		gone := map[int]bool{}
		insert(int(s.Byte()) * (1 + s.pick(20)))
		first := next
		seen := map[int]int{}
		for cur := cursor(m, trusted); !cur.Done(); {
			for _, l := range takeSome(t, cur, 1+int(s.Byte())*s.pick(8), s.Some(2), s.Some(3)) {
				i, err := k.read(l.key)
				if err != nil || i < 0 || i >= next {
					t.Fatalf("a key %d, %v; there were %d", i, err, next)
				}
				seen[i]++
				if e.read == nil {
					continue
				}
				if j, err := e.read(l.elem); err != nil || j != i && j != i&0xff {
					t.Fatalf("key %d has %d, %v", i, j, err)
				}
			}
			switch s.pick(6) {
			case 0, 1:
				insert(int(s.Byte()) * (1 + s.pick(10)))
			case 2:
				step := 1 + s.pick(5)
				for i := s.pick(9); i < next; i += step {
					m.SetMapIndex(k.make(i), reflect.Value{})
					gone[i] = true
				}
			case 3:
				for i := range next {
					if !gone[i] {
						m.SetMapIndex(k.make(i), e.make(i))
					}
				}
			case 4:
				if s.Some(3) {
					m.Clear()
					for i := range next {
						gone[i] = true
					}
				}
			}
		}
		for i := range next {
			if seen[i] > 1 || i < first && !gone[i] && seen[i] != 1 {
				t.Fatalf("key %d was seen %d times, %d of %d", i, seen[i], m.Len(), next)
			}
			if i%7 == 0 {
				_, ok, err := view(m, trusted).Lookup(k.make(i).Interface())
				if ok == gone[i] || err != nil {
					t.Fatalf("key %d is found: %v, %v", i, ok, err)
				}
			}
		}
	})
}

func view(m reflect.Value, trusted bool) inspect.Value {
	v, err := inspect.Of(m.Addr().Interface()).Elem()
	if err != nil {
		panic(err)
	}
	return v.Trust(trusted)
}

func cursor(m reflect.Value, trusted bool) *inspect.Cursor {
	c := view(m, false).Cursor()
	c.Trust(trusted)
	return c
}
