package inspect_test

import (
	"reflect"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// TestConstants: of several names the first is shown and all are understood, and several names stand for a
// value of several bits if, and only if, every constant is a single bit.
func TestConstants(t *testing.T) {
	type small int8
	type wide uint64
	make := func(of reflect.Type, names map[string]uint64) *inspect.Constants {
		c, err := inspect.NewConstants(of, names)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	flags := make(reflect.TypeFor[wide](), map[string]uint64{"Read": 1, "Write": 2, "Top": 1 << 63})
	plain := make(reflect.TypeFor[small](), map[string]uint64{"None": 0, "One": 1, "Uno": 1, "Two": 2, "Minus": 1<<64 - 1})
	for _, tt := range []struct {
		c    *inspect.Constants
		x    any
		want string
	}{
		{flags, 1, "Read"}, {flags, 3, "Read|Write"}, {flags, uint64(1<<63 | 1), "Read|Top"}, {flags, 4, ""}, {flags, 5, ""}, {flags, 0, ""},
		{plain, 1, "One"}, {plain, 3, ""}, {plain, -1, "Minus"}, {plain, -2, ""}, {plain, 0, "None"},
		{plain, "One", ""}, {plain, 1.0, ""}, {nil, 1, ""},
	} {
		if got := tt.c.Name(tt.x); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.x, got, tt.want)
		}
	}
	for name, want := range map[string]inspect.Datum{
		"Read": {Kind: inspect.UintDatum, Bits: 1}, "Write|Read": {Kind: inspect.UintDatum, Bits: 3}, "Read|Exec": {}, "": {}, "|": {}, "read": {},
	} {
		if got, ok := flags.Datum(name); got != want || ok != (want.Kind != inspect.NoDatum) {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
	if uno, ok := plain.Datum("Uno"); !ok || uno != (inspect.Datum{Kind: inspect.IntDatum, Bits: 1}) {
		t.Error("the second name is not understood:", uno)
	}
	if both, ok := plain.Datum("One|Two"); ok {
		t.Error("names that are no bits are joined:", both)
	}
	for _, c := range []struct {
		of    reflect.Type
		names map[string]uint64
	}{{reflect.TypeFor[string](), map[string]uint64{"a": 1}}, {nil, map[string]uint64{"a": 1}}, {reflect.TypeFor[small](), nil}, {reflect.TypeFor[small](), map[string]uint64{"": 1}}} {
		if _, err := inspect.NewConstants(c.of, c.names); err == nil {
			t.Errorf("%v with %v is no error", c.of, c.names)
		}
	}
}
