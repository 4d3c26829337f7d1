package process

import (
	"cmp"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// HasFiles says whether Files and Sockets are to be had.
const HasFiles = true

// readFile returns a small file of the kernel as text, "" if it cannot be read.
func readFile(path ...string) string {
	text, _ := os.ReadFile(filepath.Join(path...))
	return strings.TrimSpace(string(text))
}

func maxFiles() uint64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return limit.Cur
}

// readCgroup reads the files that the kernel's Documentation/admin-guide/cgroup-v2.rst describes.
func readCgroup() *Cgroup {
	for line := range strings.SplitSeq(readFile("/proc/self/cgroup"), "\n") {
		path, ok := strings.CutPrefix(line, "0::")
		dir := filepath.Join("/sys/fs/cgroup", path)
		if _, err := os.Stat(filepath.Join(dir, "cgroup.controllers")); ok && err == nil {
			return readCgroupAt(dir, path)
		}
	}
	return readOldCgroup("/sys/fs/cgroup")
}

// readOldCgroup reads the files of the first version of control groups, as a container sees them: its
// own group is at the root. Documentation/scheduler/sched-bwc.rst describes them.
func readOldCgroup(root string) *Cgroup {
	cpu, memory := filepath.Join(root, "cpu"), filepath.Join(root, "memory")
	if readFile(cpu, "cpu.cfs_period_us") == "" {
		return nil
	}
	c := &Cgroup{path: "/", memoryInUse: parse(readFile(memory, "memory.usage_in_bytes"))}
	if q, p := parse(readFile(cpu, "cpu.cfs_quota_us")), parse(readFile(cpu, "cpu.cfs_period_us")); q > 0 && p > 0 {
		c.cpus = float64(q) / float64(p)
	}
	// Without a limit it is the largest number of whole pages.
	if limit := parse(readFile(memory, "memory.limit_in_bytes")); limit < 1<<60 {
		c.memory = limit
	}
	c.readThrottling(cpu)
	return c
}

// readCgroupAt reads the group in dir.
func readCgroupAt(dir, path string) *Cgroup {
	c := &Cgroup{path: path}
	quota, period, _ := strings.Cut(readFile(dir, "cpu.max"), " ")
	if q, p := parse(quota), parse(period); q > 0 && p > 0 {
		c.cpus = float64(q) / float64(p)
	}
	c.memory, c.memoryInUse = parse(readFile(dir, "memory.max")), parse(readFile(dir, "memory.current"))
	c.readThrottling(dir)
	return c
}

func (c *Cgroup) readThrottling(dir string) {
	for line := range strings.SplitSeq(readFile(dir, "cpu.stat"), "\n") {
		switch name, n, _ := strings.Cut(line, " "); name {
		case "nr_throttled":
			c.throttled = parse(n)
		case "throttled_usec":
			c.throttledFor = time.Duration(parse(n)) * time.Microsecond
		case "throttled_time": // of the first version
			c.throttledFor = time.Duration(parse(n))
		}
	}
}

// parse returns the number in text, 0 if there is none: "max" is no limit.
func parse(text string) uint64 {
	n, _ := strconv.ParseUint(text, 10, 64)
	return n
}

// ticks is how many of its clock's ticks the kernel counts a second for programs: USER_HZ, which is
// 100 wherever Go runs.
const ticks = 100

// Uptime returns how long this process has run; 0 if the kernel does not tell.
func Uptime() time.Duration {
	now, _, _ := strings.Cut(readFile("/proc/uptime"), " ")
	seconds, err := strconv.ParseFloat(now, 64)
	stat := readFile("/proc/self/stat")
	// The name in parentheses may hold anything. The start is the 22nd field, and the third follows.
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
	if err != nil || len(fields) < 20 {
		return 0
	}
	began := float64(parse(fields[19])) / ticks
	return time.Duration((seconds - began) * float64(time.Second))
}

// File is an open file of this process.
type File struct {
	fd   int
	kind string // file, folder, device, pipe, socket, or what the kernel calls it, as eventpoll
	path string // as the kernel tells it
}

// Files lists what this process has open, by number. It is not one moment: a number may be closed
// and used again meanwhile.
func Files() ([]File, error) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(entries))
	for _, e := range entries {
		path, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err != nil {
			continue // closed meanwhile, as the folder is that was read
		}
		f := File{kind: "file", path: path}
		f.fd, _ = strconv.Atoi(e.Name())
		switch kind, rest, ok := strings.Cut(path, ":"); {
		case ok && kind == "anon_inode":
			f.kind = strings.Trim(rest, "[]")
		case ok && !strings.HasPrefix(path, "/"):
			f.kind = kind
		default:
			f.kind = kindOf(f.fd)
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.fd, b.fd) })
	return files, nil
}

// kindOf asks about an open file by its number: another one may have its path by now, and a path may
// lead through a file system whose server does not answer.
func kindOf(fd int) string {
	var stat syscall.Stat_t
	if syscall.Fstat(fd, &stat) != nil {
		return "file"
	}
	switch stat.Mode & syscall.S_IFMT {
	case syscall.S_IFDIR:
		return "folder"
	case syscall.S_IFCHR, syscall.S_IFBLK:
		return "device"
	}
	return "file"
}

// Socket is an open socket of this process.
type Socket struct {
	fd            int
	network       string // tcp, udp, unix, netlink, or the number of the family
	local, remote string // remote is "" if it is not connected
	listening     bool
}

// Sockets lists the sockets that this process has open, as Files does. What has another family than
// those of package net has no addresses.
func Sockets() ([]Socket, error) {
	files, err := Files()
	if err != nil {
		return nil, err
	}
	sockets := []Socket{}
	for _, f := range files {
		if f.kind != "socket" {
			continue
		}
		local, err := syscall.Getsockname(f.fd)
		if err != nil {
			continue // closed meanwhile
		}
		remote, _ := syscall.Getpeername(f.fd)
		stream, _ := syscall.GetsockoptInt(f.fd, syscall.SOL_SOCKET, syscall.SO_TYPE)
		listening, _ := syscall.GetsockoptInt(f.fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
		s := Socket{fd: f.fd, listening: listening == 1}
		s.network, s.local = address(local, stream)
		if remote != nil {
			_, s.remote = address(remote, stream)
		}
		sockets = append(sockets, s)
	}
	return sockets, nil
}

// address writes a as package net does.
func address(a syscall.Sockaddr, socketType int) (network, text string) {
	network = "tcp"
	if socketType == syscall.SOCK_DGRAM {
		network = "udp"
	} else if socketType == syscall.SOCK_RAW {
		network = "ip"
	}
	switch a := a.(type) {
	case *syscall.SockaddrInet4:
		return network, netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)).String()
	case *syscall.SockaddrInet6:
		return network, netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), uint16(a.Port)).String()
	case *syscall.SockaddrUnix:
		return "unix", a.Name
	case *syscall.SockaddrNetlink:
		return "netlink", ""
	}
	return "other", ""
}
