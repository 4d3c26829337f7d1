package main

/*
typedef struct session *session_t; // never completed: what it holds is a small number

static session_t opened(unsigned long n) { return (session_t)n; }

struct node { struct node *next; session_t session; int value; };

static struct node *nodes; // of C's own memory

static struct node *linked(struct node *n, int value) {
	n->value = value;
	n->session = opened(value);
	n->next = (struct node *)(unsigned long)value; // no address
	return n;
}
*/
import "C"

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
)

// pool has handles of a C library in every kind of place.
type pool struct {
	mu    sync.Mutex
	now   conn // its two halves are changed together, under mu
	turns int

	one   C.session_t
	list  []C.session_t
	array [3]C.session_t
	table map[string]C.session_t
	keyed map[C.session_t]string
	any   any
	boxed any
	lone  any
	ptr   *C.session_t
	deep  *conn
	node  *C.struct_node
}

type conn struct {
	handle C.session_t
	number int
	next   *conn
}

func handle(n int) C.session_t { return C.opened(C.ulong(n)) }

// answers are what holds of a pool at any time.
var answers = map[string]string{
	"x.one":              "0x7",
	"x.list[3]":          "0x3",
	"x.array[1]":         "0x5",
	`x.table["11"]`:      "0xb",
	"x.any":              "0x9",
	"x.boxed.handle":     "0xd",
	"x.lone.handle":      "0xf",
	"x.deep.next.handle": "0x26",
	"x.node.session":     "0x11",
	"x.node.value":       "17",
}

// handles has handles looked at while the stacks of who looks grow, shrink and move.
func handles(stop *atomic.Bool) (string, error) {
	debug.SetGCPercent(5)
	p := &pool{table: map[string]C.session_t{}, keyed: map[C.session_t]string{}, one: handle(7), any: handle(9)}
	for i := range 40 {
		p.list = append(p.list, handle(i))
		p.table[fmt.Sprint(i)] = handle(i)
		p.keyed[handle(i)] = fmt.Sprint(i)
		p.deep = &conn{handle(i), i, p.deep}
	}
	p.array[1], p.ptr = handle(5), &p.list[3]
	p.boxed = conn{handle: handle(13)}
	p.lone = struct{ handle C.session_t }{handle(15)}
	p.node = C.linked(new(C.struct_node), 17)
	r := registry.New()
	r.Expose("x", p)
	r.Expose("guarded", p, registry.Guard(&p.mu))
	r.Expose("frozen", p, registry.Frozen())
	r.Expose("alone", p.one)

	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; !stop.Load(); i++ {
			p.mu.Lock()
			p.now, p.turns = conn{handle: handle(i % 5000), number: i % 5000}, i
			p.mu.Unlock()
			if i%100 == 0 {
				runtime.GC()
			}
		}
	})
	var mistake atomic.Pointer[error]
	wrong := func(format string, args ...any) {
		err := fmt.Errorf(format, args...)
		mistake.CompareAndSwap(nil, &err)
		stop.Store(true)
	}
	var renderings, evaluations atomic.Int64
	// Each on a stack of its own, which has to grow.
	apart := func(f func()) {
		var one sync.WaitGroup
		one.Go(f)
		one.Wait()
	}
	all.Go(func() {
		for !stop.Load() {
			apart(func() {
				text := render.Snap(render.Raw(inspect.Of(p), "p"), render.Limit{Depth: 30}).Line(0)
				if !strings.Contains(text, "0x26") || !strings.Contains(text, "0xd") {
					wrong("handles are missing: %s", text)
				}
			})
			renderings.Add(1)
		}
	})
	all.Go(func() {
		for !stop.Load() {
			for _, name := range []string{"x", "guarded", "frozen"} {
				for source, want := range answers {
					apart(func() {
						source := strings.ReplaceAll(source, "x.", name+".")
						got, err := eval.NewSession(r, eval.Limits{}).Eval(context.Background(), source)
						if err != nil && strings.Contains(err.Error(), "held") {
							return // p.mu was
						}
						if err != nil || got.Node.Text != want {
							wrong("%s: %+v, %v, want %s", source, got.Node, err, want)
						}
					})
					evaluations.Add(1)
				}
			}
			got, err := eval.NewSession(r, eval.Limits{}).Eval(context.Background(), "alone")
			if err != nil || got.Node.Text != "0x7" {
				wrong("alone: %+v, %v", got.Node, err)
			}
			if got, err = eval.NewSession(r, eval.Limits{}).Eval(context.Background(), "guarded.now"); err == nil {
				var h, n string
				for _, item := range got.Node.Items {
					switch item.Name {
					case "handle":
						h = item.Node.Text
					case "number":
						n = fmt.Sprintf("%#x", item.Node.Scalar)
					}
				}
				if h != n && (h != "nil" || n != "0x0") {
					wrong("a handle %s beside the number %s", h, n)
				}
			}
		}
	})
	all.Wait()
	if err := mistake.Load(); err != nil {
		return "", *err
	}
	return fmt.Sprintf("%d renderings, %d evaluations, %d changes", renderings.Load(), evaluations.Load(), p.turns), nil
}
