// Package protocol speaks telnet (RFC 854), and recognizes what does not. A Decoder turns bytes
// from the wire into data, commands and options; Encode turns text into bytes; Negotiation answers
// options. A Sniffer and a Greeting recognize clients of other protocols by what they send first.
// The package knows no connection, no session and no user.
package protocol
