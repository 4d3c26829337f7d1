// Package protocoltest has examples of what clients send first: those of other protocols, of which
// nothing may be evaluated, and those that a session is for. Only tests import it.
package protocoltest

import (
	"encoding/binary"
	"strings"
)

// A Stranger is a client of another protocol.
type Stranger struct {
	Name string
	In   string // what it sends first
	Want string // the protocol it is taken for
}

// Strangers are refused even where a login asks its questions first.
var Strangers = []Stranger{
	{"GET", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP"},
	{"POST", "POST /?x=1 HTTP/1.0\nHost: x\n", "HTTP"},
	{"preflight", "OPTIONS * HTTP/1.1\n", "HTTP"},
	{"a proxy's client", "CONNECT localhost:3000 HTTP/1.1\r\nHost: localhost:3000\r\n\r\n", "HTTP"},
	{"another one", "GET http://localhost:3000/ HTTP/1.1\r\n", "HTTP"},
	{"an address of IPv6", "CONNECT [::1]:3000 HTTP/1.1\r\n", "HTTP"},
	{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x12\x04\x00", "HTTP"},
	{"SSDP", "M-SEARCH * HTTP/1.1\n", "HTTP"},
	{"a method of small letters", "get / HTTP/1.1\n", "HTTP"},
	{"any token, as of a page of this origin", "1 / HTTP/1.1\n", "HTTP"},
	{"all bytes of tokens", "!#$%&'*+-.^_`|~9 / HTTP/1.1\n", "HTTP"},
	{"a target with blanks, of an old browser", "GET /?a = b c HTTP/1.1\n", "HTTP"},
	{"blank lines before", "\r\n\r\nGET / HTTP/1.1\r\n", "HTTP"},
	{"a long target", "GET /" + strings.Repeat("x", 100_000) + " HTTP/1.1\n", "HTTP"},
	{"a long method", strings.Repeat("X", 100_000) + " / HTTP/1.1\n", "HTTP"},
	{"a request without an end", "GET / HTTP/1.1", "HTTP"},
	{"RTSP", "DESCRIBE rtsp://x/y RTSP/1.0\r\nCSeq: 1\r\n\r\n", "RTSP"},
	{"RTSP OPTIONS", "OPTIONS / RTSP/1.0\r\n\r\n", "RTSP"},
	{"SIP", "OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm\r\n\r\n", "SIP"},
	{"ICAP", "REQMOD icap://x/y ICAP/1.0\r\n", "ICAP"},

	{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"},
	{"SSL 2", "\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10", "a binary protocol"},
	{"ICE over TCP", rfc4571(stunBinding("abcd:efgh")), "STUN"},
	{"with a line for a name", rfc4571(stunBinding("\nvalve.Turn('stun')\n:efgh")), "STUN"},
	{"of 256 bytes and more", rfc4571(stunBinding(strings.Repeat("x", 200) + "\nvalve.Turn('stun')\n")), "STUN"},
	{"whose length is a newline", rfc4571(stunBinding(strings.Repeat("x", 0x030a-108) + "\nvalve.Turn('stun')\n")), "STUN"},
	{"TURN over TCP", "\x00\x03\x00\x08\x21\x12\xa4\x42abcdefghijkl\x00\x19\x00\x04\x11\x00\x00\x00", "STUN"},
	{"STUN over TCP", stunBinding("\nvalve.Turn('stun')\n"), "STUN"},
	{"SMB 1", "\x00\x00\x00\x85\xffSMBr\x00\x00\x00\x00\x18\x53\xc0", "a binary protocol"},
	{"SMB 2", "\x00\x00\x00\xf8\xfeSMB\x40\x00\x01\x00\x00\x00\x00\x00\x00\x00\x1f\x00", "a binary protocol"},
	{"RDP", "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x0b\x00\x00\x00", "a binary protocol"},
	{"RDP with a cookie", "\x03\x00\x00\x2b\x26\xe0\x00\x00\x00\x00\x00Cookie: mstshash=x\r\n\x01\x00\x08\x00\x03\x00\x00\x00", "a binary protocol"},
	{"memcached's binary", "\x80\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "a binary protocol"},
	{"postgres with SSL", "\x00\x00\x00\x08\x04\xd2\x16\x2f", "a binary protocol"},
	{"postgres", "\x00\x00\x00\x54\x00\x03\x00\x00user\x00postgres\x00database\x00valve\x00\x00", "a binary protocol"},
	{"mysql", "\x20\x00\x00\x01\x85\xae\xff\x19\x00\x00\x00\x01\x2d\x00\x00\x00", "a binary protocol"},
	{"SQL Server", "\x12\x01\x00\x2f\x00\x00\x01\x00\x00\x00\x1a\x00\x06", "a binary protocol"},
	{"Oracle", "\x00\x3a\x00\x00\x01\x00\x00\x00\x01\x39\x01\x2c", "a binary protocol"},
	{"MongoDB", "\x3a\x00\x00\x00\xa7\x41\x00\x00\x00\x00\x00\x00\xd4\x07\x00\x00", "a binary protocol"},
	{"Cassandra", "\x04\x00\x00\x00\x05\x00\x00\x00\x00", "a binary protocol"},
	{"DNS", "\x00\x1d\xab\xcd\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01", "a binary protocol"},
	{"DNS, a long one", "\x01\x0a\x0a\x0a\x01\x00\x00\x01", "a binary protocol"},
	{"AMQP 0.9", "AMQP\x00\x00\x09\x01", "a binary protocol"},
	{"AMQP 1.0", "AMQP\x00\x01\x00\x00", "a binary protocol"},
	{"MQTT", "\x10\x1c\x00\x04MQTT\x04\x02\x00\x3c\x00\x10mosq", "a binary protocol"},
	{"LDAP", "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00", "a binary protocol"},
	{"LDAP, a search", "\x30\x84\x00\x00\x00\x2d\x02\x01\x07\x63\x84\x00\x00\x00\x24", "a binary protocol"},
	{"Kafka", "\x00\x00\x00\x23\x00\x12\x00\x03\x00\x00\x00\x01\x00\x0dconsole", "a binary protocol"},
	{"Kafka, metadata", "\x00\x00\x00\x23\x00\x03\x00\x08\x00\x00\x00\x01", "a binary protocol"},
	{"ZooKeeper", "\x00\x00\x00\x2d\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x75\x30\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10", "a binary protocol"},
	{"PROXY 2", "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c", "PROXY"},
	{"SOCKS 4", "\x04\x01\x0b\xb8\x7f\x00\x00\x01valve\x00", "a binary protocol"},
	{"SOCKS 5", "\x05\x01\x00", "a binary protocol"},
	{"X11", "l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00", "a binary protocol"},
	{"BitTorrent", "\x13BitTorrent protocol\x00\x00\x00\x00\x00\x10\x00\x05", "a binary protocol"},
	{"Bitcoin", "\xf9\xbe\xb4\xd9version\x00\x00\x00\x00\x00\x66\x00\x00\x00", "a binary protocol"},
	{"ZeroMQ", "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f", "a binary protocol"},
	{"Java RMI", "JRMI\x00\x02K", "a binary protocol"},
	{"AJP", "\x12\x34\x00\x01\x0a", "a binary protocol"},
	{"Thrift", "\x80\x01\x00\x01\x00\x00\x00\x04ping", "a binary protocol"},
	{"ONC RPC", "\x80\x00\x00\x28\x72\xfe\x1d\x13\x00\x00\x00\x00", "a binary protocol"},
	{"Modbus", "\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x01", "a binary protocol"},
	{"Erlang's port mapper", "\x00\x01n", "a binary protocol"},
	{"Kerberos", "\x00\x00\x00\x71\x6a\x81\x6e\x30\x81\x6b\xa1\x03\x02\x01\x05", "a binary protocol"},
	{"a printer's daemon", "\x02default\n", "a binary protocol"},
	{"msgpack", "\x94\x00\x01\xa4ping", "a binary protocol"},
}

// Greeters begin with a line that a login would take for an answer. They are refused when it is for
// the session.
var Greeters = []Stranger{
	{"SSH", "SSH-2.0-OpenSSH_9.2\r\n", "SSH"},
	{"SSH 1", "SSH-1.99-x\n", "SSH"},
	{"redis", "*1\r\n$4\r\nPING\r\n", "Redis"},
	{"memcached's text", "get valve\r\n", "memcached"},
	{"memcached's set", "set valve 0 0 4\r\nx()\r\n", "memcached"},
	{"SMTP", "EHLO localhost\r\n", "SMTP"},
	{"SMTP, an address", "EHLO [127.0.0.1]\r\n", "SMTP"},
	{"FTP", "USER anonymous\r\n", "FTP"},
	{"FTP with TLS", "AUTH TLS\r\n", "FTP"},
	{"IRC", "NICK joe\r\nUSER joe 0 * :Joe\r\n", "IRC"},
	{"IMAP", "a001 CAPABILITY\r\n", "IMAP"},
	{"NATS", "CONNECT {\"verbose\":false}\r\nPING\r\n", "NATS"},
	{"XMPP", "<?xml version='1.0'?><stream:stream>\n", "XMPP"},
	{"rsync", "@RSYNCD: 31.0\n", "rsync"},
	{"VNC", "RFB 003.008\n", "VNC"},
	{"git", "0032git-upload-pack /project.git\x00host=localhost\x00", "git"},
	{"JDWP", "JDWP-Handshake", "JDWP"},
	{"syslog", "<34>1 2026-11-28T00:00:00Z host app - - - text\n", "syslog"},
	{"PROXY 1", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nvalve\r\n", "PROXY"},
}

// A Guest is a client that a session is for.
type Guest struct {
	Name string
	In   string // what it sends first
}

// Guests are not refused: all that they send is for the session.
var Guests = []Guest{
	{"a division by HTTP", "x = HTTP/1.5\n"},
	{"another one", "x = HTTP/1.1\n"},
	{"to a version that there is not", "x / HTTP/1.15\n"},
	{"behind an assignment", "y = x / HTTP/1.1\n"},
	{"behind a word", "x in HTTP/1.1\n"},
	{"behind a condition", "x ? y : HTTP/1.1\n"},
	{"behind one without a middle", "x ?: HTTP/1.1\n"},
	{"a division of more", "count(x, # > 1) / HTTP/1.1\n"},
	{"a request in quotes", "count(cache.items, .path == 'GET / HTTP/1.1')\n"},
	{"at the beginning", `"GET / HTTP/1.1" in log` + "\n"},
	{"an unknown version", "GET / HTTP/x\n"},
	{"another protocol", "GET / FTP/1.1\n"},
	{"a header's name for a key", "{\nHost: 1}\n"},
	{"in a line by itself", "{\nContent-Type: 1}\n"},
	{"in a condition", "[true ?\nif-1:2]\n"},
	{"a password", "content-x:1\n"},
	{"one with a scheme", "user-agent: x\n"},
	{"a request behind the first line", "dir()\nGET / HTTP/1.1\n"},
	{"control characters behind it", "dir()\n\x01\x16\x00\x02\xff\n"},
	{"a request over two lines", "GET\n/ HTTP/1.1\n"},
	{"a product", "x = a *1\n"},
	{"names that are commands elsewhere", "stats\n"},
	{"one more", "QUIT\n"},
	{"a comparison with one", "USER == 1\n"},
	{"a member of one", "AUTH.x\n"},
	{"a negation", "not LOGIN\n"},
	{"a difference", "SSH-2\n"},
	{"a setting", "set width 100\n"},
	{"a list", "get(x, 1)\n"},
	{"an interrupt", "\x03dir()\n"},
	{"several", "\x03\x03\n"},
	{"the end of input", "\x04"},
	{"a line that is taken back", "\x15dir()\n"},
	{"a backspace", "\x08\x7fdi\x08ir()\n"},
	{"a NUL", "\x00dir()\n"},
	{"NULs anywhere", "\x00\x00di\x00r()\x00\r\x00\n"},
	{"Enter as CR NUL, and a key", "\r\x00\x03dir()\r\x00"},
	{"an arrow", "\x1b[Adir()\n"},
	{"a tab", "\tdir()\n"},
	{"a letter", "é\n"},
	{"one of four bytes", "𝒳\n"},
	{"JSON", "json on\n{\"eval\":\"GET / HTTP/1.1\"}\n"},
	{"an agreement, and all there is", "\xff\xfd\x01\x01\x16\x00\x02GET / HTTP/1.1\nEHLO x\n"},
	{"a refusal", "\xff\xfe\x01GET / HTTP/1.1\n"},
	{"an interrupt of telnet's", "\xff\xf4\xff\xfd\x06\x16\n"},
	{"a size", "\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0\x16\n"},
}

// rfc4571 returns a frame of ICE over TCP (RFC 4571), as a page makes a browser send through
// WebRTC.
func rfc4571(message string) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(message)))) + message
}

// stunBinding returns a request (RFC 8489). A page chooses the user's name in it, which may have
// lines.
func stunBinding(user string) string {
	attribute := func(kind uint16, value string) string {
		a := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, kind), uint16(len(value)))
		return string(a) + value + strings.Repeat("\x00", (4-len(value)%4)%4)
	}
	attributes := attribute(0x0006, user) + attribute(0x8022, "x\nvalve.Turn('stun')\n") + attribute(0x0024, "n~\x1e\xff") + attribute(0x802a, "12345678")
	return "\x00\x01" + string(binary.BigEndian.AppendUint16(nil, uint16(len(attributes)))) + "\x21\x12\xa4\x42" + "0123456789ab" + attributes
}
