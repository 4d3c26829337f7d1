package eval

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
)

// playCgo plays a scene of the application in testdata/cgo, which has C in it, in a process of its own.
// It skips the test where C cannot be built, and fails it where that has to be there.
func playCgo(t *testing.T, scene string, d time.Duration) {
	t.Helper()
	env, err := exec.Command("go", "env", "CGO_ENABLED", "CC").Output()
	if err != nil {
		t.Fatal(err)
	}
	enabled, cc, _ := strings.Cut(strings.TrimSpace(string(env)), "\n")
	if enabled != "1" {
		t.Skip("there is no C in this build: CGO_ENABLED=0")
	}
	if _, err := exec.LookPath(strings.Fields(cc)[0]); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("this test needs a C compiler: ", err)
	}
	// go run keeps the program for the next time.
	out, err := exec.Command("go", "run", "./testdata/cgo", scene, d.String()).CombinedOutput()
	if err != nil || !bytes.HasPrefix(out, []byte("ok ")) {
		t.Fatalf("%v\n%s", err, out[:min(len(out), 8000)])
	}
	t.Logf("%s", out)
}

// TestAttackHandles looks at what a C library's handles stand in: numbers as 1, 2 and 3 in places of pointer types,
// which end the process where the garbage collector or a stack that moves meets them as pointers.
func TestAttackHandles(t *testing.T) { playCgo(t, "handles", attack.Time()) }

// TestHandlerReplaced: when a library of C has taken the handler of SIGSEGV or SIGBUS nothing is read that could fault, which
// would be the end, until it gives it back; what can be read without that risk still is.
func TestHandlerReplaced(t *testing.T) { playCgo(t, "handler", 0) }
