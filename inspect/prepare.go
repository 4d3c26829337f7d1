package inspect

// Prepare is for the beginning of each evaluation, before any lock of the application is taken.
//
// The first time it tests what this package believes of how the runtime lays out maps, chans and types, which takes
// some milliseconds, and would otherwise be done by the first read that needs it.
//
// Each time it finds out whether a read from an address that is not mapped is an error, or would end the process, since a library
// of C has taken the handlers of SIGSEGV or SIGBUS from the Go runtime; that takes less than a microsecond. As long as that is so, what was not
// reached by pointers alone is not read: the error is ErrUncaught. Only linux on amd64, arm64 and 386 is asked.
//
// It may be called by several goroutines at the same time.
func Prepare() { here.memory.Prepare() }
