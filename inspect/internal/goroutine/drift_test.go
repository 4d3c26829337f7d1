//go:build sightglass_drift && unix

package goroutine

import (
	"errors"
	"testing"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// TestDrift moves one field of the runtime's structures after the other. The proof notices each but
// those of goroutines in the kernel, of which there is none to test: what is read of them goes down to
// where the goroutine began, or is said to be cut.
func TestDrift(t *testing.T) {
	for _, field := range Fields() {
		t.Setenv("SIGHTGLASS_DRIFT", field)
		r, err := Open(peek.NewSpace())
		switch field {
		case "goroutine.callSP", "goroutine.callPC", "goroutine.callBP":
			if err != nil {
				t.Fatal(field, err)
			}
			inKernel(t, r, false)
		default:
			if !errors.Is(err, ErrLayout) {
				t.Errorf("that %s has moved is not noticed: %v", field, err)
			}
		}
	}
	t.Setenv("SIGHTGLASS_DRIFT", "")
	r, err := Open(peek.NewSpace())
	if err != nil {
		t.Fatal(err)
	}
	inKernel(t, r, true)
}
