//go:build !sightglass_drift

package peek

// where is the layout that is believed. See the build tag's other file.
var where = known
