//go:build sightglass_drift && unix

package goroutine

import (
	"context"
	"errors"
	"runtime/pprof"
	"slices"
	"testing"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// TestDrift moves one field of the runtime's structures after the other. The proof notices each but
// those of goroutines in the kernel, of which there is none to test: what is read of them goes down to
// where the goroutine began, or is said to be cut. Of labels it turns off only themselves.
func TestDrift(t *testing.T) {
	for _, field := range Fields() {
		t.Run(field, func(t *testing.T) {
			t.Setenv("SIGHTGLASS_DRIFT", field)
			r, err := Open(peek.NewSpace())
			switch field {
			case "goroutine.callSP", "goroutine.callPC", "goroutine.callBP":
				if err != nil {
					t.Fatal(err)
				}
				inKernel(t, r, false)
			case "goroutine.label.pairs", "goroutine.label.value", "goroutine.label.pair":
				if err != nil {
					t.Fatal(err)
				}
				if labelled(t, r, nil) {
					t.Error("it is not noticed")
				}
			default:
				if !errors.Is(err, ErrLayout) {
					t.Errorf("it is not noticed: %v", err)
				}
			}
		})
	}
	t.Setenv("SIGHTGLASS_DRIFT", "")
	r, err := Open(peek.NewSpace())
	if err != nil {
		t.Fatal(err)
	}
	inKernel(t, r, true)
	if want := []Label{{"tenant", "acme"}}; !labelled(t, r, want) {
		t.Error("labels are not known")
	}
}

// labelled reads the labels of a goroutine that has one, and reports whether they are known. One is read
// right whatever the size of a label seems to be: only the proof tells.
func labelled(t *testing.T, r *Reader, want []Label) (known bool) {
	pprof.Do(t.Context(), pprof.Labels("tenant", "acme"), func(context.Context) {
		me := goid()
		if err := r.Each(Want{}, func(g *G) error {
			if g.ID != me {
				return nil
			}
			list, ok := r.Labels(g)
			if known = ok; !slices.Equal(list, want) {
				t.Error(list)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
	return known
}
