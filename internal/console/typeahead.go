package console

// typeahead is what came in during an evaluation, and how many lines of it are empty. Each byte of
// it is looked at twice, however many lines it has.
type typeahead struct {
	bytes   []byte
	in, out emptyLines
	empty   int
}

func (h *typeahead) add(p []byte) {
	h.bytes = append(h.bytes, p...)
	h.empty += h.in.read(p)
}

// drop forgets the first n bytes.
func (h *typeahead) drop(n int) {
	h.empty -= h.out.read(h.bytes[:n])
	if h.bytes = h.bytes[n:]; len(h.bytes) == 0 {
		*h = typeahead{}
	}
}

// emptyLines counts empty lines.
type emptyLines struct{ begun bool } // something stands on the last line

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
