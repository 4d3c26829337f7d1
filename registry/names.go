package registry

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
)

// Names says on [Default], or on the registries that it is given, which names the values of T have:
//
//	registry.Names(map[Status]string{Starting: "Starting", Running: "Running"})
//
// A Status is then shown as 1 (Running), and as {"…":{"name":"Running","value":1}} in JSON. Expressions
// understand a name in place of the number: .status == "Running", .status in ["Starting", "Running"], and
// as a key; one that T does not have is an error. If each value is a single bit, others are shown by
// several names: 5 (Read|Exec). A number is all that a value is: it is computed, sorted and redacted as
// before.
//
// A T for which a [Registry.Lens] is set is shown by that. What Names says goes before what [Packages]
// finds in the binary, and replaces what it said of T before. The map is copied. Names panics if it is
// empty, if T has no name of its own, or if two values have one name or a name is empty.
func Names[T integer](names map[T]string, on ...*Registry) {
	values := make(map[string]uint64, len(names))
	fail := func(why string) { panic("registry: Names of " + reflect.TypeFor[T]().String() + ": " + why) }
	t := reflect.TypeFor[T]()
	if t.PkgPath() == "" {
		fail("it is not a type of your own")
	}
	for x, name := range names {
		if _, ok := values[name]; ok {
			fail("two values have the name " + name)
		}
		values[name] = uint64(x) // a negative one in two's complement
	}
	c, err := inspect.NewConstants(t, values)
	if err != nil {
		fail(err.Error())
	}
	if len(on) == 0 {
		on = []*Registry{Default}
	}
	for _, r := range on {
		r.objects.SetConstants(c, true)
	}
}

// integer is what a type with names can be made of.
type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}
