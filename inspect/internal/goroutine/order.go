package goroutine

import (
	"cmp"
	"slices"
)

// Numbered is a goroutine by its number, and where it is: at an address, or at an index.
type Numbered struct {
	ID uint64
	At uintptr
}

// Worker is told of so many steps of work that were done, of some nanoseconds each. Its error ends the
// work.
type Worker func(steps int) error

const (
	// sortedAtOnce is how many are sorted between two calls of a Worker, which takes some 20 µs, and
	// mergedAtOnce how many are merged, which takes as long.
	sortedAtOnce = 256
	mergedAtOnce = 2048
)

// Sort sorts by numbers. It works for no longer than 50 µs before it calls the Worker, where the sorts
// of package slices take 8 ms for 100,000 goroutines, and can be ended.
func Sort(all []Numbered, worked Worker) error {
	for part := range slices.Chunk(all, sortedAtOnce) {
		slices.SortFunc(part, byID)
		if err := worked(8 * len(part)); err != nil {
			return err
		}
	}
	if len(all) <= sortedAtOnce {
		return nil
	}
	m := merging{from: all, to: make([]Numbered, len(all)), worked: worked}
	for width := sortedAtOnce; width < len(all); width *= 2 {
		for lo := 0; lo < len(all); lo += 2 * width {
			if err := m.merge(lo, min(lo+width, len(all)), min(lo+2*width, len(all))); err != nil {
				return err
			}
		}
		m.from, m.to = m.to, m.from
	}
	copy(all, m.from)
	return nil
}

func byID(a, b Numbered) int { return cmp.Compare(a.ID, b.ID) }

// merging is the second half of a Sort.
type merging struct {
	from, to []Numbered
	worked   Worker
	steps    int // not told yet
}

// merge merges the sorted parts [lo, mid) and [mid, hi).
func (m *merging) merge(lo, mid, hi int) error {
	a, b := lo, mid
	for n := lo; n < hi; n++ {
		if b == hi || a < mid && m.from[a].ID <= m.from[b].ID {
			m.to[n] = m.from[a]
			a++
		} else {
			m.to[n] = m.from[b]
			b++
		}
		if m.steps++; m.steps == mergedAtOnce {
			m.steps = 0
			if err := m.worked(mergedAtOnce); err != nil {
				return err
			}
		}
	}
	return nil
}
