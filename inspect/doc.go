// Package inspect is a read-only view of live Go values: what lies in the memory of this process,
// read while other goroutines go on changing it.
//
//	v, err := inspect.Of(cache).Elem() // of a pointer, what it points at
//	n, err := v.Field(0).Len()
//
// # Values
//
// A [Value] is a type and a place in memory. Types come from package reflect. This package decodes
// the memory itself, as a debugger does, with loads that turn a bad address into an error. It never
// asks the runtime to read an application's maps or interfaces: the runtime ends a process that
// reads a map during a write.
//
// What a person sees of a Value is its [Shape]: the kind of its type, except for types of the
// standard library that are more than their fields. A time.Time is a scalar, a sync.Map is a map, a
// sync.Mutex tells whether it is locked.
//
// # Solid and racy
//
// A Value is solid if its address came from a real pointer by single words (pointers, fields,
// elements of arrays), through memory that a declared guard protects, or through memory that never
// changes. It keeps its object alive and may be a method's receiver. A Value is racy if a value of
// several words that may change meanwhile lies on the way: an interface, a slice, a string, a map.
// Then its address stays a number, it means something for one evaluation only, and everything
// reached through it bears the [Mark] Racy. Bytes that kept changing over several readings bear the
// mark Torn.
//
// Package render takes bounded snapshots of Values and writes them.
//
// # Limits
//
// Two fields of a struct are two reads: without a guard they may show different moments, and
// nothing tells. The layouts of maps, channels and a few types of package sync are those of go1.26
// and go1.27. They are tested before the first use; what is not recognized is shown by its length,
// or by its fields.
package inspect
