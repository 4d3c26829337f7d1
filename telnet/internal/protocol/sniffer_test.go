package protocol

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/telnet/internal/protocoltest"
)

// judge judges a peer as a connection does.
type judge struct {
	sniffer  Sniffer
	greeting Greeting
	decoder  Decoder
	name     string
}

func (l *judge) Command(cmd byte)            { l.name = cmp.Or(l.name, l.sniffer.Command(cmd)) }
func (l *judge) Option(verb, _ byte)         { l.Command(verb) }
func (l *judge) Subnegotiation(byte, []byte) { l.Command(SB) }
func (l *judge) Null()                       { l.name = cmp.Or(l.name, l.sniffer.Null()) }
func (l *judge) Data(p []byte) {
	if l.name != "" {
		return
	}
	if l.name = l.sniffer.Data(p); l.name == "" && !l.sniffer.telnet {
		l.name = l.greeting.Data(p)
	}
}

// judged returns the protocol that a peer is taken for, which sends in, size bytes at a time.
func judged(in string, size int) string {
	var l judge
	for part := range slices.Chunk([]byte(in), size) {
		l.sniffer.Packet(part)
		l.decoder.Decode(bytes.Clone(part), &l)
	}
	if l.name == "" {
		l.name = l.sniffer.End()
	}
	if l.name == "" && !l.sniffer.telnet {
		l.name = l.greeting.End()
	}
	return l.name
}

func TestSniffer(t *testing.T) {
	for _, tc := range slices.Concat(protocoltest.Strangers, protocoltest.Greeters) {
		for size := 1; size <= min(20, len(tc.In)); size++ {
			if len(tc.In) > 1000 && size > 2 {
				break // long lines are there for their ends, which packets do not change
			}
			got := judged(tc.In, size)
			if got != tc.Want && (tc.Want != "STUN" || got != "a binary protocol" || size >= 10) {
				t.Fatalf("%s, %.40q, %d bytes a time, is %q, want %q", tc.Name, tc.In, size, got, tc.Want)
			}
		}
		if got := judged(tc.In, len(tc.In)); got != tc.Want {
			t.Errorf("%s, %.40q, is %q, want %q", tc.Name, tc.In, got, tc.Want)
		}
	}
	for _, tc := range protocoltest.Guests {
		for size := 1; size <= len(tc.In); size++ {
			if got := judged(tc.In, size); got != "" {
				t.Fatalf("%s, %q, %d bytes a time, is %q", tc.Name, tc.In, size, got)
			}
		}
	}
}

// requestLine matches the first line that a browser sends, in a simpler way than request and
// version.
var requestLine = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+ (/[^ ]*|\\*|[0-9A-Za-z\\[][^ ]*:[^ ]*) (HTTP/(0\\.9|1\\.[01]|2\\.0)|RTSP/[12]\\.0|SIP/2\\.0|ICAP/[12]\\.0)$")

// A request line is found however it is split into packets, and so is a control character that is
// not a key.
func FuzzSniffer(f *testing.F) {
	for _, tc := range slices.Concat(protocoltest.Strangers, protocoltest.Greeters) {
		if len(tc.In) < 1000 {
			f.Add(tc.In, 3)
		}
	}
	for _, tc := range protocoltest.Guests {
		f.Add(tc.In, 3)
	}
	f.Add("0 * HTTP/1.0\xff00", 3) // no request: the command 255 48 ends before the line does
	control := regexp.MustCompile("[\x01\x02\x05-\x07\x0b\x0c\x0e-\x14\x16-\x1a\x1c-\x1f]")
	f.Fuzz(func(t *testing.T, in string, size int) {
		got := judged(in, max(size, 1))
		if whole := judged(in, len(in)+1); (got != "") != (whole != "") {
			t.Errorf("%q is %q, and %d bytes a time %q", in, whole, size, got)
		}
		if strings.HasPrefix(in, "\xff") {
			return
		}
		// An escaped 255 is a byte of the line. A command is not, and what follows it goes on with the
		// line: only what stands before the first one is read here.
		in = strings.ReplaceAll(in, "\xff\xff", "\x80")
		first, _, _ := strings.Cut(strings.TrimLeft(strings.ReplaceAll(in, "\r", "\n"), "\n"), "\n")
		before, _, command := strings.Cut(first, "\xff")
		switch {
		case !command && requestLine.MatchString(first), control.MatchString(before):
			if got == "" {
				t.Errorf("%q is let in", in)
			}
		}
	})
}
