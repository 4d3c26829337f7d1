//go:build unix

package access

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// board is guarded by mu and leads to objects that are not: they have locks of their own, are
// atomic, are reset by whoever takes them off the board, or lie in memory that comes and goes.
type board struct {
	mu    sync.Mutex
	halfA int // of the same number, under mu
	halfB int
	any   any // one of the letters, under mu

	jobs  []*boardJob
	named map[string]*boardJob
	near  boardJob
	first *atomic.Value // stored into once it is on the board
	ctx   context.Context
	drawn *boardDraft // pooled
}

// boardJob changes under lk.
type boardJob struct {
	lk   sync.Mutex
	stat any
	text string
}

type boardDraft struct {
	own  sync.Mutex
	text string
	any  any
	job  *boardJob
}

// The content of a letter tells which letter it is.
type (
	letterA struct{ letter, pad string }
	letterB struct {
		n      int
		letter string
	}
	letterC struct {
		letter string
		fill   [7]uintptr // what looks like no address
	}
)

func letter(i int) any {
	switch i % 3 {
	case 0:
		return &letterA{letter: "*access.letterA", pad: "pad"}
	case 1:
		return &letterB{n: i, letter: "*access.letterB"}
	}
	c := &letterC{letter: "*access.letterC"}
	for j := range c.fill {
		c.fill[j] = uintptr(i*j) * 0x9e3779b9
	}
	return c
}

func halves(i int) string { return fmt.Sprint(i, " ", i) }

// change is the application, until stop is set. Nothing in it races.
func (b *board) change(stop *atomic.Bool) {
	pool := sync.Pool{New: func() any { return new(boardDraft) }}
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() {
		// The jobs, by code that does not know b.mu.
		jobs := append([]*boardJob{&b.near}, b.jobs...)
		for i := 0; !stop.Load(); i++ {
			j := jobs[[...]int{0, 1, i / 2 % len(jobs)}[i%3]]
			a, b, text := letter(i), letter(i+1), halves(i)
			for range 5000 {
				j.lk.Lock()
				j.stat = a
				j.lk.Unlock()
				j.lk.Lock()
				j.stat, j.text = b, text
				j.lk.Unlock()
			}
			runtime.Gosched()
		}
	})
	for i := 0; !stop.Load(); i++ {
		d := pool.Get().(*boardDraft)
		d.own.Lock()
		d.text, d.any, d.job = halves(i), letter(i), b.jobs[i%len(b.jobs)]
		d.own.Unlock()
		ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), contextKey("letter"), letter(i)))
		first := new(atomic.Value)
		b.mu.Lock()
		b.halfA, b.halfB, b.any = i, i, letter(i)
		b.named[fmt.Sprint(i%50)] = b.jobs[i%len(b.jobs)]
		delete(b.named, fmt.Sprint(i/2%50))
		b.first, b.ctx, b.drawn = first, ctx, d
		b.mu.Unlock()
		for j := range 10 {
			d.own.Lock()
			d.any, d.text = letter(j), halves(j)
			d.own.Unlock()
		}
		first.Store(letter(0))
		cancel(errors.New(halves(i)))
		b.mu.Lock()
		b.drawn = nil
		b.mu.Unlock()
		*d = boardDraft{}
		pool.Put(d)
		if i%100 == 0 {
			runtime.GC()
		}
		runtime.Gosched()
	}
}

