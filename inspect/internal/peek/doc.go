// Package peek reads the bytes of memory that other goroutines may be changing,
// from any address, without ever ending the process.
//
// It is the only package of the project that uses unsafe. Everything it hands
// out is plain data: words, copied bytes, and Refs, which are places in memory.
// It knows how the Go runtime lays out strings, slices, interfaces, channels,
// functions and maps; what it believes of that is tested when it is first used,
// and what fails the test is switched off instead of guessed (see Maps and
// Interfaces).
//
// Three rules keep it harmless.
//
//   - A load is one aligned machine word in a leaf function that neither the race
//     detector nor checkptr instruments. A fault at a load becomes an error.
//   - An address that came from memory that may change under us stays a uintptr.
//     It becomes a pointer only in the register of the load itself: the garbage
//     collector ends the process when it meets a wrong pointer, and it looks at
//     the frame of an interrupted leaf function conservatively, so there it never
//     does.
//   - Nothing is written, ever, but to memory that this package allocated.
package peek
