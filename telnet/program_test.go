package telnet

import (
	"os"
	"os/exec"
	"testing"
)

// program finds a program that a test needs. Where all of them have to be there, it fails without.
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
