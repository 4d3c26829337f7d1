package inspect

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect/internal/goroutine"
)

// Span is a part of memory.
type Span struct{ Addr, Size uintptr }

// Mention says that an address of a span stands in the frame of a function of a goroutine. Who holds a
// lock, and is to release it, most often has its address; who has it need not hold the lock.
type Mention struct {
	Span      int // the index of the span
	Goroutine int
	Function  string // the innermost whose frame has it

	// Waits says that the goroutine waits for what lies there itself, so that the function that it
	// called to wait has the address anyway. Outer says that another function further out has it too:
	// that one is Function.
	Waits, Outer bool
}

// Mentions are those of some spans: the first of each goroutine and span, but of who waits for a span
// the first that is Outer.
type Mentions struct {
	List    []Mention
	Unknown int // goroutines whose stack could not be read, as it runs, or not down to where they began
}

// ReadMentions reads the stacks of all goroutines and finds who mentions the spans. Goroutines that
// run have no stack to read. Its errors are those of ReadGoroutines.
func ReadMentions(spans []Span, keep Keeper) (m Mentions, err error) {
	r, err := here.goroutines()
	if err != nil || len(spans) == 0 {
		return m, err
	}
	by := newSpanIndex(spans)
	symbols := r.Symbols()
	err = r.Each(goroutine.Want{Stacks: true, Words: true}, func(g *goroutine.G) error {
		if err := keep(0); err != nil {
			return err
		}
		if !g.Whole && !goroutine.System(symbols.Entry(g.Entry)) {
			m.Unknown++
		}
		begin, caller := len(m.List), -1
		for at, w := range g.Words {
			by.each(w, func(i int) {
				known := slices.IndexFunc(m.List[begin:], func(x Mention) bool { return x.Span == i })
				if known >= 0 && (!m.List[begin+known].Waits || m.List[begin+known].Outer) {
					return
				}
				x := Mention{Span: i, Goroutine: int(g.ID), Waits: awaits(g, spans[i])}
				frame := frameOf(g, at)
				if x.Function = functionOf(g, symbols, frame, !x.Waits); x.Function == "" {
					return
				}
				if x.Waits {
					if caller < 0 {
						caller = callerOf(g, symbols)
					}
					x.Outer = frame > caller
				}
				switch {
				case known < 0:
					m.List = append(m.List, x)
				case x.Outer:
					m.List[begin+known] = x
				}
			})
		}
		return keep(48 * (len(m.List) - begin))
	})
	return m, err
}

// spanIndex finds the spans that an address lies in.
type spanIndex struct {
	spans []Span
	order []int // by address
	most  uintptr
}

func newSpanIndex(spans []Span) *spanIndex {
	x := &spanIndex{spans: spans, order: make([]int, len(spans))}
	for i, s := range spans {
		x.order[i] = i
		x.most = max(x.most, s.Size)
	}
	slices.SortFunc(x.order, func(a, b int) int { return cmp.Compare(spans[a].Addr, spans[b].Addr) })
	return x
}

// each calls f for each span that a lies in.
func (x *spanIndex) each(a uintptr, f func(i int)) {
	behind, _ := slices.BinarySearchFunc(x.order, a, func(i int, a uintptr) int {
		if x.spans[i].Addr <= a {
			return -1
		}
		return 1
	})
	for behind--; behind >= 0; behind-- {
		s := x.spans[x.order[behind]]
		if a-s.Addr >= x.most {
			return
		}
		if a-s.Addr < s.Size {
			f(x.order[behind])
		}
	}
}

func awaits(g *goroutine.G, s Span) bool {
	return slices.ContainsFunc(g.Waits, func(w goroutine.Wait) bool { return w.Addr >= s.Addr && w.Addr < s.Addr+s.Size })
}

// frameOf returns which frame has a word of the stack.
func frameOf(g *goroutine.G, at int) int {
	for k, end := range g.Frames {
		if at <= end+1 { // behind the frame stand the one before, and where to return to
			return k
		}
	}
	return len(g.Frames)
}

// callerOf is the frame of the function that called to wait.
func callerOf(g *goroutine.G, symbols *goroutine.Symbols) int {
	for k := range g.Stack {
		if functionOf(g, symbols, k, false) != "" {
			return k
		}
	}
	return len(g.Stack)
}

// functionOf is the function of a frame; "" for one of the runtime's or of a lock's own, but that of a
// Once if it counts, which has its lock while it calls another.
func functionOf(g *goroutine.G, symbols *goroutine.Symbols, k int, once bool) string {
	if k >= len(g.Stack) {
		return ""
	}
	frames := symbols.At(g.Stack[k])
	if len(frames) == 0 {
		return ""
	}
	f := frames[len(frames)-1].Function
	if once && strings.HasPrefix(f, "sync.(*Once).") {
		return f
	}
	for _, own := range []string{"runtime.", "internal/", "sync."} {
		if strings.HasPrefix(f, own) {
			return ""
		}
	}
	return f
}
