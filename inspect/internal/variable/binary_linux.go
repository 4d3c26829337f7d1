package variable

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
)

// executable is the file that this process runs.
type executable struct {
	file  *elf.File
	info  *dwarf.Data
	addrs []byte // addresses, by index: the section .debug_addr
	order binary.ByteOrder
}

// open opens the file that this process runs: the kernel's link leads to it even if another file has
// its name by now.
func open() (*executable, error) {
	f, err := elf.Open("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	if f.Section(".debug_info") == nil && f.Section(".zdebug_info") == nil {
		f.Close()
		return nil, errNone
	}
	b := &executable{file: f, order: f.ByteOrder}
	if b.info, err = f.DWARF(); err != nil {
		f.Close()
		return nil, err
	}
	if s := f.Section(".debug_addr"); s != nil {
		if b.addrs, err = s.Data(); err != nil {
			f.Close()
			return nil, err
		}
	}
	return b, nil
}

func (b *executable) close() { b.file.Close() }

// isData reports whether n bytes at addr, as linked, lie in a section of variables.
func (b *executable) isData(addr, n uint64) bool {
	for _, s := range b.file.Sections {
		if s.Flags&elf.SHF_WRITE != 0 && addr >= s.Addr && addr < s.Addr+s.Size && n <= s.Addr+s.Size-addr {
			return true
		}
	}
	return false
}
