package peek

import "fmt"

// Chan loads the number of values in a chan's buffer and the size of that, from
// the first two words of the runtime's structure (runtime.hchan), which have
// been these since go1.0.
func Chan(p Ref) (n, size int, err error) {
	var w [2]uintptr
	if _, err := p.Words(w[:]); err != nil {
		return 0, 0, err
	}
	n, size = int(w[0]), int(w[1])
	if n < 0 || n > size {
		return 0, 0, fmt.Errorf("there is no chan at %#x", p.Addr())
	}
	return n, size, nil
}
