package protocol

// Encode appends text to dst as telnet sends it (RFC 854): a newline as CR LF, a carriage return as
// CR NUL, and the byte 255 twice.
func Encode(dst, text []byte) []byte {
	for _, b := range text {
		switch b {
		case '\n':
			dst = append(dst, '\r', '\n')
		case '\r':
			dst = append(dst, '\r', 0)
		case IAC:
			dst = append(dst, IAC, IAC)
		default:
			dst = append(dst, b)
		}
	}
	return dst
}
