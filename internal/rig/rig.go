// Package rig has what the tests of several packages share: a server on a real socket and a session
// with it, the demo as a process, a terminal, the examples in a document, and the list of the
// module's packages. Only tests import it.
package rig

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Patience is how long a test waits for an event before it fails.
const Patience = 30 * time.Second

// Root returns the folder of the module. The test may run in any folder below it.
func Root() string {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil || dir == filepath.Dir(dir) {
			return dir
		}
	}
	panic(err)
}

// Main is the TestMain of a package that calls [Program]. It removes the program at the end.
func Main(m *testing.M) {
	// What tests serve is not listed among the user's processes.
	dir, err := os.MkdirTemp("", "sightglass")
	if err != nil {
		panic(err)
	}
	os.Setenv("XDG_RUNTIME_DIR", dir)
	code := m.Run()
	os.RemoveAll(dir)
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// MainAtRoot is [Main] for a package whose tests run in the folder of the module.
func MainAtRoot(m *testing.M) {
	if err := os.Chdir(Root()); err != nil {
		panic(err)
	}
	Main(m)
}

// Read returns the text of a file, given its path in the module.
func Read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(Root(), file))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Need skips the test unless the programs are installed. With CI=true in the environment it fails.
func Need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skipf("a program is missing: %v", err)
		}
	}
}

// Matches reports whether got equals want, where "..." in want matches any text.
func Matches(got, want string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), `\.\.\.`, `[\s\S]*`)
	return regexp.MustCompile(`\A` + pattern + `\z`).MatchString(got)
}

// HasIPv6 reports whether the machine has an IPv6 loopback address.
func HasIPv6() bool {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil
}

// Port returns the port of addr.
func Port(t *testing.T, addr net.Addr) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// FreePort returns a port that was free a moment ago.
func FreePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
