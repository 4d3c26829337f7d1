package telnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/text"
)

// A Process is a process of this user that has a window.
type Process struct {
	PID     int
	Program string // the name of its executable
	Name    string // what it calls itself; see Server.Name
	Version string // of its main module; empty if it was not built from one
	Started time.Time
	Addrs   []string // that Dial takes, sorted
	TLS     bool     // its connections are encrypted
}

// announcement is the content of the file by which a server says where it listens.
type announcement struct {
	PID     int       `json:"pid"`
	Birth   string    `json:"birth,omitempty"` // of the process, as birthOf has it
	Program string    `json:"program"`
	Name    string    `json:"name"`
	Version string    `json:"version,omitempty"`
	Started time.Time `json:"started"`
	Addr    string    `json:"addr"`
	TLS     bool      `json:"tls,omitempty"`
}

const (
	// announcedAs is the end of an announcement's name.
	announcedAs = ".json"

	// maxAnnouncement bounds an announcement, and maxAnnouncements how many are read.
	maxAnnouncement  = 64 << 10
	maxAnnouncements = 10_000
)

// announcements returns the folder that has the announcements of this user's servers: sightglass in
// $XDG_RUNTIME_DIR, or else sightglass-UID in the folder for temporary files. After su the variable may
// name another user's folder: a folder of ours in it would keep the servers of that user unlisted, and
// that user could lead us elsewhere by a link.
func announcements() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && !ownedByOthers(dir) {
		return filepath.Join(dir, "sightglass")
	}
	return filepath.Join(os.TempDir(), "sightglass-"+strconv.Itoa(os.Getuid()))
}

// announce writes that s listens on addr, for Processes, and returns what takes that back. Listening
// does not depend on it: the log has the error.
func (s *Server) announce(addr net.Addr) (withdraw func()) {
	at, ok := s.announced(addr)
	if !ok {
		return func() {}
	}
	name, err := writeAnnouncement(at)
	if err != nil {
		s.logger().Info("the server is not listed", "addr", at.Addr, "error", err)
		return func() {}
	}
	return func() { os.Remove(name) }
}

// announced returns what is announced of s at addr; ok is false if nothing is.
func (s *Server) announced(addr net.Addr) (a announcement, ok bool) {
	at := addr.String()
	switch network := addr.Network(); {
	case s.Unlisted:
		return a, false
	case network == "unix" && strings.HasPrefix(at, "@"):
		at = "unix:" + at
	case network == "unix":
		path, err := filepath.Abs(at)
		if err != nil {
			return a, false
		}
		at = "unix:" + path
	case network != "tcp":
		return a, false
	}
	self := console.Self()
	return announcement{
		PID: os.Getpid(), Birth: birthOf(os.Getpid()), Program: self.Program, Name: s.programName().Or(self.Program),
		Version: self.Version, Started: self.Started, Addr: at, TLS: s.TLSConfig != nil,
	}, true
}

// writeAnnouncement writes a into a file of its own, and returns its name.
func writeAnnouncement(a announcement) (name string, err error) {
	dir := announcements()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := private(dir); err != nil {
		return "", err
	}
	content, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, fmt.Sprintf("%d-*.new", a.PID))
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Close())
	name = strings.TrimSuffix(f.Name(), ".new") + announcedAs
	if err == nil {
		err = os.Rename(f.Name(), name) // nobody reads half of it
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return name, err
}

// private returns an error unless dir is a folder that only this user can write to.
func private(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	case !ownedByUs(info):
		return fmt.Errorf("%s is not this user's, or others may write to it; remove it, or set XDG_RUNTIME_DIR", dir)
	}
	return nil
}

// Processes returns this user's processes with a Server that is not Unlisted, sorted by PID. It knows
// them by files in the folder sightglass of $XDG_RUNTIME_DIR, or where that is not set, or another
// user's, in sightglass-UID of the folder for temporary files. It removes files of processes that have ended. No such folder is
// no error.
//
// A container has folders of its own: what runs in one is listed there.
func Processes() ([]Process, error) {
	dir := announcements()
	if err := private(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return nil, err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	files, err := folder.ReadDir(maxAnnouncements)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	all := map[int]*Process{}
	for _, file := range files {
		name := filepath.Join(dir, file.Name())
		if !strings.HasSuffix(name, announcedAs) || !file.Type().IsRegular() {
			continue
		}
		a, err := readAnnouncement(name)
		if err != nil {
			continue // it was removed meanwhile, or is somebody else's
		}
		if !a.alive() {
			os.Remove(name)
			continue
		}
		p := all[a.PID]
		if p == nil {
			p = &Process{PID: a.PID, Program: text.Escape(a.Program), Name: text.Escape(a.Name), Version: text.Escape(a.Version), Started: a.Started}
			all[a.PID] = p
		}
		p.Addrs = append(p.Addrs, text.Escape(a.Addr))
		p.TLS = p.TLS || a.TLS
	}
	var list []Process
	for _, pid := range slices.Sorted(maps.Keys(all)) {
		slices.Sort(all[pid].Addrs)
		list = append(list, *all[pid])
	}
	return list, nil
}

func readAnnouncement(name string) (a announcement, err error) {
	f, err := os.Open(name)
	if err != nil {
		return a, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxAnnouncement))
	if err != nil {
		return a, err
	}
	if err = json.Unmarshal(content, &a); err == nil && (a.PID <= 0 || a.Addr == "") {
		err = errors.New("no announcement")
	}
	return a, err
}

// alive reports whether the process that wrote a still runs. Where the system does not tell when a
// process began, another of the same number is taken for it.
func (a announcement) alive() bool { return running(a.PID) && birthOf(a.PID) == a.Birth }
