package rig

import (
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Session is a session in line mode, as a program has it.
type Session struct {
	t      *testing.T
	Conn   net.Conn
	Banner string // the text before the first prompt
}

// Connect connects to addr and waits for the first prompt.
func Connect(t *testing.T, network, addr string) *Session {
	t.Helper()
	conn, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(Patience))
	s := &Session{t: t, Conn: conn}
	s.Banner = s.Answer()
	return s
}

// Plain returns b without telnet's negotiation, which must consist of options only.
func Plain(b []byte) []byte {
	var p []byte
	for i := 0; i < len(b); i++ {
		if b[i] == 0xff {
			i += 2 // the verb and the option
			continue
		}
		p = append(p, b[i])
	}
	return p
}

const prompt = "> "

// Answer reads up to the next prompt and returns the text before it.
func (s *Session) Answer() string {
	s.t.Helper()
	var got []byte
	for b := make([]byte, 4096); ; {
		n, err := s.Conn.Read(b)
		got = append(got, b[:n]...)
		if text := string(Plain(got)); text == prompt || strings.HasSuffix(text, "\n"+prompt) {
			return Tidy(strings.TrimSuffix(text, prompt))
		}
		if err != nil {
			s.t.Fatalf("%v after %q, want the prompt", err, got)
		}
	}
}

// Tidy returns s with LF in place of CR LF, and without white space at both ends.
func Tidy(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// Cost matches the cost of a slow answer, behind the answer or on the next line.
var Cost = regexp.MustCompile(`(?m)\n? {2,}[\d,]+ entries, [\d,]+ ms.*$`)

// Ask sends a line and returns the answer, without its cost.
func (s *Session) Ask(line string) string {
	s.t.Helper()
	s.Conn.SetDeadline(time.Now().Add(Patience))
	if _, err := s.Conn.Write([]byte(line + "\n")); err != nil {
		s.t.Fatal(err)
	}
	return Cost.ReplaceAllString(s.Answer(), "")
}
