//go:build sightglass_drift

package peek

import (
	"os"
	"reflect"
	"unsafe"
)

// where plays a Go version to come, in which a field of the runtime's structures
// has moved: the one that the environment names. What is believed of it is wrong
// then, and must be found to be:
//
//	go test -tags sightglass_drift -run Drift ./inspect/... ./registry ./eval
var where = lie(os.Getenv("SIGHTGLASS_DRIFT"))

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
