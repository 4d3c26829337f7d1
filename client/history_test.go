package client

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHistoryKeepsNoSecrets(t *testing.T) {
	h := &history{filepath.Join(t.TempDir(), "a", "history")}
	for _, line := range []string{
		"1 + 1", "", " ", "a\x1b[2J", "b\xff", `config.password == "open sesame"`, `f("ghp_0123456789abcdefghijABCDEFGHIJ456789")`,
		strings.Repeat("x", maxKept+1), "2 + 2",
	} {
		h.add(line)
	}
	if got := strings.Join(h.lines(), "|"); got != "1 + 1|2 + 2" {
		t.Errorf("kept %q", got)
	}
	for range maxHistory/maxKept + 2 {
		h.add(strings.Repeat("y", maxKept))
	}
	if info, err := os.Stat(h.file); err != nil || info.Size() > maxHistory+2*maxKept || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if got := h.lines(); len(got) == 0 || len(got[len(got)-1]) != maxKept {
		t.Errorf("%d lines are left", len(got))
	}
	(*history)(nil).add("1")
}
