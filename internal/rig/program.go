package rig

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built is the sightglass program, built once for the tests of a package. [Main] removes it.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// Program builds the sightglass program, the first time, and returns its path. The package's
// TestMain must call [Main].
func Program(t *testing.T) string {
	t.Helper()
	built.once.Do(func() { built.err = build() })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "sightglass")
}

func build() (err error) {
	if built.dir, err = os.MkdirTemp("", "sightglass"); err != nil {
		return err
	}
	c := exec.Command("go", "build", "-o", built.dir, "./cmd/sightglass")
	c.Dir = Root()
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// Demo is sightglass demo, running without a terminal.
type Demo struct {
	Addr   string // that it listens on, as it printed it
	Cmd    *exec.Cmd
	Stderr bytes.Buffer
}

// RunDemo starts the demo and waits until it listens. It stops at the end of the test.
func RunDemo(t *testing.T, args ...string) *Demo {
	t.Helper()
	d := &Demo{Cmd: exec.Command(Program(t), append([]string{"demo"}, args...)...)}
	d.Cmd.Stderr = &d.Stderr
	stdout, err := d.Cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Stop(t) })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "listening on ")
	if !ok {
		t.Fatalf("the demo said %q (%v), want where it listens\n%s", line, err, d.Stderr.String())
	}
	d.Addr = addr
	return d
}

// Stop ends the demo with SIGTERM and checks that it exits with status 0. A second call does
// nothing.
func (d *Demo) Stop(t *testing.T) {
	t.Helper()
	if d.Cmd.ProcessState != nil {
		return
	}
	d.Cmd.Process.Signal(syscall.SIGTERM)
	hung := time.AfterFunc(Patience, func() { d.Cmd.Process.Kill() })
	defer hung.Stop()
	if err := d.Cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v\n%s", err, d.Stderr.String())
	}
}

// Port returns the port that the demo listens on.
func (d *Demo) Port(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(d.Addr)
	if err != nil {
		t.Fatal(err)
	}
	return port
}
