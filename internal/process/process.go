// Package process tells what the Go runtime and the kernel know of this process: measurements,
// memory, how it was built and started, what limits it, what it has open. It only looks. Nothing
// here stops the world or resets a counter.
//
// The fields of what it returns are unexported, as sightglass shows them by name, and nobody else
// needs them. Its functions are safe for concurrent use.
package process
