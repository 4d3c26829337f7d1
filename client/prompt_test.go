package client

import (
	"fmt"
	"strings"
	"testing"
)

// No more is listed than liner lists without a question, and what is left out is told.
func TestListed(t *testing.T) {
	for n, want := range map[int]string{1: "é00", 100: "é99", 101: "é… 2 more", 250: "é… 151 more", 300: "é… 201+ more"} {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("é%02d", i))
		}
		got := listed(all)
		if len(got) > mostListed || got[len(got)-1] != want || len(all) != n {
			t.Errorf("of %d: %d, ending in %q, want %q", n, len(got), got[len(got)-1], want)
		}
		for _, one := range got {
			if !strings.HasPrefix(one, "é") {
				t.Errorf("of %d: %q would shorten what is completed", n, one)
			}
		}
	}
	if got := listed(strings.Split(strings.Repeat("é,è,", 60), ",")[:110]); got[99] != "… 11 more" {
		t.Errorf("half a letter is in common: %q", got[99])
	}
}
