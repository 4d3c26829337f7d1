//go:build race

package attack

// RaceDetector reports whether the race detector is at work. It allocates more, and writes to locks by
// code in C, where Go cannot catch a fault.
const RaceDetector = true
