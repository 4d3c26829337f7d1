package machine

import (
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Way is how a loop went over its collections.
type Way struct {
	Function string
	Where    fault.Pos // of the call
	Lanes    int       // elements that were evaluated many at once
	Steps    int       // elements that were evaluated one by one
	Why      []string  // why one by one, each reason once
	Once     []string  // what was read once for many elements, as it is written
}

// maxWhy bounds the reasons of a Way.
const maxWhy = 8

// because adds a reason. w may be nil.
func (w *Way) because(why string) {
	if w != nil && why != "" && len(w.Why) < maxWhy && !slices.Contains(w.Why, why) {
		w.Why = append(w.Why, why)
	}
}

// sharing adds what the scans of a loop read once. w may be nil.
func (w *Way) sharing(s *Scan) {
	for _, o := range s.Once {
		if w != nil && len(w.Once) < maxWhy && !slices.Contains(w.Once, o) {
			w.Once = append(w.Once, o)
		}
	}
}

// Ways returns how the loops of each call went, in the order in which they began, if the Frame
// explains.
func (f *Frame) Ways() (ways []Way) {
	for _, w := range f.ways {
		ways = append(ways, *w)
	}
	return ways
}

// way returns the Way of the loop's call, nil if the Frame does not explain or the loop has no call of
// its own.
func (l *Loop) way(f *Frame) *Way {
	if !f.Explain || l.Function == "" {
		return nil
	}
	for _, w := range f.ways {
		if w.Function == l.Function && w.Where == l.Where {
			return w
		}
	}
	w := &Way{Function: l.Function, Where: l.Where}
	f.ways = append(f.ways, w)
	return w
}

// Stepped says that an element was evaluated one by one, for who walks without Over.
func (l *Loop) Stepped(f *Frame) {
	if w := l.way(f); w != nil {
		w.Steps++
	}
}

// counted returns both parts of a walk in batches such that w counts what they take.
func (w *Way) counted(take func(b *access.Batch) (bool, error), each func(pos int, key, elem *access.View) (bool, error)) (
	func(b *access.Batch) (bool, error), func(pos int, key, elem *access.View) (bool, error)) {
	return func(b *access.Batch) (bool, error) {
			before, stepped := b.Taken(), b.Stepped()
			more, err := take(b)
			w.Lanes += b.Taken() - before - (b.Stepped() - stepped)
			return more, err
		}, func(pos int, key, elem *access.View) (bool, error) {
			w.Steps++
			return each(pos, key, elem)
		}
}
