//go:build sightglass_drift

package attack

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// moved is the environment variable that names a field of the runtime's structures. Package
// inspect/internal/peek, built with the tag sightglass_drift, looks for that field in the wrong
// place.
const moved = "SIGHTGLASS_DRIFT"

// Drift runs the calling test again in one process per field, in which that field has moved, and
// reports what fails there. In those processes it returns the field; otherwise it returns "".
func Drift(t *testing.T, fields ...string) string {
	if field := os.Getenv(moved); field != "" {
		return field
	}
	name := t.Name()
	for _, field := range fields {
		t.Run(field, func(t *testing.T) {
			c := exec.Command(os.Args[0], "-test.v", "-test.run", "^"+name+"$")
			c.Env = append(os.Environ(), moved+"="+field)
			if out, err := c.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("PASS: "+name+" ")) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	return ""
}
