//go:build sightglass_drift

package peek

// drift plays a Go version to come, in which the fields of the runtime's
// structures have moved. What is believed of them is wrong then, and must be
// found to be: go test -tags sightglass_drift ./inspect/... ./registry/...
const drift = wordSize
