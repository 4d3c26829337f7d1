// Package protocol speaks telnet (RFC 854), and knows what does not: it makes bytes of the wire into
// data, commands and options, and back, and it recognises clients of other protocols by what they
// send first. It knows no connection, no session and no user.
package protocol
