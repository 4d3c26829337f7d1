package inspect

import (
	"reflect"
	"testing"
)

type (
	uint8x       struct{}
	named[T any] struct{ x T }
)

func TestTypeName(t *testing.T) {
	for _, tt := range []struct {
		x    any
		want string
	}{
		{[]byte(nil), "[]byte"}, {[16]byte{}, "[16]byte"}, {[][]byte(nil), "[][]byte"}, {[2][3]byte{}, "[2][3]byte"}, {map[[16]byte][]byte(nil), "map[[16]byte][]byte"},
		{map[string]uint8(nil), "map[string]uint8"}, {map[uint8]uint8(nil), "map[uint8]uint8"}, {[]uint8x(nil), "[]inspect.uint8x"}, {map[string]any(nil), "map[string]any"}, {func([4]byte, []byte) []byte { return nil }, "func([4]byte, []byte) []byte"},
		{[]*byte(nil), "[]*uint8"}, {uint8(1), "uint8"}, {chan []byte(nil), "chan []byte"}, {struct{ a [2]byte }{}, "struct { a [2]byte }"}, {named[[]byte]{}, "inspect.named[[]byte]"}, {map[[2]byte]uint8(nil), "map[[2]byte]uint8"},
	} {
		if got := TypeName(reflect.TypeOf(tt.x)); got != tt.want {
			t.Errorf("%T: %s, want %s", tt.x, got, tt.want)
		}
	}
}
