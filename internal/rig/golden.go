package rig

import (
	"os"
	"path/filepath"
	"testing"
)

// Golden compares got with a file, whose path is relative to the folder of the test. If update is set it
// writes the file instead, and its folder.
func Golden(t *testing.T, update bool, file, got string) {
	t.Helper()
	if update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s\nIf it is as it should be, run the test with -update.", file, got, want)
	}
}
