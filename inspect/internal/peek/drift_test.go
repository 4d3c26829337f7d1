//go:build sightglass_drift

package peek

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestDrift moves one field of the runtime's structures after the other. The proof of what the
// field belongs to notices, says so, and does no harm before.
func TestDrift(t *testing.T) {
	proofs := []struct {
		of    string
		proof func(*Space) error
		says  error
	}{
		{"types", func(s *Space) error { return s.findTypes().err }, errDrift},
		{"maps", (*Space).proveMaps, errMaps},
		{"lengths", (*Space).proveLengths, errMaps},
		{"chans", (*Space).proveChans, errChan},
		{"rings", (*Space).proveRings, errRing},
		{"waiting", (*Space).proveWaiting, ErrWaiting},
	}
	for _, field := range append(Fields(), "") {
		s := &Space{where: lie(field)}
		var want, got []string
		switch {
		case field == "":
		case field == "descKind" || field == "descEnd":
			want = []string{"types", "maps"}
		case strings.HasPrefix(field, "desc") || strings.HasPrefix(field, "itab"):
			want = []string{"types"}
		case field == "headUsed":
			want = []string{"maps", "lengths"}
		case field == "chanLen" || field == "chanCap":
			want = []string{"chans", "rings"}
		case field == "chanSlots" || field == "chanSent" || field == "chanNext":
			want = []string{"rings"}
		case field == "chanReceivers" || field == "chanSenders" || field == "waiterNext":
			want = []string{"waiting"}
		case field == "chanClosed":
			want = []string{"chans"}
		default:
			want = []string{"maps"}
		}
		for _, p := range proofs {
			err := p.proof(s)
			if err != nil {
				got = append(got, p.of)
			}
			if err != nil && !errors.Is(err, p.says) {
				t.Errorf("%s: the reason is %v", field, err)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("that %q has moved is noticed of %v, want %v", field, got, want)
		}
	}
}
