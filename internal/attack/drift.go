//go:build sightglass_drift

package attack

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// moved is the variable of the environment that names the field of the runtime's
// structures that is believed to lie elsewhere (see inspect/internal/peek).
const moved = "SIGHTGLASS_DRIFT"

// Drift runs the test that calls it once more for each field, in a process of its
// own in which that one has moved, and reports what fails there. There it returns
// the field; to who has started these it returns "".
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
