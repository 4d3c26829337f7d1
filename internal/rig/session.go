package rig

import (
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Session is one connection in line mode, as a program would make it.
type Session struct {
	t      *testing.T
	Conn   net.Conn
	Banner string // what it was greeted with
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

// Plain is b without telnet's negotiation, which a client that knows nothing of it shows as odd characters.
func Plain(b []byte) []byte {
	var p []byte
	for i := 0; i < len(b); i++ {
		if b[i] == 0xff {
			i += 2 // the command and its option
			continue
		}
		p = append(p, b[i])
	}
	return p
}

const prompt = "> "

// Answer reads up to the next prompt and returns what stands before it.
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

// Tidy returns s with the line ends of a file and no white space at its ends.
func Tidy(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// Cost is what an answer says that took long, behind it or on a line of its own.
var Cost = regexp.MustCompile(`(?m)\n? {2,}[\d,]+ entries, [\d,]+ ms.*$`)

// Ask returns the answer to one line, without its cost.
func (s *Session) Ask(line string) string {
	s.t.Helper()
	s.Conn.SetDeadline(time.Now().Add(Patience))
	if _, err := s.Conn.Write([]byte(line + "\n")); err != nil {
		s.t.Fatal(err)
	}
	return Cost.ReplaceAllString(s.Answer(), "")
}
