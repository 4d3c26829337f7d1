package inspect

import (
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// An address, a prefix or a URL is shown as its String method writes it.
var _ = addLens(
	lensRow{name: "net/netip.Addr", fields: "addr z", shape: Scalar, text: func(p *probe, v Value) any {
		return p.netipAddr(v).String()
	}},
	lensRow{name: "net/netip.AddrPort", fields: "ip port", shape: Scalar, text: addrPortText},
	lensRow{name: "net/netip.Prefix", fields: "ip bitsPlusOne", shape: Scalar, text: prefixText},
	lensRow{name: "net.IP", shape: Scalar, text: (*probe).ip},
	lensRow{name: "net.IPNet", fields: "IP Mask", shape: Scalar, text: ipNetText},
	lensRow{name: "net/url.URL", shape: Scalar, text: urlText,
		fields: "Scheme Opaque User Host Path RawPath ForceQuery RawQuery Fragment RawFragment"},
)

// handles are the words that stand in a netip.Addr for its kind: one for all of IPv4, one for IPv6
// without a zone. Any other word leads to a zone.
type handles struct{ v4, v6 uint64 }

// handles returns those of s.
func (s *space) handles() handles {
	s.netip.Do(func() {
		var p probe
		four, six := netip.AddrFrom4([4]byte{}), netip.IPv6Unspecified()
		s.netip.v4 = p.handle(Of(&four).mustElem())
		s.netip.v6 = p.handle(Of(&six).mustElem())
	})
	return s.netip.handles
}

// handle reads the pointer in a unique.Handle, the field z of an address.
func (p *probe) handle(addr Value) uint64 {
	z := p.field(addr, "z")
	if z.typ == nil || z.typ.Size() != peek.WordSize {
		return 0
	}
	u, _, err := z.ref.Uint(peek.WordSize)
	p.note(0, err)
	return u
}

// netipAddr reads a netip.Addr: 128 bits and a handle.
func (p *probe) netipAddr(v Value) netip.Addr {
	var b [16]byte
	bits := p.field(v, "addr")
	if bits.typ == nil || bits.typ.Size() != 16 {
		return netip.Addr{}
	}
	still, err := bits.ref.Settled(b[:])
	p.note(v.wide(still), err)
	hi, lo := peek.Uint(b[:8]), peek.Uint(b[8:])
	z, h := p.handle(v), v.space().handles()
	switch {
	case p.err != nil || z == 0:
		return netip.Addr{}
	case z == h.v4:
		return netip.AddrFrom4([4]byte{byte(lo >> 24), byte(lo >> 16), byte(lo >> 8), byte(lo)})
	}
	var six [16]byte
	for i := range 8 {
		six[i], six[8+i] = byte(hi>>(56-8*i)), byte(lo>>(56-8*i))
	}
	a := netip.AddrFrom16(six)
	if z != h.v6 {
		a = a.WithZone(p.zone(v))
	}
	return a
}

// zone reads the zone of an IPv6 address, in the struct that its handle points at.
func (p *probe) zone(v Value) string {
	handle := p.field(v, "z")
	f, ok := handle.typ.FieldByName("value")
	if !ok || f.Type.Kind() != reflect.Pointer {
		return ""
	}
	return p.text(p.target(handle.part(f.Type, f.Offset)), "zoneV6")
}

func addrPortText(p *probe, v Value) any {
	return netip.AddrPortFrom(p.netipAddr(p.field(v, "ip")), uint16(p.number(v, "port"))).String()
}

func prefixText(p *probe, v Value) any {
	return netip.PrefixFrom(p.netipAddr(p.field(v, "ip")), int(p.number(v, "bitsPlusOne"))-1).String()
}

// ip returns the text of a net.IP, nil for a nil one.
func (p *probe) ip(v Value) any {
	b := p.bytes(v)
	if len(b) == 0 {
		return nil
	}
	a, ok := netip.AddrFromSlice(b)
	if !ok {
		return fmt.Sprintf("?%x", b)
	}
	return a.Unmap().String()
}

func ipNetText(p *probe, v Value) any {
	ip, mask := p.bytes(p.field(v, "IP")), p.bytes(p.field(v, "Mask"))
	ones, done := 0, false
	for _, m := range mask {
		for bit := 7; bit >= 0; bit-- {
			switch set := m>>bit&1 == 1; {
			case set && done:
				return fmt.Sprintf("%v/%x", p.ip(p.field(v, "IP")), mask)
			case set:
				ones++
			default:
				done = true
			}
		}
	}
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return "<nil>"
	}
	return a.Unmap().String() + "/" + strconv.Itoa(ones)
}

// urlText is the text of a URL without its password, which is never read.
func urlText(p *probe, v Value) any {
	u := url.URL{
		Scheme: p.text(v, "Scheme"), Opaque: p.text(v, "Opaque"), Host: p.text(v, "Host"),
		Path: p.text(v, "Path"), RawPath: p.text(v, "RawPath"), RawQuery: p.text(v, "RawQuery"),
		Fragment: p.text(v, "Fragment"), RawFragment: p.text(v, "RawFragment"),
		OmitHost: p.number(v, "OmitHost") != 0, ForceQuery: p.number(v, "ForceQuery") != 0,
	}
	if user := p.target(p.field(v, "User")); user.IsValid() {
		u.User = url.User(p.text(user, "username"))
		if p.number(user, "passwordSet") != 0 {
			u.User = url.UserPassword(p.text(user, "username"), "…")
			// String escapes the ellipsis.
			return strings.Replace(u.String(), ":"+url.PathEscape("…")+"@", ":…@", 1)
		}
	}
	return u.String()
}
