package process

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// lists checks that a listener, what dialled it, and a unix socket are listed.
func lists(t *testing.T, listener, dialler, unix string) {
	sockets, err := Sockets()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []Socket{
		{network: "tcp", local: listener, listening: true},
		{network: "tcp", local: dialler, remote: listener},
		{network: "unix", local: unix, listening: true},
	} {
		if !slices.ContainsFunc(sockets, func(s Socket) bool { s.fd = 0; return s == want }) {
			t.Errorf("%+v is not among %+v", want, sockets)
		}
	}
}

func TestFiles(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	// What has the path of an open file by now is another one.
	gone := filepath.Join(t.TempDir(), "b")
	g, err := os.Create(gone)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	folder, err := os.Open(filepath.Dir(gone))
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(gone+" (deleted)", 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []File{{int(g.Fd()), "file", gone + " (deleted)"}, {int(folder.Fd()), "folder", folder.Name()}, {int(null.Fd()), "device", os.DevNull}} {
		if !slices.Contains(files, want) {
			t.Errorf("%+v is not among %+v", want, files)
		}
	}
	if !slices.Contains(files, File{int(f.Fd()), "file", f.Name()}) {
		t.Errorf("%s is not among %+v", f.Name(), files)
	}
	if !slices.ContainsFunc(files, func(f File) bool { return f.fd == int(r.Fd()) && f.kind == "pipe" }) {
		t.Errorf("no pipe %d among %+v", r.Fd(), files)
	}
}

func TestUptime(t *testing.T) {
	first := Uptime()
	for first == 0 { // the kernel counts hundredths of a second
		first = Uptime()
	}
	if first < 0 || first > time.Hour {
		t.Fatalf("%v", first)
	}
	if second := Uptime(); second < first {
		t.Errorf("%v, and then %v", first, second)
	}
}

func write(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCgroup(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"cpu.max": "150000 100000", "memory.max": "1073741824", "memory.current": "4096",
		"cpu.stat": "usage_usec 7\nnr_periods 10\nnr_throttled 3\nthrottled_usec 2500"})
	want := Cgroup{path: "/shop", cpus: 1.5, memory: 1 << 30, memoryInUse: 4096, throttled: 3, throttledFor: 2500 * time.Microsecond}
	if got := readCgroupAt(folder, "/shop"); *got != want {
		t.Errorf("%+v", got)
	}
	write(t, folder, map[string]string{"cpu.max": "max 100000", "memory.max": "max"})
	if got := readCgroupAt(folder, "/shop"); got.cpus != 0 || got.memory != 0 {
		t.Errorf("%+v", got)
	}
	old := t.TempDir()
	if readOldCgroup(old) != nil {
		t.Error("a group where there is none")
	}
	write(t, old, map[string]string{"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000", "memory/memory.limit_in_bytes": "9223372036854771712"})
	if got := readOldCgroup(old); *got != (Cgroup{path: "/"}) {
		t.Errorf("%+v", got)
	}
	write(t, old, map[string]string{"cpu/cpu.cfs_quota_us": "50000", "memory/memory.limit_in_bytes": "4096", "memory/memory.usage_in_bytes": "512",
		"cpu/cpu.stat": "nr_throttled 2\nthrottled_time 1500"})
	if got := readOldCgroup(old); *got != (Cgroup{path: "/", cpus: .5, memory: 4096, memoryInUse: 512, throttled: 2, throttledFor: 1500}) {
		t.Errorf("%+v", got)
	}
}
