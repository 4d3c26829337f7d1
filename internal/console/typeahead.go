package console

import "bytes"

// typeahead is the input that came in during an evaluation. It counts the empty lines, reading each
// byte once when it comes in and once when it is dropped.
type typeahead struct {
	bytes   []byte
	in, out emptyLines
	empty   int // in bytes
	begins  int // the index in bytes of the line that has not ended, or less
}

// add takes p, and calls line with each line that ends in it.
func (h *typeahead) add(p []byte, line func([]byte)) {
	from := len(h.bytes)
	h.bytes = append(h.bytes, p...)
	h.empty += h.in.read(p)
	for {
		n := bytes.IndexByte(h.bytes[from:], '\n')
		if n < 0 {
			return
		}
		from += n + 1
		line(h.bytes[h.begins : from-1])
		h.begins = from
	}
}

// drop forgets the first n bytes.
func (h *typeahead) drop(n int) {
	h.empty -= h.out.read(h.bytes[:n])
	h.begins = max(0, h.begins-n)
	if h.bytes = h.bytes[n:]; len(h.bytes) == 0 {
		*h = typeahead{}
	}
}

// emptyLines counts the empty lines of a stream.
type emptyLines struct{ begun bool } // the last line is not empty

// read returns the number of empty lines that end in p.
func (l *emptyLines) read(p []byte) (n int) {
	for _, b := range p {
		switch b {
		case '\n':
			if !l.begun {
				n++
			}
			l.begun = false
		case '\r':
		default:
			l.begun = true
		}
	}
	return n
}
