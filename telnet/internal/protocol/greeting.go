package protocol

import "regexp"

// Greeting refuses clients of protocols that begin with text, by the first line that is for the
// session: answers to the questions of a login may be anything. A telnet client is trusted.
type Greeting struct {
	over bool
	line opening
}

// Data is that of a Sniffer.
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

// End is that of a Sniffer.
func (g *Greeting) End() (name string) {
	for _, k := range greetings {
		if !g.over && k.line.Match(g.line.head) {
			return k.name
		}
	}
	return ""
}

// known is a protocol that is told by its first line.
type known struct {
	name string
	line *regexp.Regexp
}

// greetings are none of them expressions or commands. Protocols that begin with one word, such as
// memcached's stats, are not here.
var greetings = []known{
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
