package protocol

import "encoding/binary"

// The first byte of a subnegotiation of the terminal's type (RFC 1091).
const (
	typeIs   = 0
	typeSend = 1
)

// AppendTypeRequest appends the request for the terminal's type to dst. It may be sent once the
// peer has agreed to OptTTYPE.
func AppendTypeRequest(dst []byte) []byte {
	return append(dst, IAC, SB, OptTTYPE, typeSend, IAC, SE)
}

// TerminalType reads a subnegotiation of OptTTYPE. ok is false if it does not give a type.
func TerminalType(p []byte) (name string, ok bool) {
	if len(p) == 0 || p[0] != typeIs {
		return "", false
	}
	return string(p[1:]), true
}

// WindowSize reads a subnegotiation of OptNAWS (RFC 1073). Sizes are in characters; 0 is unknown.
// ok is false if p has the wrong length.
func WindowSize(p []byte) (columns, rows int, ok bool) {
	if len(p) != 4 {
		return 0, 0, false
	}
	return int(binary.BigEndian.Uint16(p)), int(binary.BigEndian.Uint16(p[2:])), true
}
