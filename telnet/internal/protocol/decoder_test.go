package protocol

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// record records what it receives, with adjacent data as one.
type record struct {
	events []string
	text   []byte
}

func (r *record) flush() {
	if len(r.text) > 0 {
		r.events = append(r.events, fmt.Sprintf("%q", r.text))
		r.text = nil
	}
}

func (r *record) add(format string, args ...any) {
	r.flush()
	r.events = append(r.events, fmt.Sprintf(format, args...))
}

func (r *record) Data(p []byte)                   { r.text = append(r.text, p...) }
func (r *record) Null()                           {}
func (r *record) Command(cmd byte)                { r.add("command %d", cmd) }
func (r *record) Option(verb, o byte)             { r.add("option %d %d", verb, o) }
func (r *record) Subnegotiation(o byte, p []byte) { r.add("sub %d %q", o, p) }

func (r *record) String() string {
	r.flush()
	return strings.Join(r.events, ", ")
}

var codecTests = []struct{ name, in, want string }{
	{"text", "dir()", `"dir()"`},
	{"CR NUL", "a\r\x00b", `"a\nb"`},
	{"CR LF", "a\r\nb", `"a\nb"`},
	{"LF", "a\nb\n\nc", `"a\nb\n\nc"`},
	{"CR", "a\rb\r\rc", `"a\nb\n\nc"`},
	{"CR LF LF", "a\r\n\nb", `"a\n\nb"`},
	{"CR NUL LF", "a\r\x00\nb", `"a\n\nb"`},
	{"CR, a command, LF", "a\r\xff\xf1\nb", `"a\n", command 241, "b"`},
	{"NUL", "a\x00b", `"ab"`},
	{"255", "a\xff\xffb", `"a\xffb"`},
	{"255 twice", "\xff\xff\xff\xff", `"\xff\xff"`},
	{"CR 255 LF", "\r\xff\xff\n", `"\n\xff\n"`},
	{"within a line", "di\xff\xf1r", `"di", command 241, "r"`},
	{"interrupt with its mark", "\xff\xf4\xff\xfd\x06", `command 244, option 253 6`},
	{"the synch", "\xff\xf4\xff\xfd\x06\xff\xf2x", `command 244, option 253 6, command 242, "x"`},
	{"all verbs", "\xff\xfb\x01\xff\xfc\x02\xff\xfd\x03\xff\xfe\xff", `option 251 1, option 252 2, option 253 3, option 254 255`},
	{"window size", "\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0x", `sub 31 "\x00P\x00\x18", "x"`},
	{"window size of 255", "\xff\xfa\x1f\x00\xff\xff\x00\x18\xff\xf0", `sub 31 "\x00\xff\x00\x18"`},
	{"an empty one", "\xff\xfa\x27\xff\xf0", `sub 39 ""`},
	{"IAC with something else within", "\xff\xfa\x1f\x00\xff\xf1\x50\x00\x18\xff\xf0x", `sub 31 "\x00P\x00\x18", "x"`},
	{"CR within", "\xff\xfa\x18\x00\r\n\xff\xf0x", `sub 24 "\x00\r\n", "x"`},
	{"too long a one", "\xff\xfa\x18" + strings.Repeat("x", maxSubnegotiation+1) + "\xff\xf0y", `"y"`},
	{"as long as may be", "\xff\xfa\x18" + strings.Repeat("x", maxSubnegotiation) + "\xff\xf0y", fmt.Sprintf(`sub 24 %q, "y"`, strings.Repeat("x", maxSubnegotiation))},
	{"one without an end", "\xff\xfa\x18abc", ``},
	{"an end without one", "\xff\xf0x", `command 240, "x"`},
	{"end of file", "x\xff\xec", `"x", command 236`},
	{"unknown commands", "\xff\x00\xff\x7f\xff\xefx", `command 0, command 127, command 239, "x"`},
	{"what plink sends", "\xff\xfb\x1f\xff\xfb\x20\xff\xfb\x18\xff\xfb\x27\xff\xfd\x01\xff\xfb\x03\xff\xfd\x03",
		`option 251 31, option 251 32, option 251 24, option 251 39, option 253 1, option 251 3, option 253 3`},
}

func TestDecoder(t *testing.T) {
	for _, tc := range codecTests {
		for size := 1; size <= len(tc.in); size++ {
			var d Decoder
			var r record
			for rest := []byte(tc.in); len(rest) > 0; {
				n := min(size, len(rest))
				d.Decode(rest[:n:n], &r)
				rest = rest[n:]
			}
			if got := r.String(); got != tc.want {
				t.Fatalf("%s, %d bytes a time: got %s, want %s", tc.name, size, got, tc.want)
			}
		}
		for split := range tc.in {
			var d Decoder
			var r record
			d.Decode([]byte(tc.in[:split]), &r)
			d.Decode([]byte(tc.in[split:]), &r)
			if got := r.String(); got != tc.want {
				t.Fatalf("%s, split at %d: got %s, want %s", tc.name, split, got, tc.want)
			}
		}
	}
}

// slow decodes all of in at once by looking ahead, as the RFCs describe it.
func slow(in []byte) string {
	var r record
	var cr bool
	for i := 0; i < len(in); {
		b := in[i]
		if b != IAC {
			i++
			switch {
			case b == '\r':
				r.Data([]byte("\n"))
			case b == 0, b == '\n' && cr:
			default:
				r.Data([]byte{b})
			}
			cr = b == '\r'
			continue
		}
		if i+1 == len(in) {
			break
		}
		switch c := in[i+1]; {
		case c == IAC:
			r.Data([]byte{c})
			cr = false
			i += 2
		case c >= WILL && c <= DONT:
			if i+2 < len(in) {
				r.Option(c, in[i+2])
			}
			i += 3
		case c == SB:
			if i+2 >= len(in) {
				return r.String()
			}
			var sub []byte
			opt := in[i+2]
			for i += 3; ; i += 2 {
				n := bytes.IndexByte(in[i:], IAC)
				if n < 0 || i+n+1 == len(in) {
					return r.String()
				}
				sub = append(sub, in[i:i+n]...)
				i += n
				if in[i+1] == IAC {
					sub = append(sub, IAC)
				}
				if in[i+1] == SE {
					break
				}
			}
			i += 2
			if len(sub) <= maxSubnegotiation {
				r.Subnegotiation(opt, sub)
			}
		default:
			r.Command(c)
			i += 2
		}
	}
	return r.String()
}

func FuzzDecoder(f *testing.F) {
	for _, tc := range codecTests {
		f.Add([]byte(tc.in), uint8(1))
	}
	f.Fuzz(func(t *testing.T, in []byte, size uint8) {
		want := slow(in)
		var d Decoder
		var r record
		for rest := bytes.Clone(in); len(rest) > 0; {
			n := min(max(1, int(size)), len(rest))
			d.Decode(rest[:n:n], &r)
			rest = rest[n:]
		}
		if got := r.String(); got != want {
			t.Errorf("%q, %d bytes a time: got %s, want %s", in, size, got, want)
		}
		if len(d.sub) > maxSubnegotiation {
			t.Errorf("%d bytes of a subnegotiation are kept", len(d.sub))
		}
	})
}
