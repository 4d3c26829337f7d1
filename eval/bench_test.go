package eval

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/sightglass-go/sightglass/registry"
)

type entryOfBench struct {
	hits int
	name string
}

const benchSize = 1_000_000

func benchMap() map[int]*entryOfBench {
	m := make(map[int]*entryOfBench, benchSize)
	for i := range benchSize {
		m[i] = &entryOfBench{hits: i % 1000, name: fmt.Sprint("item ", i)}
	}
	return m
}

func benchSession(b *testing.B) *Session {
	reg := registry.New()
	reg.Expose("live", &struct{ m map[int]*entryOfBench }{benchMap()}, registry.Frozen())
	return NewSession(reg, Limits{Bytes: math.MaxInt, Time: time.Hour})
}

// mediated patches member access into calls of ours, as running expr-lang's virtual machine would need.
type mediated struct{}

func (mediated) Visit(n *ast.Node) {
	if m, ok := (*n).(*ast.MemberNode); ok {
		ast.Patch(n, &ast.CallNode{Callee: &ast.IdentifierNode{Value: "get_"}, Arguments: []ast.Node{m.Node, m.Property}})
	}
}

// BenchmarkCount backs the decision to compile the syntax tree to closures: the same question about
// the same live map, by our code in place, and by expr-lang's virtual machine with access patched in,
// which needs the map as a list first, and cannot be stopped.
func BenchmarkCount(b *testing.B) {
	s := benchSession(b)
	ask := func(b *testing.B, source string) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := value(b, s, source); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchSize, "ns/entry")
	}
	b.Run("native", func(b *testing.B) { // the yardstick: what Go itself takes
		m := benchMap()
		n := 0
		for b.Loop() {
			for _, e := range m {
				if e.hits > 100 {
					n++
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchSize, "ns/entry")
	})
	b.Run("closures", func(b *testing.B) { ask(b, `count(live.m, .hits > 100)`) })
	b.Run("closures/string", func(b *testing.B) { ask(b, `count(live.m, .name endsWith "7")`) })
	b.Run("closures/plain", func(b *testing.B) { ask(b, `count(1..1000000, # > 100)`) })
	b.Run("closures/nothing", func(b *testing.B) { ask(b, `count(live.m, true)`) })
	b.Run("machine", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f := s.begin(b.Context(), s.limits)
			root, err := f.look.Get("live")
			if err != nil {
				b.Fatal(err)
			}
			m, err := f.member(root, "m")
			if err != nil {
				b.Fatal(err)
			}
			items, err := f.list(m)
			if err != nil {
				b.Fatal(err)
			}
			get := expr.Function("get_", func(args ...any) (any, error) {
				x, err := f.member(args[0], args[1].(string))
				if err != nil {
					return nil, err
				}
				return f.load(x)
			})
			env := map[string]any{"items": items}
			program, err := expr.Compile(`count(items, .hits > 100)`, expr.Env(env), get, expr.Patch(mediated{}))
			if err != nil {
				b.Fatal(err)
			}
			machine := vm.VM{MemoryBudget: 1 << 30}
			if _, err := machine.Run(program, env); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchSize, "ns/entry")
	})
}
