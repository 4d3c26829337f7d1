package inspect_test

import "runtime/debug"

// setGC sets the collector's percentage and returns what sets it back.
func setGC(percent int) (back func()) {
	old := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(old) }
}
