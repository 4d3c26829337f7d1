package inspect

import (
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect/internal/goroutine"
)

// Span is a part of memory.
type Span struct{ Addr, Size uintptr }

// Mention says that an address of a span stands in the frame of a function of a goroutine, which does
// not wait for what lies there itself. Who holds a lock, and is to release it, most often has its
// address; who has it need not hold the lock.
type Mention struct {
	Span      int // the index of the span
	Goroutine int
	Function  string // the innermost whose frame has it
}

// ReadMentions reads the stacks of all goroutines and finds who mentions the spans: once for each
// goroutine and span. Goroutines that run have no stack to read. Its errors are those of
// ReadGoroutines.
func ReadMentions(spans []Span, keep Keeper) (list []Mention, err error) {
	r, err := here.goroutines()
	if err != nil || len(spans) == 0 {
		return nil, err
	}
	lo, hi := ^uintptr(0), uintptr(0)
	order := make([]int, len(spans))
	for i, s := range spans {
		order[i] = i
		lo, hi = min(lo, s.Addr), max(hi, s.Addr+s.Size)
	}
	slices.SortFunc(order, func(a, b int) int {
		if spans[a].Addr < spans[b].Addr {
			return -1
		}
		return 1
	})
	symbols := r.Symbols()
	err = r.Each(goroutine.Want{Stacks: true, Words: true}, func(g *goroutine.G) error {
		if err := keep(0); err != nil {
			return err
		}
		begin := len(list)
		for at, w := range g.Words {
			if w < lo || w >= hi {
				continue
			}
			for _, i := range order {
				if s := spans[i]; w < s.Addr {
					break
				} else if w >= s.Addr+s.Size || awaits(g, s) ||
					slices.ContainsFunc(list[begin:], func(m Mention) bool { return m.Span == i }) {
					continue
				}
				if f := frameOf(g, symbols, at); f != "" {
					list = append(list, Mention{i, int(g.ID), f})
				}
			}
		}
		return keep(48 * (len(list) - begin))
	})
	return list, err
}

func awaits(g *goroutine.G, s Span) bool {
	return slices.ContainsFunc(g.Waits, func(w goroutine.Wait) bool { return w.Addr >= s.Addr && w.Addr < s.Addr+s.Size })
}

// frameOf returns the function whose frame has a word of the stack; "" for one of the runtime's or of
// a lock's own.
func frameOf(g *goroutine.G, symbols *goroutine.Symbols, at int) string {
	for k, end := range g.Frames {
		if at > end+1 { // behind the frame stand the one before, and where to return to
			continue
		}
		frames := symbols.At(g.Stack[k])
		if len(frames) == 0 {
			return ""
		}
		f := frames[len(frames)-1].Function
		for _, own := range []string{"runtime.", "internal/", "sync."} {
			if strings.HasPrefix(f, own) {
				return ""
			}
		}
		return f
	}
	return ""
}
