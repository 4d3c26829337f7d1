package variable

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// executable is the file that this process runs, with the debug information of it or of another file of
// the same link.
type executable struct {
	file  *elf.File // the one that runs
	debug *elf.File // the one that has the debug information
	files []*os.File
	info  *dwarf.Data
	addrs []byte // addresses, by index: the section .debug_addr
	order binary.ByteOrder
}

// running is the kernel's link to the file that this process runs. It leads there even if another file
// has its name by now.
const running = "/proc/self/exe"

// open opens the file that this process runs. If that has no debug information, it is that of the file
// symbols, unless symbols is "". It calls step as it reads, and ends with its error.
func open(symbols string, step func() error) (b *executable, err error) {
	b = new(executable)
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.file, err = b.openFile(running, step); err != nil {
		return b, err
	}
	switch b.debug = b.file; {
	case hasInfo(b.file):
	case symbols == "":
		return b, errNone
	default:
		if b.debug, err = b.openSymbols(symbols, step); err != nil {
			return b, fmt.Errorf("the binary has no debug information, and %s cannot stand for it: %w; name the file that the same run of go build wrote, before strip", symbols, err)
		}
	}
	b.order = b.debug.ByteOrder
	if b.info, err = b.debug.DWARF(); err != nil {
		return b, err
	}
	if s := b.debug.Section(".debug_addr"); s != nil {
		b.addrs, err = s.Data()
	}
	return b, err
}

func hasInfo(f *elf.File) bool {
	return f.Section(".debug_info") != nil || f.Section(".zdebug_info") != nil
}

// openSymbols opens a file with the debug information of another one, and proves that both are of the
// same link.
func (b *executable) openSymbols(path string, step func() error) (*elf.File, error) {
	// A pipe would keep whoever opens it waiting.
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file")
	}
	f, err := b.openFile(path, step)
	if err != nil {
		return nil, err
	}
	if err = sameLink(f, b.file); err == nil && !hasInfo(f) {
		err = errors.New("it has no debug information either")
	}
	return f, err
}

// openFile opens a file that close closes.
func (b *executable) openFile(path string, step func() error) (*elf.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b.files = append(b.files, f)
	return elf.NewFile(stepped{f, step})
}

// stepped calls step before each read. Sections that are compressed are read in small pieces, and of those
// that are not a piece is soon read.
type stepped struct {
	of   io.ReaderAt
	step func() error
}

func (s stepped) ReadAt(b []byte, at int64) (int, error) {
	if err := s.step(); err != nil {
		return 0, err
	}
	return s.of.ReadAt(b, at)
}

// notes are the sections with what go build and the linker call the binary.
var notes = []string{".note.go.buildid", ".note.gnu.build-id"}

// sameLink is an error unless both files come from the same run of the linker: they are called the same,
// and have the same code and the same constants at the same addresses.
func sameLink(f, of *elf.File) error {
	known := false
	for _, name := range notes {
		a, err := content(f, name)
		if err != nil {
			return err
		}
		b, err := content(of, name)
		if err != nil {
			return err
		}
		if known = known || len(b) > 0; !bytes.Equal(a, b) {
			return errors.New("it was not built together with the binary: their build IDs differ")
		}
	}
	if !known {
		return errors.New("the binary has no build ID")
	}
	for _, s := range of.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Flags&elf.SHF_WRITE != 0 || s.Type != elf.SHT_PROGBITS {
			continue
		}
		switch t := f.Section(s.Name); {
		case t == nil || t.Addr != s.Addr || t.Size != s.Size:
			return fmt.Errorf("it was not built together with the binary: section %s differs", s.Name)
		case t.Type == elf.SHT_NOBITS:
			return fmt.Errorf("it has no section %s to compare: keep the file that go build wrote, before strip", s.Name)
		default:
			if same, err := sameBytes(s.Open(), t.Open()); err != nil {
				return err
			} else if !same {
				return fmt.Errorf("it was not built together with the binary: section %s differs", s.Name)
			}
		}
	}
	return nil
}

// content returns what is in a section, nil if there is no such section.
func content(f *elf.File, name string) ([]byte, error) {
	s := f.Section(name)
	if s == nil {
		return nil, nil
	}
	return s.Data()
}

// sameBytes reports whether a and b have the same bytes.
func sameBytes(a, b io.Reader) (bool, error) {
	const piece = 64 << 10
	x, y := make([]byte, piece), make([]byte, piece)
	for {
		n, err := io.ReadFull(a, x)
		m, other := io.ReadFull(b, y)
		if !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
		for _, err := range []error{err, other} {
			if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				return false, err
			}
		}
		if n < piece {
			return true, nil
		}
	}
}

func (b *executable) close() {
	for _, f := range b.files {
		f.Close()
	}
}

// isData reports whether n bytes at addr, as linked, lie in a section of variables.
func (b *executable) isData(addr, n uint64) bool {
	for _, s := range b.file.Sections {
		if s.Flags&elf.SHF_WRITE != 0 && addr >= s.Addr && addr < s.Addr+s.Size && n <= s.Addr+s.Size-addr {
			return true
		}
	}
	return false
}
