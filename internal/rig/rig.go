// Package rig holds what the tests of several packages share: a server on a real socket and a session
// with it, the demo as a process, a terminal, the examples of a document, and the module's packages.
// Only tests import it.
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

// Patience is how long a test waits for what must come; it ends tests that would hang.
const Patience = 30 * time.Second

// Root returns the module's folder, whichever of its folders the test runs in.
func Root() string {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil || dir == filepath.Dir(dir) {
			return dir
		}
	}
	panic(err)
}

// Main runs the tests of a package that calls [Program], and removes what was built for them.
func Main(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// MainAtRoot is [Main] for a package whose tests name files by their paths below the module.
func MainAtRoot(m *testing.M) {
	if err := os.Chdir(Root()); err != nil {
		panic(err)
	}
	Main(m)
}

// Read returns the text of a file, which is named by its path below the module.
func Read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(Root(), file))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Need skips the test unless the programs are installed. With CI=true it fails instead.
func Need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skipf("no real client to speak through: %v", err)
		}
	}
}

// Matches reports whether got is want, where "..." in want stands for anything.
func Matches(got, want string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), `\.\.\.`, `[\s\S]*`)
	return regexp.MustCompile(`\A` + pattern + `\z`).MatchString(got)
}

// HasIPv6 reports whether this machine has an IPv6 loopback address.
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
