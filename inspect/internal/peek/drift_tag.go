//go:build sightglass_drift

package peek

import (
	"os"
	"reflect"
	"unsafe"
)

// here plays a process of a future Go version that has moved a field of the runtime's structures:
// the one that the environment names. What is believed of that field is wrong, and the self-tests
// must notice:
//
//	go test -tags sightglass_drift -run Drift ./inspect/... ./registry ./eval
var here = Space{where: lie(os.Getenv("SIGHTGLASS_DRIFT"))}

// Fields are the names of what can be made to move.
func Fields() (names []string) {
	for f := range reflect.TypeFor[layout]().Fields() {
		names = append(names, f.Name)
	}
	return names
}

// lie returns the known layout with one field a word away from where it is.
func lie(field string) layout {
	l := known
	if field == "" {
		return l
	}
	f, ok := reflect.TypeFor[layout]().FieldByName(field)
	if !ok {
		panic("no field " + field)
	}
	off := (*uintptr)(unsafe.Add(unsafe.Pointer(&l), f.Offset))
	// The last of a structure moves down, so that what is read is of the structure.
	switch *off += wordSize; field {
	case "tableMask":
		*off -= 2 * wordSize
	}
	return l
}
