package telnet

import (
	"os"
	"os/exec"
	"testing"
)

// program returns the path of a program. Without the program it skips the test, or fails it with
// CI=true.
func program(name string, t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip("this test needs a program: ", err)
	}
	return path
}
