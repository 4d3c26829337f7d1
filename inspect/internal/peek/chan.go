package peek

import "fmt"

// Chan loads how many values the buffer of the chan at p holds, and the size of that buffer.
func Chan(p Ref) (n, size int, err error) {
	if err := p.Space().chansProved(); err != nil {
		return 0, 0, err
	}
	return buffered(p)
}

func buffered(p Ref) (n, size int, err error) {
	var w [3]uintptr
	if _, err := p.Words(w[:]); err != nil {
		return 0, 0, err
	}
	where := &p.Space().where
	n, size = int(w[where.chanLen/wordSize]), int(w[where.chanCap/wordSize])
	if n < 0 || n > size {
		return 0, 0, fmt.Errorf("there is no chan at %#x", p.Addr())
	}
	return n, size, nil
}