// TestAttackTrust reads, under declared guards, objects that these do not cover: no process ends,
// and what has no mark is what somebody wrote.
func TestAttackTrust(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	b := &board{named: map[string]*boardJob{}, first: new(atomic.Value), ctx: context.Background()}
	for range 8 {
		b.jobs = append(b.jobs, &boardJob{stat: letter(0), text: halves(0)})
	}
	b.near.text, b.near.stat = halves(0), letter(0)
	gone, protect := newOffHeap(t)
	gone.hits = 7
	r := New()
	r.Expose("guarded", b, Guard(&b.mu))
	r.Expose("by", b, GuardBy("mu", "lk"))
	r.Expose("found", b)
	r.Expose("both", b, Guard(&b.mu), GuardBy("lk"))
	r.Expose("gone", &struct{ x *offHeap }{gone}, GuardBy("mu"))
	stop := attack.Stop(t)
	var all sync.WaitGroup
	all.Go(func() { b.change(stop) })
	all.Go(func() {
		// The race detector writes to locks in C, where Go cannot catch a fault.
		for i := 0; !stop.Load() && !attack.RaceDetector; i++ {
			protect([]int{syscall.PROT_NONE, syscall.PROT_READ, syscall.PROT_READ | syscall.PROT_WRITE}[i%3])
			runtime.Gosched()
		}
		protect(syscall.PROT_READ | syscall.PROT_WRITE)
	})
	var looks, read, marked, refused atomic.Int64
	// sure counts what was read, and reports whether it must be right.
	sure := func(v *View, err error) bool {
		if err != nil {
			refused.Add(1)
			return false
		}
		read.Add(1)
		if v.val.Mark()&(inspect.Racy|inspect.Torn) != 0 {
			marked.Add(1)
			return false
		}
		return true
	}
	// letterIn checks that v holds the letter that its type says.
	letterIn := func(v *View, err error) {
		if err != nil {
			refused.Add(1)
			return
		}
		e, err := v.Target()
		if e == nil && err == nil || !sure(e, err) {
			return
		}
		text, err := e.Member("letter")
		if err != nil {
			t.Errorf("%s: %v", v.Path(), err)
			return
		}
		if x, _, err := text.Plain(); err == nil && x != "*"+e.val.Type().String() {
			t.Errorf("%s: a %v has the letter %q, and bears no mark", v.Path(), e.val.Type(), x)
		}
	}
	halvesIn := func(v *View, err error) {
		if err == nil {
			var text any
			if text, _, err = v.Plain(); err == nil {
				var x, y int
				if n, _ := fmt.Sscan(text.(string), &x, &y); text != "" && (n != 2 || x != y) {
					t.Errorf("%s: %q was read, which nobody wrote", v.Path(), text)
				}
				read.Add(1)
				return
			}
		}
		refused.Add(1)
	}
	all.Go(func() {
		for !stop.Load() && !t.Failed() {
			v, err := r.Visit(context.Background(), nil).Get("gone")
			if err != nil {
				t.Error(err)
				return
			}
			for _, name := range []string{".hits", ".when", ".text"} {
				x, err := reach(v, ".x", name)
				var got any
				if err == nil {
					got, _, err = x.Plain()
				}
				if err != nil {
					refused.Add(1)
				} else if read.Add(1); name == ".hits" && got != 7 {
					t.Errorf("%s: %v", x.Path(), got)
				}
			}
		}
	})
	names := []string{"guarded", "by", "found", "both"}
	for range 2 {
		all.Go(func() {
			for i := 0; !stop.Load() && !t.Failed(); i++ {
				looks.Add(1)
				var one sync.WaitGroup
				one.Go(func() { // on a stack of its own, which grows
					l := r.Visit(context.Background(), nil)
					l.Share(1)
					v, err := l.Get(names[i%len(names)])
					if err != nil {
						t.Error(err)
						return
					}
					letterIn(reach(v, ".any"))
					for range 50 {
						letterIn(reach(v, ".near", ".stat"))
						letterIn(reach(v, ".jobs", 0, ".stat"))
					}
					letterIn(reach(v, ".jobs", i%8, ".stat"))
					letterIn(reach(v, ".named", fmt.Sprint(i%50), ".stat"))
					letterIn(reach(v, ".first"))
					letterIn(reach(v, ".drawn", ".any"))
					letterIn(reach(v, ".drawn", ".job", ".stat"))
					halvesIn(reach(v, ".near", ".text"))
					halvesIn(reach(v, ".jobs", i%8, ".text"))
					halvesIn(reach(v, ".drawn", ".text"))
					if i%8 > 0 {
						return
					}
					n := v.Snap(render.Limit{Depth: 6})
					var a, b any
					for _, item := range n.Items {
						switch item.Name {
						case "halfA":
							a = item.Node.Scalar
						case "halfB":
							b = item.Node.Scalar
						}
					}
					if a != b && n.Err == "" && !strings.Contains(n.Line(0), "unreadable") && len(l.Tally().Large) == 0 {
						t.Errorf("%v beside %v: %s", a, b, n.Line(2000))
					}
					if l.Holding() {
						t.Error("a guard is still held")
					}
				})
				one.Wait()
			}
		})
	}
	all.Wait()
	if !b.mu.TryLock() || !b.near.lk.TryLock() {
		t.Error("a lock was left taken")
	}
	t.Logf("%d looks, %d reads, %d of them marked, %d refusals", looks.Load(), read.Load(), marked.Load(), refused.Load())
	if read.Load() == marked.Load() || marked.Load() == 0 {
		t.Error("the attack missed")
	}
}
