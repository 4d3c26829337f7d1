package client

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/peterh/liner"

	"github.com/sightglass-go/sightglass/internal/secret"
)

const (
	// maxHistory bounds the file of lines, in bytes. Beyond it the older half is dropped.
	maxHistory = 1 << 20

	// maxKept bounds a line that is kept, in bytes.
	maxKept = 16 << 10
)

// history keeps lines in a file that only the user can read. Prompts may share it. A file that cannot
// be written is not worth a word: lines are remembered for as long as the prompt is open. The nil
// history keeps nothing.
type history struct{ file string }

// newHistory returns the history in the user's state folder, or nil if there is none.
func newHistory() *history {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // the specification has others ignored
		home, err := os.UserHomeDir()
		if err != nil {
			return nil
		}
		state = filepath.Join(home, ".local", "state")
	}
	return &history{filepath.Join(state, "sightglass", "history")}
}

// lines returns the newest lines, oldest first.
func (h *history) lines() []string {
	if h == nil {
		return nil
	}
	f, err := os.Open(h.file)
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	} else if info.Size() > maxHistory {
		f.Seek(-maxHistory/2, io.SeekEnd)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxHistory))
	if err != nil {
		return nil
	}
	var all []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSuffix(line, "\n"); worthKeeping(line) {
			all = append(all, line)
		}
	}
	return all[max(0, len(all)-liner.HistoryLimit):]
}

// add keeps a line, unless something in it looks like a secret.
func (h *history) add(line string) {
	if h == nil || !worthKeeping(line) || os.MkdirAll(filepath.Dir(h.file), 0o700) != nil {
		return
	}
	f, err := os.OpenFile(h.file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || f.Chmod(0o600) != nil {
		return
	}
	f.WriteString(line + "\n")
	if info.Size() > maxHistory {
		h.shorten()
	}
}

// shorten drops the older lines. One that another prompt adds at the same moment may be lost.
func (h *history) shorten() {
	f, err := os.CreateTemp(filepath.Dir(h.file), "history")
	if err != nil {
		return
	}
	defer os.Remove(f.Name())
	var b bytes.Buffer
	for _, line := range h.lines() {
		b.WriteString(line + "\n")
	}
	_, err = f.Write(b.Bytes())
	if f.Close() == nil && err == nil {
		os.Rename(f.Name(), h.file)
	}
}

// worthKeeping reports whether a line may stand in the file, and be shown as it is.
func worthKeeping(line string) bool {
	return strings.TrimSpace(line) != "" && len(line) <= maxKept && utf8.ValidString(line) &&
		!strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) &&
		secret.RedactSource(line) == line
}
