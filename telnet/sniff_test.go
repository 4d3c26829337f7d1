package telnet

import (
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
		{"\n\nGET / HTTP/1.1\n", "HTTP"},
		{"dir()\nGET / HTTP/1.1\n", "HTTP"},
		{"GET /" + strings.Repeat("x", 100_000) + " HTTP/1.1\n", "HTTP"},
		{"\x16\x03\x01\x02\x00\x01", "TLS"},
		{"a\x16\n", ""},
		{"dir()\n", ""},
		{"GET / FTP/1.1\n", ""},
		{"GET  HTTP/1.1\n", ""},
		{" GET / HTTP/1.1\n", ""},
		{"GET / HTTP/x\n", ""},
		{"GET\n/ HTTP/1.1\n", ""},
		{`"GET / HTTP/1.1" in log` + "\n", ""},
		{"x == y HTTPS\n", ""},
		{"count(cache.items, .path == 'GET / HTTP/1.1')\n", ""},
	} {
		for size := 1; size <= min(20, len(tc.in)); size++ {
			var s sniffer
			got := ""
			for rest := []byte(tc.in); len(rest) > 0 && got == ""; {
				n := min(size, len(rest))
				var read int
				if got, read = s.web(rest[:n]); got == "" && read != n {
					t.Fatalf("%.40q: read %d of %d bytes", tc.in, read, n)
				}
				rest = rest[n:]
			}
			if got != tc.want {
				t.Fatalf("%.40q, %d bytes a time, is %q, want %q", tc.in, size, got, tc.want)
			}
		}
	}
}
