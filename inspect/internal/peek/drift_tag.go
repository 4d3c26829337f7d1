//go:build sightglass_drift

package peek

import (
	"os"
	"reflect"
	"strings"
	"unsafe"
)

// here plays a process of a future Go version that has moved a field of the runtime's structures,
// the one that the environment names. What this package believes of that field is wrong, and the
// self-tests must notice:
//
//	go test -tags sightglass_drift -run Drift ./inspect/... ./registry ./eval
var here = Space{where: lie(os.Getenv("SIGHTGLASS_DRIFT"))}

// Fields returns the names of the fields that can be moved.
func Fields() (names []string) {
	for f := range reflect.TypeFor[layout]().Fields() {
		names = append(names, f.Name)
	}
	return names
}

// lie returns the known layout with that field a word away from where it is.
func lie(field string) layout {
	l := known
	if field == "" || strings.Contains(field, ".") { // what has a dot is another package's
		return l
	}
	f, ok := reflect.TypeFor[layout]().FieldByName(field)
	if !ok {
		panic("no field " + field)
	}
	off := (*uintptr)(unsafe.Add(unsafe.Pointer(&l), f.Offset))
	// The last field of a structure moves down, so that the load stays within the structure.
	switch *off += wordSize; field {
	case "tableMask":
		*off -= 2 * wordSize
	}
	return l
}
