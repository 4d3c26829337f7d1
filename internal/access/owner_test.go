package access

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

type loop struct {
	name  string
	size  int
	carts map[string]int
}

func newLoop() *loop { return &loop{name: "loop", size: 3, carts: map[string]int{"a": 1, "b": 2}} }

// actor is an event loop.
type actor struct {
	calls chan func()
	done  sync.WaitGroup
}

func newActor() *actor {
	a := &actor{calls: make(chan func())}
	a.done.Go(func() {
		for f := range a.calls {
			f()
		}
	})
	return a
}

func (a *actor) stop() {
	close(a.calls)
	a.done.Wait()
}

func TestOwner(t *testing.T) {
	for name, wrap := range map[string]func(*actor) func(func()){
		"that returns before": func(a *actor) func(func()) { return func(f func()) { a.calls <- f } },
		"that returns after": func(a *actor) func(func()) {
			return func(f func()) {
				done := make(chan struct{})
				a.calls <- func() { f(); close(done) }
				<-done
			}
		},
		"that calls twice":  func(a *actor) func(func()) { return func(f func()) { a.calls <- func() { f(); f() } } },
		"that panics after": func(*actor) func(func()) { return func(f func()) { f(); panic("boom") } },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newActor()
				defer a.stop()
				l, c := lookAt(t, newLoop(), Owner(wrap(a)))
				if x, _, err := must(t, c, ".name").Plain(); x != "loop" || err != nil {
					t.Error(x, err)
				}
				sum := 0
				carts := must(t, c, ".carts")
				err := carts.Each(func(key, elem *View) (bool, error) {
					x, _, err := elem.Plain()
					sum += x.(int)
					if err == nil {
						_, err = carts.At("a") // on the owner's goroutine already
					}
					return true, err
				})
				if sum != 3 || err != nil {
					t.Error(sum, err)
				}
				if l.Tally().Waited > time.Millisecond {
					t.Error(l.Tally().Waited)
				}
			})
		})
	}
}

// An owner that does not answer costs its wait once, and numbers can still be read. A late call
// does nothing. What hangs is counted, and no longer once it ends.
func TestOwnerThatNeverAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		late := make(chan func(), 10)
		r := New()
		r.Expose("c", newLoop(), Owner(func(f func()) {
			late <- f
			<-hang
		}))
		look := func() *View {
			c, err := r.Visit(context.Background(), nil).Get("c")
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		for i := range 6 {
			start := time.Now()
			c := look()
			for range 3 {
				_, _, err := must(t, c, ".name").Plain()
				var e *GuardError
				if !errors.As(err, &e) || !e.Owner || e.Guard != "c" || e.Busy != (i >= usercode.MaxOverdue) {
					t.Error(i, err)
				}
			}
			want := 100 * time.Millisecond
			if i >= usercode.MaxOverdue {
				want = 0
			}
			if d := time.Since(start); d != want {
				t.Errorf("%d: waited for %v", i, d)
			}
			if x, _, err := must(t, c, ".size").Plain(); x != 3 || err != nil {
				t.Error(x, err)
			}
		}
		if len(late) != usercode.MaxOverdue {
			t.Errorf("%d goroutines hang", len(late))
		}
		for len(late) > 0 {
			(<-late)()
		}
		close(hang)
		synctest.Wait()
		if n := r.Visit(t.Context(), nil).entry("c").policy.Owner.Callee.Overdue(); n != 0 {
			t.Errorf("%d are still counted", n)
		}
		if _, _, err := must(t, look(), ".name").Plain(); err == nil || len(late) != 1 {
			t.Error("it was not asked again", err)
		}
	})
}

func TestOwnerThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			run  func(func())
			want string
			wait time.Duration
		}{
			{func(func()) { panic("boom") }, "the function that reaches the owner of c panicked: boom", 0},
			{func(func()) {}, "the owner of c did not answer within 100 ms", 100 * time.Millisecond},
		} {
			_, c := lookAt(t, newLoop(), Owner(tt.run))
			start := time.Now()
			_, _, err := must(t, c, ".name").Plain()
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) || time.Since(start) != tt.wait {
				t.Errorf("%v after %v, want %s", err, time.Since(start), tt.want)
			}
		}
	})
}

// The owner's goroutine survives what our code does on it.
func TestPanicOnOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newActor()
		defer a.stop()
		_, c := lookAt(t, newLoop(), Owner(func(f func()) { a.calls <- f }))
		got := func() (got any) {
			defer func() { got = recover() }()
			return must(t, c, ".carts").Each(func(_, _ *View) (bool, error) { panic("boom") })
		}()
		if got != "boom" {
			t.Error(got)
		}
		if x, _, err := must(t, c, ".name").Plain(); x != "loop" || err != nil {
			t.Error(x, err)
		}
	})
}

// A long walk gives the owner's goroutine back between chunks.
func TestOwnerInChunks(t *testing.T) {
	a := newActor()
	defer a.stop()
	visits := 0
	l, c := lookAt(t, make([]int, 200_000), Owner(func(f func()) { a.calls <- func() { visits++; f() } }))
	patient(l)
	n := 0
	if err := c.Each(func(_, _ *View) (bool, error) { n++; return true, nil }); err != nil || n != 200_000 || visits < 10 {
		t.Errorf("%d entries in %d visits, %v", n, visits, err)
	}
}
