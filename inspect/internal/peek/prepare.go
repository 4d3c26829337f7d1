package peek

// Prepare calls Watch, and runs the self-tests of what is believed of the runtime, and finds the
// types of the binary, unless that was done before. It takes some
// milliseconds the first time and nothing from then on. Without it each is done
// when it is first needed, which may be while a lock of the application is held.
func Prepare() {
	if Watch() == nil {
		_ = atNil()
	}
	_ = binary()
	_ = lengthsProved()
	_ = mapsProved()
	_ = probesProved()
	_ = chansProved()
}
