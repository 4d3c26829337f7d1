//go:build unix

package transport

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// listenUnix makes a unix socket with the mode 0600. It makes the socket in a folder that only this
// user can enter and moves it to path once its mode is right, as a umask would affect the whole
// process. A path that begins with @ names a socket without a file, on Linux.
func listenUnix(path string) (net.Listener, error) {
	if strings.HasPrefix(path, "@") {
		return net.Listen("unix", path)
	}
	if most := len(syscall.RawSockaddrUnix{}.Path) - 1; len(path) > most {
		return nil, fmt.Errorf("telnet: listen on %s: a socket's path has at most %d bytes; choose a shorter one", path, most)
	}
	private, err := os.MkdirTemp(filepath.Dir(path), ".s")
	if err != nil {
		return nil, fmt.Errorf("telnet: listen on %s: %w", path, err)
	}
	defer os.RemoveAll(private)
	made := filepath.Join(private, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("telnet: listen on %s, whose path may be some bytes too long: %w", path, err)
	}
	l.SetUnlinkOnClose(false)
	s := &unixListener{UnixListener: l, path: path}
	s.close = sync.OnceValue(s.remove)
	if err = os.Chmod(made, 0o600); err == nil {
		err = install(made, path)
	}
	if err == nil {
		s.made, err = os.Lstat(path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("telnet: listen on %s: %w", path, err), l.Close())
	}
	return s, nil
}

// install moves the socket made to path, and replaces a socket there that nobody listens on. It
// locks the folder: another server might take the path between the check and the move.
func install(made, path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close() // unlocks it
	if err := lock(folder); err != nil {
		return err
	}
	err = name(made, path)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return errors.New("a file is there that is not a socket; choose another path")
	case !stale(path):
		return errInUse
	}
	return os.Rename(made, path)
}

var errInUse = fmt.Errorf("another server listens there: %w", syscall.EADDRINUSE)

// name links the socket made to path, unless something is there.
func name(made, path string) error {
	err := os.Link(made, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, missing := os.Lstat(path); !errors.Is(missing, fs.ErrNotExist) {
		return err
	}
	return os.Rename(made, path) // the file system has no links
}

// stale reports whether nobody listens on the socket at path.
func stale(path string) bool {
	conn, err := net.Dial("unix", path)
	if err == nil {
		conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// unixListener is a listener whose socket was moved to path.
type unixListener struct {
	*net.UnixListener
	path  string
	made  fs.FileInfo  // of the socket at path, when it was moved there
	close func() error // only the first call does anything
}

func (l *unixListener) Addr() net.Addr { return &net.UnixAddr{Name: l.path, Net: "unix"} }
func (l *unixListener) Close() error   { return l.close() }

// remove closes the listener, and removes its socket unless somebody has replaced it.
func (l *unixListener) remove() error {
	if now, err := os.Lstat(l.path); err == nil && os.SameFile(now, l.made) {
		return errors.Join(os.Remove(l.path), l.UnixListener.Close())
	}
	return l.UnixListener.Close()
}
