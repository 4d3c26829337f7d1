//go:build linux

package variable_test

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// stripped is a copy of a binary in which nobody finds the debug information: its sections have other
// names.
func stripped(t *testing.T, binary []byte, edit func([]byte) []byte) string {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(binary))
	if err != nil {
		t.Fatal(err)
	}
	b := bytes.Clone(binary)
	names := f.Section(".shstrtab")
	table := b[names.Offset : names.Offset+names.FileSize]
	copy(table, bytes.ReplaceAll(table, []byte("\x00.debug_"), []byte("\x00.behind")))
	if edit != nil {
		b = edit(b)
	}
	file := filepath.Join(t.TempDir(), "stripped")
	if err := os.WriteFile(file, b, 0o700); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestSymbols: a binary without debug information takes that of the file that it was, and of no other.
func TestSymbols(t *testing.T) {
	whole := rig.Build(t, "vars", program)
	other := rig.Build(t, "vars", strings.Replace(program, "limit   = 42", "limit   = 43", 1))
	binary, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	// The same build ID, and other code: a file whose note was copied.
	text := bytes.Index(binary, []byte("not found:")) // in .rodata
	forged := bytes.Clone(binary)
	forged[text] ^= 1
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	runs := stripped(t, binary, nil)
	for _, tt := range []struct{ about, binary, symbols, want string }{
		{"none", runs, "", "error: the binary has no debug information; build it with go build"},
		{"of the same link", runs, whole, "done 42 1"},
		{"of another link", runs, other, "cannot stand for it: it was not built together with the binary: their build IDs differ"},
		{"with other constants", runs, write("forged", forged), "it was not built together with the binary: section .rodata differs"},
		{"no binary", runs, write("text", bytes.Repeat([]byte("text"), 99)), "bad magic number"},
		{"cut", runs, write("cut", binary[:len(binary)/2]), "cannot stand for it"},
		{"a pipe", runs, pipe, "it is no regular file"},
		{"absent", runs, pipe + "x", "no such file"},
		{"itself", runs, runs, "it has no debug information either"},
		{"not needed", whole, other, "done 42 1"},
	} {
		cmd := exec.Command(tt.binary)
		cmd.Env = append(os.Environ(), "SYMBOLS="+tt.symbols)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), tt.want) {
			t.Errorf("%s: %v\n%s", tt.about, err, out)
		}
	}
}
