package telnet

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// listener is the receiving half of a connection, as far as it judges its peer.
type listener struct {
	sniffer  sniffer
	greeting greeting
	decoder  decoder
	name     string
}

func (l *listener) command(cmd byte)            { l.name = cmp.Or(l.name, l.sniffer.command(cmd)) }
func (l *listener) option(verb, _ byte)         { l.command(verb) }
func (l *listener) subnegotiation(byte, []byte) { l.command(cmdSB) }
func (l *listener) null()                       { l.name = cmp.Or(l.name, l.sniffer.null()) }
func (l *listener) data(p []byte) {
	if l.name != "" {
		return
	}
	if l.name = l.sniffer.data(p); l.name == "" && !l.sniffer.telnet {
		l.name = l.greeting.data(p)
	}
}

// judged is what is made of the first input, size bytes at a time.
func judged(in string, size int) string {
	var l listener
	for part := range slices.Chunk([]byte(in), size) {
		l.sniffer.packet(part)
		l.decoder.decode(bytes.Clone(part), &l)
	}
	if l.name == "" {
		l.name = l.sniffer.end()
	}
	if l.name == "" && !l.sniffer.telnet {
		l.name = l.greeting.end()
	}
	return l.name
}

func TestSniffer(t *testing.T) {
	for _, tc := range strangers {
		for size := 1; size <= min(20, len(tc.in)); size++ {
			if len(tc.in) > 1000 && size > 2 {
				break // of what long lines are for, their end, the packets' are no part
			}
			got := judged(tc.in, size)
			if got != tc.want && (tc.want != "STUN" || got != "a binary protocol" || size >= 10) {
				t.Fatalf("%s, %.40q, %d bytes a time, is %q, want %q", tc.name, tc.in, size, got, tc.want)
			}
		}
		if got := judged(tc.in, len(tc.in)); got != tc.want {
			t.Errorf("%s, %.40q, is %q, want %q", tc.name, tc.in, got, tc.want)
		}
	}
	for _, tc := range guests {
		for size := 1; size <= len(tc.in); size++ {
			if got := judged(tc.in, size); got != "" {
				t.Fatalf("%s, %q, %d bytes a time, is %q", tc.name, tc.in, size, got)
			}
		}
	}
}

// requestLine is how a browser begins, as one would write it down.
var requestLine = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+ (/[^ ]*|\\*|[0-9A-Za-z\\[][^ ]*:[^ ]*) (HTTP/(0\\.9|1\\.[01]|2\\.0)|RTSP/[12]\\.0|SIP/2\\.0|ICAP/[12]\\.0)$")

// A request is found wherever packets end, and so is each control character that is no key; text
// that is neither is let in, whatever comes behind its first line.
func FuzzSniffer(f *testing.F) {
	for _, tc := range strangers {
		if len(tc.in) < 1000 {
			f.Add(tc.in, 3)
		}
	}
	for _, tc := range guests {
		f.Add(tc.in, 3)
	}
	control := regexp.MustCompile("[\x01\x02\x05-\x07\x0b\x0c\x0e-\x14\x16-\x1a\x1c-\x1f]")
	f.Fuzz(func(t *testing.T, in string, size int) {
		got := judged(in, max(size, 1))
		if whole := judged(in, len(in)+1); (got != "") != (whole != "") {
			t.Errorf("%q is %q, and %d bytes a time %q", in, whole, size, got)
		}
		if strings.HasPrefix(in, "\xff") {
			return
		}
		first, _, _ := strings.Cut(strings.TrimLeft(strings.ReplaceAll(in, "\r", "\n"), "\n"), "\n")
		switch first, _, _ = strings.Cut(first, "\xff"); {
		case requestLine.MatchString(first), control.MatchString(first):
			if got == "" {
				t.Errorf("%q is let in", in)
			}
		}
	})
}
