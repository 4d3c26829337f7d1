package variable

import (
	"fmt"
	"net/url"
	"strings"
)

// prefixOf returns how the names of what is declared in a package begin in the debug information: with
// its import path, in which the linker's names have no dots behind the last slash, and no other
// characters that mean something in them (cmd/internal/objabi.PathToPrefix).
func prefixOf(pkg string) string {
	slash := strings.LastIndexByte(pkg, '/')
	var b strings.Builder
	for i := range len(pkg) {
		if c := pkg[i]; c <= ' ' || c == '.' && i > slash || c == '%' || c == '"' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// pathsIn returns a name with the import paths in it as they are in Go source.
func pathsIn(name string) string {
	if path, err := url.PathUnescape(name); err == nil {
		return path
	}
	return name
}
