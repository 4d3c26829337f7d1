//go:build unix

package transport

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestListenUnix(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	l, err := Listen("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o600 || info.Mode().Type() != os.ModeSocket {
		t.Errorf("the socket's mode is %v, %v", info.Mode(), err)
	}
	if l.Addr().String() != path {
		t.Errorf("the address is %v", l.Addr())
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("there are %v", files)
	}
	reach(t, l, "unix", path)

	if again, err := Listen("unix:" + path); err == nil {
		again.Close()
		t.Error("a live socket was replaced")
	}
	if err := l.(*unixListener).SetDeadline(time.Now().Add(time.Minute)); err != nil { // the try is accepted, too
		t.Fatal(err)
	}
	if tried, err := l.Accept(); err == nil {
		tried.Close()
	}
	reach(t, l, "unix", path)
	l.Close()
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestListenUnixStale(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close()
	l, err := Listen("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	reach(t, l, "unix", path)
}

// One of many servers that find the same stale socket replaces it, and is not replaced by another.
func TestListenUnixStaleRace(t *testing.T) {
	t.Parallel()
	for range 50 {
		path := filepath.Join(t.TempDir(), "s")
		leftOver, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		leftOver.SetUnlinkOnClose(false)
		leftOver.Close()
		var mu sync.Mutex
		var won []net.Listener
		var racing sync.WaitGroup
		for range 8 {
			racing.Go(func() {
				l, err := Listen("unix:" + path)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won = append(won, l)
				} else if !errors.Is(err, syscall.EADDRINUSE) {
					t.Error(err)
				}
			})
		}
		racing.Wait()
		conn, err := net.Dial("unix", path)
		if err != nil || len(won) != 1 {
			t.Fatalf("%d servers have the socket; connecting: %v", len(won), err)
		}
		conn.Close()
		won[0].Close()
	}
}

func TestListenUnixOnFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := Listen("unix:" + path); err == nil {
		l.Close()
		t.Error("a file was replaced")
	}
	if got, _ := os.ReadFile(path); string(got) != "precious" {
		t.Errorf("the file holds %q", got)
	}
}

// Close does not remove a socket that has replaced the own one.
func TestListenUnixReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	first, err := Listen("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(path)
	second, err := Listen("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	first.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}
