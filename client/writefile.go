package client

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sightglass-go/sightglass/internal/text"
)

// writeFile writes content to a file, over what is there or, if adds is set, behind it. A new file only
// the user can read.
func writeFile(name string, content []byte, adds bool) error {
	if err := writable(name); err != nil {
		return err
	}
	how := os.O_TRUNC
	if adds {
		how = os.O_APPEND
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|how, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// writable returns an error if it is plain that a file cannot be written: it has no folder, or is one,
// or it is a pipe, for whose reader the writer would wait.
func writable(name string) error {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if folder := filepath.Dir(name); !isFolder(folder) {
			return fmt.Errorf("%s cannot be written: there is no folder %s", text.Escape(name), text.Escape(folder))
		}
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder, and no file; name one in it", text.Escape(name))
	case info.Mode()&fs.ModeNamedPipe != 0:
		return fmt.Errorf("%s is a pipe, which would wait for its reader; let cat write to it", text.Escape(name))
	}
	return nil
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
