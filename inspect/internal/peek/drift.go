//go:build !sightglass_drift

package peek

// here is this process. See the build tag's other file.
var here = Space{where: known}
