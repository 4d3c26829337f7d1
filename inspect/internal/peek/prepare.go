package peek

// Prepare calls Watch, runs the self-tests of what is believed of the runtime and finds the types
// of the binary, unless that was done before. It takes some milliseconds the first time and nothing
// afterwards. Without it each of these runs when it is first needed, which may be while a lock of
// the application is held.
func (s *Space) Prepare() {
	if Watch() == nil {
		_ = atNil()
	}
	_ = s.binary()
	_ = s.lengthsProved()
	_ = s.mapsProved()
	_ = s.probesProved()
	_ = s.ringsProved() // and of chans
	_ = s.waitingProved()
}
