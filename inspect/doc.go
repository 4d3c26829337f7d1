// Package inspect is a read-only view of live Go values: what lies in the memory
// of this process, read while other goroutines go on changing it.
//
//	v, err := inspect.Of(cache).Elem() // of a pointer, what it points at
//	n, err := v.Field(0).Len()
//
// # Values
//
// A [Value] is a type and a place. Types come from package reflect; what lies in
// the place is decoded by this package itself, as a debugger does it, with loads
// that turn a bad address into an error. Neither the application's maps nor its
// interfaces are ever given to the runtime to read, since the runtime ends a
// process that reads a map during a write.
//
// What a person sees of a Value is its [Shape]: the kind of its type, except for
// the standard library's types that are more than their fields. A time.Time is a
// scalar, a sync.Map a map, a sync.Mutex says whether it is locked.
//
// # Solid and racy
//
// A Value is solid when its address came from a real pointer by single words
// (pointers, fields, elements of arrays), or through memory that a declared guard
// protects, or that never changes. It keeps its object alive, and may be a
// method's receiver. It is racy when a value of several words that may change
// meanwhile lies on the way: an interface, a slice, a string, a map. Then its
// address stays a number, it means something for one evaluation only, and
// everything reached through it bears the [Mark] Racy. Bytes that kept changing
// while they were read, over several tries, bear the mark Torn.
//
// Package render takes bounded snapshots of Values and writes them.
//
// # Limits
//
// Two fields of a struct are two reads: without a guard, they may be of different
// moments, and nothing tells. The layouts of maps, channels and a few types of
// package sync are those of go1.26 and go1.27. They are tested when the first is
// read; what is not recognised is shown by its length, or by its fields.
package inspect
