//go:build !sightglass_drift

package peek

// drift is how far the runtime's structures are believed to lie from where they
// are: not at all. See the build tag's other file.
const drift = 0
