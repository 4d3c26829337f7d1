package protocol

import (
	"regexp"
	"sync"
)

// Greeting recognizes clients of protocols that begin with text, by the first line that is for the
// session: answers to the questions of a login may be anything. It must not be asked about a telnet
// client. Its zero value is at the start of a connection. Its methods return the name of the other
// protocol, "" while there is none.
type Greeting struct {
	over bool // the first line is, and was not a greeting
	line opening
}

// Data judges lines that end in a newline.
func (g *Greeting) Data(p []byte) (name string) {
	for i := 0; i < len(p) && !g.over; i++ {
		switch {
		case p[i] != '\n':
			g.line.add(p[i])
		case g.line.text:
			if name = g.End(); name != "" {
				return name
			}
			*g = Greeting{over: true}
		}
	}
	return ""
}

// End judges what has come in as a line, when no more comes.
func (g *Greeting) End() (name string) {
	for _, k := range greetings() {
		if !g.over && k.line.Match(g.line.head) {
			return k.name
		}
	}
	return ""
}

// known is a protocol recognized by its first line.
type known struct {
	name string
	line *regexp.Regexp
}

// greetings are the first lines of protocols, none of which is an expression or a command. A
// protocol that begins with a single word, such as memcached's stats, cannot be among them.
var greetings = sync.OnceValue(func() []known {
	return []known{
		{"SSH", regexp.MustCompile(`^SSH-\d\.`)},
		{"PROXY", regexp.MustCompile(`^PROXY (?:TCP[46]|UNKNOWN)\b`)},
		{"Redis", regexp.MustCompile(`^\*\d+$`)},
		{"memcached", regexp.MustCompile(`^(?:gets? [\w:.-]+|(?:incr|decr) [\w:.-]+ \d+|(?:set|add|replace|append|prepend|cas) \S+ \d+ \d+ \d+.*)$`)},
		{"SMTP", regexp.MustCompile(`^(?i:EHLO|HELO|LHLO) [\w.:\[\]-]+$`)},
		{"FTP", regexp.MustCompile(`^(?:USER|PASS|AUTH) [\w.@-]+$`)}, // and POP3
		{"IRC", regexp.MustCompile(`^(?:NICK \w+|CAP LS(?: \d+)?|USER \w+ \w+ \S+ :.*)$`)},
		{"IMAP", regexp.MustCompile(`^[A-Za-z]*\d+ (?i:CAPABILITY|LOGIN .*|STARTTLS|AUTHENTICATE .*|ID .*)$`)},
		{"NATS", regexp.MustCompile(`^CONNECT \{`)},
		{"XMPP", regexp.MustCompile(`^<(?:\?xml|stream)`)},
		{"rsync", regexp.MustCompile(`^@RSYNCD: `)},
		{"VNC", regexp.MustCompile(`^RFB \d{3}\.\d{3}$`)},
		{"git", regexp.MustCompile(`^[0-9a-f]{4}git-`)},
		{"JDWP", regexp.MustCompile(`^JDWP-Handshake$`)},
		{"syslog", regexp.MustCompile(`^<\d{1,3}>`)},
	}
})
