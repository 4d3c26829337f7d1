package console

import (
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// TestPartialIsBounded: what is told of an answer that did not come to its end is no longer than an
// answer may be.
func TestPartialIsBounded(t *testing.T) {
	long := &render.Node{Err: strings.Repeat("x", 1000)}
	err := &eval.Error{Code: "budget", Partial: &eval.Partial{Function: "top", Entries: 1, Value: long}}
	for most, want := range map[int]string{2000: "xxx", 500: "and 500 are allowed"} {
		if got := string(evalErrorReply(err, most).Error.Partial.Value); !strings.Contains(got, want) {
			t.Errorf("of %d bytes: %s", most, got)
		}
	}
}
