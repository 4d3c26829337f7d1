package eval

import (
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/registry"
)

type entryOfBench struct {
	hits  int
	name  string
	stock *stockOfBench
}

type stockOfBench struct{ sold, left int }

// objectOfBench holds the same entries in several ways.
type objectOfBench struct {
	m     map[int]*entryOfBench
	names map[string]*entryOfBench
	list  []entryOfBench
}

const benchSize = 1_000_000

func benchMap() map[int]*entryOfBench {
	m := make(map[int]*entryOfBench, benchSize)
	for i := range benchSize {
		m[i] = &entryOfBench{hits: i % 1000, name: fmt.Sprint("item ", i), stock: &stockOfBench{left: i % 1000}}
	}
	return m
}

func benchSession(b *testing.B) *Session {
	o := &objectOfBench{m: benchMap(), names: make(map[string]*entryOfBench, benchSize), list: make([]entryOfBench, benchSize)}
	for i, e := range o.m {
		o.names[e.name], o.list[i] = e, *e
	}
	reg := registry.New()
	reg.Expose("live", o, registry.Frozen())
	reg.Expose("racy", o)
	reg.Expose("guarded", &struct {
		mu sync.RWMutex
		m  map[int]*entryOfBench
	}{m: o.m})
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
	perEntry := func(b *testing.B, used time.Duration) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchSize, "ns/entry")
		if used > 0 {
			b.ReportMetric(float64(used.Nanoseconds())/float64(b.N)/benchSize, "cpu-ns/entry")
		}
	}
	ask := func(b *testing.B, source string) {
		b.ReportAllocs()
		began := processorTime()
		for b.Loop() {
			if _, err := answer(b, s, source); err != nil {
				b.Fatal(err)
			}
		}
		perEntry(b, processorTime()-began)
	}
	b.Run("native", func(b *testing.B) { // the yardstick: what Go itself takes
		m := benchMap()
		n := 0
		began := processorTime()
		for b.Loop() {
			for _, e := range m {
				if e.hits > 100 {
					n++
				}
			}
		}
		perEntry(b, processorTime()-began)
	})
	b.Run("closures", func(b *testing.B) { ask(b, `count(live.m, .hits > 100)`) })
	b.Run("closures/string", func(b *testing.B) { ask(b, `count(live.m, .name endsWith "7")`) })
	b.Run("closures/plain", func(b *testing.B) { ask(b, `count(1..1000000, # > 100)`) })
	b.Run("closures/nested", func(b *testing.B) { ask(b, `count(live.m, .stock.left > 100)`) })
	b.Run("closures/sum", func(b *testing.B) { ask(b, `sum(live.m, .hits)`) })
	b.Run("closures/filter", func(b *testing.B) { ask(b, `len(filter(live.m, .hits > 990))`) })
	b.Run("closures/and", func(b *testing.B) { ask(b, `count(live.m, .hits > 100 and .stock.left + .hits < 1000)`) })
	b.Run("closures/list", func(b *testing.B) { ask(b, `count(live.list, .hits > 100)`) })
	b.Run("closures/names", func(b *testing.B) { ask(b, `count(live.names, .hits > 100)`) })
	b.Run("closures/guarded", func(b *testing.B) { ask(b, `count(guarded.m, .hits > 100)`) })
	b.Run("closures/racy", func(b *testing.B) { ask(b, `count(racy.m, .hits > 100)`) })
	b.Run("closures/nothing", func(b *testing.B) { ask(b, `count(live.m, true)`) })
	b.Run("machine", func(b *testing.B) {
		b.ReportAllocs()
		began := processorTime()
		for b.Loop() {
			f := s.begin(b.Context(), s.limits)
			root, err := f.Visit.Get("live")
			if err != nil {
				b.Fatal(err)
			}
			m, err := value.Member(&f.Thread, value.Live{View: root}, "m")
			if err != nil {
				b.Fatal(err)
			}
			items, err := value.ToList(&f.Thread, m)
			if err != nil {
				b.Fatal(err)
			}
			get := expr.Function("get_", func(args ...any) (any, error) {
				x, err := value.Member(&f.Thread, args[0].(value.Value), args[1].(string))
				if err != nil {
					return nil, err
				}
				if x, err = value.Load(x); err != nil {
					return nil, err
				}
				return goValue(x), nil
			})
			env := map[string]any{"items": []value.Value(items)}
			program, err := expr.Compile(`count(items, .hits > 100)`, expr.Env(env), get, expr.Patch(mediated{}))
			if err != nil {
				b.Fatal(err)
			}
			machine := vm.VM{MemoryBudget: 1 << 30}
			if _, err := machine.Run(program, env); err != nil {
				b.Fatal(err)
			}
		}
		perEntry(b, processorTime()-began)
	})
}
