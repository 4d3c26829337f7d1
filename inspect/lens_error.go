package inspect

import (
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	"github.com/sightglass-go/sightglass/inspect/internal/gotype"
)

// An error is shown by its text.
var _ = addLens(
	errorLens("errors.errorString", "s", textOf("s")),
	errorLens("errors.joinError", "errs", joinedText),
	errorLens("fmt.wrapError", "msg err", textOf("msg")),
	errorLens("fmt.wrapErrors", "msg errs", textOf("msg")),
	errorLens("io/fs.PathError", "Op Path Err", func(p *probe, v Value) string {
		return p.joined(v, "Op", "Path") + ": " + p.cause(v)
	}),
	errorLens("os.LinkError", "Op Old New Err", func(p *probe, v Value) string {
		return p.joined(v, "Op", "Old", "New") + ": " + p.cause(v)
	}),
	errorLens("os.SyscallError", "Syscall Err", func(p *probe, v Value) string {
		return p.text(v, "Syscall") + ": " + p.cause(v)
	}),
	errorLens("net.OpError", "Op Net Source Addr Err", (*probe).opError),
	errorLens("net.DNSError", "Err Name Server", dnsText),
	errorLens("net/url.Error", "Op URL Err", func(p *probe, v Value) string {
		return p.text(v, "Op") + " " + strconv.Quote(p.text(v, "URL")) + ": " + p.cause(v)
	}),
	errorLens("strconv.NumError", "Func Num Err", func(p *probe, v Value) string {
		return "strconv." + p.text(v, "Func") + ": parsing " + strconv.Quote(p.text(v, "Num")) + ": " + p.cause(v)
	}),
	errorLens("context.deadlineExceededError", "", constant("context deadline exceeded")),
	errorLens("internal/poll.DeadlineExceededError", "", constant("i/o timeout")),
	errorLens("internal/poll.errNetClosing", "", constant("use of closed network connection")),
)

// errorLens is the row of an error type whose text is computed from its fields.
func errorLens(name, fields string, text func(p *probe, v Value) string) lensRow {
	return lensRow{name: name, fields: fields, shape: Scalar, isError: true, text: func(p *probe, v Value) any {
		return text(p, v)
	}}
}

// textOf is the text of an error that keeps it in a field.
func textOf(field string) func(*probe, Value) string {
	return func(p *probe, v Value) string { return p.text(v, field) }
}

// constant is the text of an error that is always the same.
func constant(text string) func(*probe, Value) string {
	return func(*probe, Value) string { return text }
}

const (
	// maxChain bounds how many nested errors are read, and how many of a joined error.
	maxChain = 16
	// maxErrors bounds how many errors are read in all. Joined errors that join others may have
	// maxChain of them on each of maxChain levels.
	maxErrors = 4 * maxChain
)

// error returns the text of an error if its type is known, else the type in angle brackets.
func (p *probe) error(v Value) string {
	v = p.target(v)
	switch {
	case p.err != nil:
		return ""
	case !v.IsValid():
		return "<nil>"
	case gotype.Qualified(v.typ) == "syscall.Errno":
		u, _, err := v.ref.Uint(v.typ.Size())
		p.note(0, err)
		return syscall.Errno(u).Error()
	case p.depth >= maxChain || p.errors >= maxErrors:
		return "…"
	}
	p.errors++
	if row := v.space().lensOf(v.typ).row; row.isError {
		inner := probe{depth: p.depth + 1, errors: p.errors}
		text, _ := row.text(&inner, v).(string)
		p.errors = inner.errors
		p.note(inner.mark, inner.err)
		return text
	}
	return "<" + TypeName(v.typ) + ">"
}

// cause returns the text of the field Err.
func (p *probe) cause(v Value) string { return p.error(p.field(v, "Err")) }

// joined returns string fields with a space between.
func (p *probe) joined(v Value, names ...string) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = p.text(v, name)
	}
	return strings.Join(words, " ")
}

func joinedText(p *probe, v Value) string {
	errs := p.field(v, "errs")
	n, err := errs.Len()
	p.note(0, err)
	var lines []string
	for i := range min(n, maxChain) {
		e, err := errs.Index(i)
		p.note(e.mark&(Racy|Torn), err)
		lines = append(lines, p.error(e))
	}
	if n > maxChain {
		lines = append(lines, "…")
	}
	return strings.Join(lines, "\n")
}

func (p *probe) opError(v Value) string {
	text := p.text(v, "Op")
	if net := p.text(v, "Net"); net != "" {
		text += " " + net
	}
	source := p.netAddr(p.field(v, "Source"))
	if source != "" {
		text += " " + source
	}
	if addr := p.netAddr(p.field(v, "Addr")); addr != "" {
		if source == "" {
			text += " " + addr
		} else {
			text += "->" + addr
		}
	}
	return text + ": " + p.cause(v)
}

// netAddr returns the text of a net.Addr of one of the usual types, "" for nil.
func (p *probe) netAddr(v Value) string {
	v = p.target(v)
	if !v.IsValid() {
		return ""
	}
	switch name := TypeName(v.typ); name {
	case "net.UnixAddr":
		return p.text(v, "Name")
	case "net.TCPAddr", "net.UDPAddr":
		host := ""
		if a, ok := netip.AddrFromSlice(p.bytes(p.field(v, "IP"))); ok {
			host = a.Unmap().WithZone(p.text(v, "Zone")).String()
		}
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return host + ":" + strconv.FormatUint(p.number(v, "Port"), 10)
	default:
		return "<" + name + ">"
	}
}

func dnsText(p *probe, v Value) string {
	text := "lookup " + p.text(v, "Name")
	if server := p.text(v, "Server"); server != "" {
		text += " on " + server
	}
	return text + ": " + p.text(v, "Err")
}
