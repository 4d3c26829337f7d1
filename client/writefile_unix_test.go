//go:build unix

package client

import (
	"strings"
	"syscall"
	"testing"
)

// A pipe that nobody reads holds up nobody.
func TestPipe(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	for _, to := range []redirect{{file: "./pipe"}, {file: "./pipe", adds: true}} {
		if _, err := to.write([]byte("answer")); err == nil || !strings.Contains(err.Error(), "./pipe is a pipe") {
			t.Errorf("%+v: %v", to, err)
		}
	}
}
