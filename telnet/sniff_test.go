package telnet

import (
	"regexp"
	"strings"
	"testing"
)

func TestSniffer(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"GET / HTTP/1.1\n", "HTTP"},
		{"POST /?x=1 HTTP/1.0\nHost: x\n", "HTTP"},
		{"OPTIONS * HTTP/1.1\n", "HTTP"},
		{"PRI * HTTP/2.0\n\nSM\n\n", "HTTP"},
		{"M-SEARCH * HTTP/1.1\n", "HTTP"},
		{"get / HTTP/1.1\n", "HTTP"},
		{"1 / HTTP/1.1\n", "HTTP"}, // a page that is of this origin may choose any token
		{"!#$%&'*+-.^_`|~9 / HTTP/1.1\n", "HTTP"},
		{"DESCRIBE rtsp://x/y RTSP/1.0\n", "RTSP"},
		{"OPTIONS sip:x SIP/2.0\n", "SIP"},
		{"\n\nGET / HTTP/1.1\n", "HTTP"},
		{"dir()\nGET / HTTP/1.1\n", "HTTP"},
		{"GET /" + strings.Repeat("x", 100_000) + " HTTP/1.1\n", "HTTP"},
		{strings.Repeat("X", 100_000) + " / HTTP/1.1\n", "HTTP"},
		{"what\nHost: localhost:3000\n", "HTTP"},
		{"what\nelse\nContent-Type: text/plain\n", "HTTP"},
		{"user-agent: x\n", "HTTP"},
		{"SSH-2.0-OpenSSH_9.2\n", "SSH"},
		{"\x16\x03\x01\x02\x00\x01", "TLS"},
		{"\x03\x00\x00\x2b\x26\xe0\x00\x00\x00\x00\x00Cookie: mstshash=x\n", "RDP"},
		{"\x00\x00\x00\x85\xffSMBr", "SMB"},
		{"a\x16\n", ""},
		{"\x03dir()\n", ""},
		{"\x03\x03\x00", ""},
		{"a\x03\x00", ""},
		{"dir()\n", ""},
		{"GET / FTP/1.1\n", ""},
		{"GET  HTTP/1.1\n", ""},
		{" GET / HTTP/1.1\n", ""},
		{"GET / HTTP/x\n", ""},
		{"GET / HTTP/1\n", ""},
		{"GET / HTTPS/1.1\n", ""},
		{"GET\n/ HTTP/1.1\n", ""},
		{"x = a ? b : c\n", ""},
		{"{\n\nHost: 1}\n", ""},
		{"{\nhost: 1}\n", ""},
		{"count - 1\nSSH-2.0-x\n", ""},
		{`"GET / HTTP/1.1" in log` + "\n", ""},
		{"x == y HTTPS\n", ""},
		{"count(cache.items, .path == 'GET / HTTP/1.1')\n", ""},
	} {
		for size := 1; size <= min(20, len(tc.in)); size++ {
			if got := sniff(t, tc.in, size); got != tc.want {
				t.Fatalf("%.40q, %d bytes a time, is %q, want %q", tc.in, size, got, tc.want)
			}
		}
	}
}

// sniff is what a sniffer makes of in, size bytes at a time.
func sniff(t *testing.T, in string, size int) string {
	var s sniffer
	for rest := []byte(in); len(rest) > 0; {
		n := min(size, len(rest))
		if name := s.binary(rest[:n]); name != "" {
			return name
		}
		name, read := s.text(rest[:n])
		if name != "" {
			return name
		}
		if read != n {
			t.Fatalf("%.40q: read %d of %d bytes", in, read, n)
		}
		rest = rest[n:]
	}
	return ""
}

// What a sniffer looks for, as one would write it down.
var (
	requestLine = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^ ]+ (HTTP|RTSP|SIP|ICAP)/[0-9]\\.[0-9]")
	headerLine  = regexp.MustCompile("^(?i:accept-|cache-control|content-|if-|sec-|transfer-encoding|upgrade-insecure-|user-agent|x-forwarded-)[!#$%&'*+.^_`|~0-9A-Za-z-]*:")
)

// stranger reports whether some line of text is another language's.
func stranger(text string) bool {
	for i, line := range strings.Split(text, "\n") {
		if requestLine.MatchString(line) || headerLine.MatchString(line) || i == 0 && strings.HasPrefix(line, "SSH-2.0-") || i == 1 && strings.HasPrefix(line, "Host:") {
			return true
		}
	}
	return false
}

func FuzzSniffer(f *testing.F) {
	for _, seed := range []string{"GET / HTTP/1.1\n", "a\nHost: x", "SSH-2.0-x", "x\nUser-Agent:", "x / y\nSIP sip:x SIP/2.0", "GET  HTTP/1.1", "a b HTTP/1.x HTTP/1.1"} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		var s sniffer
		got := ""
		for rest := []byte(text); len(rest) > 0 && got == ""; {
			n := min(max(size, 1), len(rest))
			got, _ = s.text(rest[:n])
			rest = rest[n:]
		}
		if want := stranger(text); (got != "") != want {
			t.Errorf("%q, %d bytes a time, is %q, want %v", text, size, got, want)
		}
	})
}
