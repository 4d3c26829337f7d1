package goroutine

import (
	"slices"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Label is one that the program has set with runtime/pprof.
type Label struct{ Key, Value string }

const (
	maxLabels = 64
	maxLabel  = 1 << 10 // bytes of a key or a value
)

// Labels reads the labels of g, if it had some: those of one moment since g was read. ok is false if it
// has labels that cannot be read, or has ended.
func (r *Reader) Labels(g *G) (list []Label, ok bool) {
	if g.labels == 0 {
		return nil, true
	}
	if !r.KnowsLabels() {
		return nil, false
	}
	for range tries {
		// A goroutine may set other labels at any time. Those that it had may be gone then, with something
		// else in their place. What reads the same before and after the moment at which it has them is them.
		at := r.field(g, r.at.labels)
		if r.pause != nil {
			r.pause(0)
		}
		if at == 0 {
			list, ok = nil, true
		} else {
			list, ok = r.labelsAt(at)
		}
		if r.unchecked {
			return list, ok
		}
		still := r.field(g, r.at.labels) == at && uint64(r.long(g, r.at.goid)) == g.ID
		if !still || !ok {
			continue
		}
		if at == 0 {
			return nil, true
		}
		if again, ok := r.labelsAt(at); ok && slices.Equal(again, list) {
			return list, true
		}
	}
	return nil, false
}

// KnowsLabels reports whether labels can be read in this version of Go, if there are any.
func (r *Reader) KnowsLabels() bool { return r.at.set != nil }

// labelsAt reads the labels at an address. ok is false if there is no memory.
func (r *Reader) labelsAt(at uintptr) (list []Label, ok bool) {
	l := &r.at
	err := peek.Try(func() {
		p, n := peek.Word(at+l.pairs), peek.Word(at+l.pairs+wordSize)
		for i := range min(n, maxLabels) {
			at := p + i*l.pair
			list = append(list, Label{r.str(at), r.str(at + l.value)})
		}
	})
	return list, err == nil
}

// str reads the string whose header stands at a. It is called under Try.
func (r *Reader) str(a uintptr) string {
	p, n := peek.Word(a), peek.Word(a+wordSize)
	b := make([]byte, min(n, maxLabel))
	for i := range b {
		b[i] = peek.Byte(p + uintptr(i))
	}
	return string(b)
}
