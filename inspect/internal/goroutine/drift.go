//go:build !sightglass_drift

package goroutine

// moved leaves the layout as it is. The build tag sightglass_drift replaces it.
func moved(*layout) {}
