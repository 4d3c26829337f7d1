package protocol

// Encode appends text to dst as RFC 854 wants it: a newline is CR LF, a carriage return alone is
// CR NUL, and 255 is doubled.
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
