package render

import (
	"cmp"
	"reflect"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/internal/gotype"
	"github.com/sightglass-go/sightglass/internal/text"
)

// plumbingOf returns the function that says in a few words what a value of t is, if t is well-known
// plumbing: where a connection leads, which file is open. Such values lie in most structs of a
// server, and hardly anybody looks for what they hold. It is nil for any other type. A type of any
// package that is called a logger is plumbing.
//
// A text of "" says nothing: then the value is shown by its parts, on one line.
func plumbingOf(t reflect.Type) func(src Source) string {
	if t == nil || t.Kind() != reflect.Struct || t.PkgPath() == "" {
		return nil
	}
	switch gotype.Qualified(t) {
	case "os.File":
		return fileText
	case "net.TCPConn", "net.UDPConn", "net.IPConn", "net.UnixConn":
		return connText
	case "net.TCPListener", "net.UnixListener":
		return func(src Source) string { return addrText(part(src, "fd", "laddr")) }
	case "crypto/tls.Conn":
		return func(src Source) string { return plumbingText(part(src, "conn")) }
	case "crypto/tls.listener":
		return func(src Source) string { return plumbingText(part(src, "Listener")) }
	case "log.Logger":
		return func(src Source) string { return quoted(stringOf(part(src, "prefix"))) }
	case "log/slog.Logger":
		return func(src Source) string { return dynamicType(field(src, "handler")) }
	}
	if strings.HasSuffix(t.Name(), "Logger") {
		return func(src Source) string {
			return quoted(cmp.Or(stringOf(part(src, "name")), stringOf(part(src, "Name")), stringOf(part(src, "prefix"))))
		}
	}
	return nil
}

// gloss notes in n, a struct, what it is if it is plumbing, and reports whether text shows that in
// place of the parts.
func (s *snapper) gloss(n *Node, src Source, depth int) (instead bool) {
	if tell := plumbingOf(src.Value().Type()); s.limit.Taper && tell != nil {
		n.plumbing, n.Gloss = true, tell(noted{src, &n.glossMark})
		if n.glossMark&inspect.Torn != 0 {
			n.Gloss = "" // the parts say which of them changed
		}
	}
	return n.Gloss != "" && depth > s.pointers
}

// noted is a Source that gathers in mark how what it leads to was read.
type noted struct {
	Source
	mark *inspect.Mark
}

func (s noted) Field(i int) (Source, bool) {
	c, ok := s.Source.Field(i)
	if !ok {
		return nil, false
	}
	return noted{c, s.mark}, true
}

func (s noted) Elem() (Source, error) {
	elem, err := s.Source.Elem()
	if err != nil || elem == nil {
		return nil, err
	}
	*s.mark |= elem.Value().Mark()
	return noted{elem, s.mark}, nil
}

// plumbingText says what src is, "" if that is not known.
func plumbingText(src Source) string {
	if src == nil {
		return ""
	}
	if tell := plumbingOf(src.Value().Type()); tell != nil {
		return tell(src)
	}
	return ""
}

// part returns what lies in src along the fields of these names, past pointers and interfaces. It is
// nil if there is no such part, or if it must not be shown.
func part(src Source, names ...string) Source {
	for _, name := range names {
		if src == nil {
			return nil
		}
		src = opened(field(src, name))
	}
	return src
}

// field returns the field of src of that name, nil if there is none.
func field(src Source, name string) Source {
	for _, f := range src.Value().Fields() {
		if f.GoName == name {
			if c, ok := src.Field(f.Index); ok {
				return c
			}
			return nil
		}
	}
	return nil
}

// opened returns what src holds or points at, nil if it is nothing that may be shown.
func opened(src Source) Source {
	for range maxHops {
		if src == nil || src.Hidden() {
			return nil
		}
		if shape := src.Value().Shape(); shape != inspect.Pointer && shape != inspect.Interface {
			return src
		}
		elem, err := src.Elem()
		if err != nil || elem == nil {
			return nil
		}
		src = elem
	}
	return nil
}

// maxGloss bounds a text in a gloss, in bytes.
const maxGloss = 60

// stringOf returns the text that src is, "" if it is none.
func stringOf(src Source) string {
	if src == nil || src.Value().Shape() != inspect.Scalar {
		return ""
	}
	if src.Value().Kind() != reflect.String {
		x, err := src.Scalar()
		if s, ok := x.(string); ok && err == nil {
			return text.Cut(s, maxGloss)
		}
		return ""
	}
	b, n, err := src.Bytes(0, maxGloss)
	if err != nil {
		return ""
	}
	if b = text.Whole(b); len(b) < n {
		return string(b) + "…"
	}
	return string(b)
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return text.Quote(s)
}

// intOf returns the integer that src is.
func intOf(src Source) (n int, ok bool) {
	if src == nil || src.Value().Shape() != inspect.Scalar {
		return 0, false
	}
	x, err := src.Scalar()
	n, ok = x.(int)
	return n, ok && err == nil
}

// dynamicType returns the type of what the interface src holds, "" if that is not known.
func dynamicType(src Source) string {
	if src == nil || src.Hidden() {
		return ""
	}
	elem, err := src.Elem()
	if err != nil || elem == nil || elem.Hidden() {
		return ""
	}
	return inspect.TypeName(elem.Value().Type())
}

func fileText(src Source) string {
	told := quoted(stringOf(part(src, "file", "name")))
	if fd, ok := intOf(part(src, "file", "pfd", "Sysfd")); ok && told != "" {
		told += ", fd " + strconv.Itoa(fd)
	}
	return told
}

// connText says from where to where a connection leads.
func connText(src Source) string {
	local, remote := addrText(part(src, "conn", "fd", "laddr")), addrText(part(src, "conn", "fd", "raddr"))
	if local == "" || remote == "" {
		return local + remote
	}
	return local + " ↔ " + remote
}

// addrText writes a net.Addr as its String would.
func addrText(src Source) string {
	if src == nil {
		return ""
	}
	if name := stringOf(part(src, "Name")); name != "" {
		return name // of a unix socket
	}
	ip := stringOf(part(src, "IP"))
	port, ok := intOf(part(src, "Port"))
	switch {
	case !ok:
		return ip
	case strings.Contains(ip, ":"):
		if zone := stringOf(part(src, "Zone")); zone != "" {
			ip += "%" + zone
		}
		ip = "[" + ip + "]"
	}
	return ip + ":" + strconv.Itoa(port)
}
