package inspect

import "github.com/sightglass-go/sightglass/inspect/internal/peek"

// Prepare tests, once in a process, what this package believes of how the
// runtime lays out maps, chans and types. That takes some milliseconds, and would
// otherwise be done by the first read that needs it: whoever reads under a
// lock of the application calls Prepare before. It may be called by several goroutines at the same time.
func Prepare() { peek.Prepare() }
