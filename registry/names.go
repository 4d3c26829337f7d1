package registry

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
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
// A T for which a [Registry.Lens] is set is shown by that. What Names says goes before what [Constants]
// says and what [Packages] finds in the binary, and replaces what it said of T before. The map is copied.
// Names panics if it is empty, if T has no name of its own, or if two values have one name or a name is empty.
func Names[T integer](names map[T]string, on ...*Registry) {
	values := make(map[string]T, len(names))
	for x, name := range names {
		if _, ok := values[name]; ok {
			panic(ofNames[T]("Names", "two values have the name "+name))
		}
		values[name] = x
	}
	setNames("Names", values, access.ByAuthor, on)
}

// Constants is [Names] for a file that is made of the source, as sightglass vars makes one, without a
// look at the values: each name stands once, and several may have one value, of which the first in the
// order of the alphabet is shown and all are understood. What several calls say of T adds up.
func Constants[T integer](values map[string]T, on ...*Registry) {
	setNames("Constants", values, access.BySource, on)
}

// setNames is either of them, which is named by call.
func setNames[T integer](call string, named map[string]T, by access.NamedBy, on []*Registry) {
	t := reflect.TypeFor[T]()
	if t.PkgPath() == "" {
		panic(ofNames[T](call, "it is not a type of your own"))
	}
	values := make(map[string]uint64, len(named))
	for name, x := range named {
		values[name] = uint64(x) // a negative one in two's complement
	}
	c, err := inspect.NewConstants(t, values)
	if err != nil {
		panic(ofNames[T](call, err.Error()))
	}
	if len(on) == 0 {
		on = []*Registry{Default}
	}
	for _, r := range on {
		r.objects.SetConstants(c, by)
	}
}

// ofNames is what call panics with.
func ofNames[T integer](call, why string) string {
	return "registry: " + call + " of " + reflect.TypeFor[T]().String() + ": " + why
}

// integer is what a type with names can be made of.
type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}
