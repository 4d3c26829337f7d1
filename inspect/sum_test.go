package inspect

import (
	"reflect"
	"sync"
	"testing"
	"unsafe"
)

// TestSumOfStrings: the memory of an object's strings is summed with the object, wherever they lie
// in it, up to where the documentation says.
func TestSumOfStrings(t *testing.T) {
	type inner struct {
		pad byte
		s   string
	}
	type object struct {
		n     int
		s     string
		in    inner
		array [3]inner
		_     [880]byte
		last  string
		_     [100]byte
		far   string // beyond the first KiB
	}
	bytes := make([]byte, 100)
	s := unsafe.String(&bytes[0], len(bytes))
	for name, x := range map[string]any{
		"field":           &object{s: s},
		"embedded":        &object{in: inner{s: s}},
		"array":           &object{array: [3]inner{1: {s: s}}},
		"last":            &object{last: s},
		"string":          &s,
		"slice":           []string{"a", s},
		"slice of arrays": [][2]string{{"a", "b"}, {"c", s}},
	} {
		v := Of(x)
		before, ok := v.Sum()
		if again, _ := v.Sum(); !ok || again != before {
			t.Errorf("%s: the sum is %x, then %x, %v", name, before, again, ok)
		}
		for _, i := range []int{0, 63} {
			bytes[i]++
			if after, ok := v.Sum(); !ok || after == before {
				t.Errorf("%s: byte %d changed, and the sum did not", name, i)
			}
			bytes[i]--
		}
		bytes[64]++
		if after, ok := v.Sum(); !ok || after != before {
			t.Errorf("%s: a byte behind the beginning changed, and the sum with it, %v", name, ok)
		}
		bytes[64]--
	}
	v := Of(&object{far: s})
	before, _ := v.Sum()
	bytes[0]++
	if after, _ := v.Sum(); after != before {
		t.Error("a string beyond the first KiB is summed")
	}
}

// TestSumOfWhatIsNoString: a string that is torn has no sum, and does no harm.
func TestSumOfWhatIsNoString(t *testing.T) {
	var x struct {
		data, n uintptr
		mu      sync.Mutex
	}
	at := &x
	v := as(reflect.TypeFor[*struct {
		s  string
		mu sync.Mutex
	}](), &at)
	for _, of := range []struct {
		data, n uintptr
		ok      bool
	}{
		{0, 0, true},
		{8, 0, true},
		{0, 1, false},
		{8, 1, false},
		{^uintptr(0), 1, false},
		{^uintptr(0) - 4, ^uintptr(0), false},
		{^uintptr(0)>>1 - 4096, 64, false},
	} {
		x.data, x.n = of.data, of.n
		if _, ok := v.Sum(); ok != of.ok {
			t.Errorf("%#x, %d: %v", of.data, of.n, ok)
		}
	}
}
