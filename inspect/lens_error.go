package inspect

import (
	"net/netip"
	"strconv"
	"strings"
	"syscall"
)

var _ = defineTexts([]textType{
	{name: "errors.errorString", err: true, fields: "s", text: said("s")},
	{name: "fmt.wrapError", err: true, fields: "msg err", text: said("msg")},
	{name: "fmt.wrapErrors", err: true, fields: "msg errs", text: said("msg")},
	{name: "errors.joinError", err: true, fields: "errs", text: joinedText},
	{name: "io/fs.PathError", err: true, fields: "Op Path Err", text: func(p *probe, v Value) any {
		return p.words(v, "Op", "Path") + ": " + p.cause(v)
	}},
	{name: "os.LinkError", err: true, fields: "Op Old New Err", text: func(p *probe, v Value) any {
		return p.words(v, "Op", "Old", "New") + ": " + p.cause(v)
	}},
	{name: "os.SyscallError", err: true, fields: "Syscall Err", text: func(p *probe, v Value) any {
		return p.text(v, "Syscall") + ": " + p.cause(v)
	}},
	{name: "net.OpError", err: true, fields: "Op Net Source Addr Err",
		text: func(p *probe, v Value) any { return p.opError(v) }},
	{name: "net.DNSError", err: true, fields: "Err Name Server", text: dnsText},
	{name: "net/url.Error", err: true, fields: "Op URL Err", text: func(p *probe, v Value) any {
		return p.text(v, "Op") + " " + strconv.Quote(p.text(v, "URL")) + ": " + p.cause(v)
	}},
	{name: "strconv.NumError", err: true, fields: "Func Num Err", text: func(p *probe, v Value) any {
		return "strconv." + p.text(v, "Func") + ": parsing " + strconv.Quote(p.text(v, "Num")) + ": " + p.cause(v)
	}},
	{name: "context.deadlineExceededError", err: true, text: always("context deadline exceeded")},
	{name: "internal/poll.DeadlineExceededError", err: true, text: always("i/o timeout")},
	{name: "internal/poll.errNetClosing", err: true, text: always("use of closed network connection")},
})

// said is the text of an error that keeps it in a field.
func said(field string) textLens {
	return func(p *probe, v Value) any { return p.text(v, field) }
}

// always is the text of an error that says the same each time.
func always(text string) textLens {
	return func(*probe, Value) any { return text }
}

const (
	// maxChain bounds how many errors in each other are read, and how many of those that are joined.
	maxChain = 16
	// maxErrors bounds how many are read in all: joined errors that were joined of others may have
	// maxChain of them on each of maxChain levels.
	maxErrors = 4 * maxChain
)

// error is the text of an error, as far as its type is known; else the type in
// angle brackets.
func (p *probe) error(v Value) string {
	v = p.at(v)
	switch {
	case p.err != nil:
		return ""
	case !v.IsValid():
		return "<nil>"
	case qualified(v.typ) == "syscall.Errno":
		u, _, err := v.ref.Uint(v.typ.Size())
		p.note(0, err)
		return syscall.Errno(u).Error()
	case p.depth >= maxChain || p.errors >= maxErrors:
		return "…"
	}
	p.errors++
	if textTypeOf(v.typ).err {
		if l := v.space().lensOf(v.typ); l.kind == lensText {
			inner := probe{depth: p.depth + 1, errors: p.errors}
			text, _ := l.text(&inner, v).(string)
			p.errors = inner.errors
			p.note(inner.mark, inner.err)
			return text
		}
	}
	return "<" + TypeName(v.typ) + ">"
}

// cause is the text of the field Err.
func (p *probe) cause(v Value) string { return p.error(p.field(v, "Err")) }

// words are fields that are strings, with a space between.
func (p *probe) words(v Value, names ...string) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = p.text(v, name)
	}
	return strings.Join(words, " ")
}

func joinedText(p *probe, v Value) any {
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
		text += either(source != "", "->", " ") + addr
	}
	return text + ": " + p.cause(v)
}

// netAddr is a net.Addr of one of the usual types, "" for nil.
func (p *probe) netAddr(v Value) string {
	v = p.at(v)
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

func dnsText(p *probe, v Value) any {
	text := "lookup " + p.text(v, "Name")
	if server := p.text(v, "Server"); server != "" {
		text += " on " + server
	}
	return text + ": " + p.text(v, "Err")
}
