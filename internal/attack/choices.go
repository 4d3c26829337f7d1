package attack

// Choices makes choices from any bytes, for a fuzz target that builds what it tests. Once the bytes
// are used up each choice is the first. It is for one goroutine.
type Choices []byte

// Byte returns the next byte, 0 at the end.
func (c *Choices) Byte() byte {
	if len(*c) == 0 {
		return 0
	}
	b := (*c)[0]
	*c = (*c)[1:]
	return b
}

// Text returns up to 23 bytes.
func (c *Choices) Text() string {
	n := min(int(c.Byte()%24), len(*c))
	s := string((*c)[:n])
	*c = (*c)[n:]
	return s
}

// Some reports true in one of so many cases, false at the end.
func (c *Choices) Some(of byte) bool { return c.Byte()%of == 1 }
