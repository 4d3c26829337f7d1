package telnet

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestProcesses: a server is listed while it serves, and nothing that is wrong with its file keeps it
// from serving.
func TestProcesses(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	if all, err := Processes(); len(all) > 0 || err != nil {
		t.Errorf("without servers: %v, %v", all, err)
	}
	v := serve(t, &Server{Name: "shop\x1b"}, "tcp", "127.0.0.1:0")
	hidden := serve(t, &Server{Unlisted: true}, "tcp", "127.0.0.1:0")
	socket := serve(t, new(Server), "unix", filepath.Join(dir, "s"))
	for _, one := range []*served{v, hidden, socket} {
		one.dial(t).answer()
	}
	all, err := Processes()
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	p := all[0]
	if p.PID != os.Getpid() || p.Program == "" || p.Started.IsZero() || strings.Contains(p.Name, "\x1b") || p.TLS {
		t.Errorf("%+v", p)
	}
	if len(p.Addrs) != 2 || p.Addrs[0] != v.addr.String() || p.Addrs[1] != "unix:"+socket.addr.String() {
		t.Errorf("the addresses: %q", p.Addrs)
	}
	folder := announcements()
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info, err)
	}

	// Those of processes that have ended are removed, and others are left alone.
	put := func(name string, content any) string {
		text, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dead := put("dead.json", announcement{PID: 1<<31 - 2, Addr: "127.0.0.1:1"})
	reused := put("reused.json", announcement{PID: os.Getpid(), Birth: "another", Addr: "127.0.0.1:2"})
	foreign := put("foreign.json", []int{1})
	other := put("notes", "not ours")
	if err := os.Symlink(other, filepath.Join(folder, "link.json")); err != nil {
		t.Fatal(err)
	}
	if again, err := Processes(); err != nil || len(again) != 1 || len(again[0].Addrs) != 2 {
		t.Errorf("%v, %v", again, err)
	}
	for path, stays := range map[string]bool{dead: false, reused: false, foreign: true, other: true} {
		if _, err := os.Lstat(path); (err == nil) != stays {
			t.Errorf("%s: %v", path, err)
		}
	}

	v.Close()
	for len(func() []string { all, _ := Processes(); return all[0].Addrs }()) != 1 {
	}

	// A folder that others may write to is neither written to nor believed.
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if all, err := Processes(); err == nil {
		t.Errorf("a folder of everybody has %v", all)
	}
	open := serve(t, new(Server), "tcp", "127.0.0.1:0")
	open.dial(t).answer()
	open.log.until(t, "the server is not listed")
	t.Setenv("XDG_RUNTIME_DIR", other)
	none := serve(t, new(Server), "tcp", "127.0.0.1:0")
	none.dial(t).answer()
	none.log.until(t, "the server is not listed")
}

// TestAnnouncementsFolder: without a runtime folder there is one for each user.
func TestAnnouncementsFolder(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "")
	if dir := announcements(); !filepath.IsAbs(dir) || !strings.Contains(filepath.Base(dir), "sightglass-") {
		t.Error(dir)
	}
	t.Setenv("XDG_RUNTIME_DIR", "relative")
	if dir := announcements(); strings.Contains(dir, "relative") {
		t.Error(dir)
	}
	another := "/"
	if os.Getuid() == 0 {
		another = t.TempDir()
		if err := os.Chown(another, 1, -1); err != nil {
			t.Skip(err)
		}
	}
	t.Setenv("XDG_RUNTIME_DIR", another)
	if dir := announcements(); !strings.HasPrefix(filepath.Base(dir), "sightglass-") {
		t.Errorf("the runtime folder of another user: %s", dir)
	}
}
