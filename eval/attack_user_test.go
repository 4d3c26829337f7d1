package eval

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// rude has the methods that printing and encoding look for. None of them may ever be called: nobody
// allowed it.
type rude struct {
	n    int
	text string
	next *rude
}

var rudeCalls atomic.Int64

func (r rude) String() string               { rudeCalls.Add(1); panic("String") }
func (r rude) GoString() string             { rudeCalls.Add(1); panic("GoString") }
func (r rude) Error() string                { rudeCalls.Add(1); panic("Error") }
func (r rude) Format(fmt.State, rune)       { rudeCalls.Add(1); panic("Format") }
func (r rude) MarshalJSON() ([]byte, error) { rudeCalls.Add(1); panic("MarshalJSON") }
func (r rude) MarshalText() ([]byte, error) { rudeCalls.Add(1); panic("MarshalText") }
func (r rude) Is(error) bool                { rudeCalls.Add(1); panic("Is") }
func (r rude) Unwrap() error                { rudeCalls.Add(1); panic("Unwrap") }
func (r rude) Len() int                     { rudeCalls.Add(1); panic("Len") }
func (r rude) Less(i, j int) bool           { rudeCalls.Add(1); panic("Less") }

// TestAttackUninvited evaluates a thousand expressions on objects whose methods nobody named.
func TestAttackUninvited(t *testing.T) {
	r := rude{1, "one", &rude{n: 2}}
	object := &struct {
		r    rude
		p    *rude
		err  error
		face fmt.Stringer
		any  any
		list []rude
		m    map[rude]rude
		byS  map[string]*rude
		mu   sync.Locker
	}{r, &r, &r, r, r, []rude{r, {n: 2}}, map[rude]rude{r: r}, map[string]*rude{"a": &r}, nil}
	reg := registry.New()
	reg.Expose("o", object)
	reg.Expose("f", object, registry.Frozen())
	reg.Func("now2", func(context.Context) any { return r })
	s := NewSession(reg, Limits{Time: time.Minute, Entries: 100_000, Bytes: 1 << 20})
	m := &maker{
		Rand:   rand.New(rand.NewPCG(1, 4)),
		atoms:  []string{"o", "f", "o.r", "o.p", "o.err", "o.face", "o.any", "o.list", "o.m", "o.byS", "f.err", "f.any", "now2", "x", "_", "1", `"a"`, "#", "#acc"},
		fields: []string{"r", "p", "err", "face", "any", "list", "m", "byS", "n", "text", "next", "String()", "Error()", "MarshalJSON()", "Len()", "Unwrap()", "a"},
	}
	for range 1000 {
		source := m.statement()
		said(t, s, source)
		s.Complete(source+".", len(source)+1)
		if n := rudeCalls.Load(); n != 0 || t.Failed() {
			t.Fatalf("%s called %d methods that nobody allowed", source, n)
		}
	}
}

// host has methods that are allowed and misbehave in every way that can be survived.
type host struct {
	release chan struct{}
	m       map[string]int
	p       *host
	racing  map[int]int
}

func (h *host) PanicNil() int          { panic(nil) }
func (h *host) PanicText() int         { panic("text") }
func (h *host) PanicRude() int         { panic(rudeError{}) }
func (h *host) NilMap() int            { h.m["a"] = 1; return 0 }
func (h *host) NilPointer() int        { return len(h.p.m) }
func (h *host) OutOfRange() int        { return []int{}[len(h.m)] }
func (h *host) Divide() int            { return 1 / len(h.m) }
func (h *host) Convert() int           { return any(h).(error).(interface{ N() int }).N() }
func (h *host) Exit() int              { runtime.Goexit(); return 1 }
func (h *host) ExitInDefer() int       { defer runtime.Goexit(); panic("x") }
func (h *host) PanicTwice() int        { defer func() { panic("second") }(); panic("first") }
func (h *host) RudeError() error       { return rudeError{} }
func (h *host) Huge() string           { return strings.Repeat("a", 80<<20) }
func (h *host) HugeList() []int        { return make([]int, 10<<20) }
func (h *host) Racing() map[int]int    { return h.racing }
func (h *host) Itself() any            { return h }
func (h *host) Closed() int            { c := make(chan int); close(c); close(c); return 0 }
func (h *host) Block() int             { <-h.release; return 0 }
func (h *host) BlockInError() error    { return blockError{h.release} }
func (h *host) Fine() int              { return 7 }
func (h *host) Func(string) func() int { return nil }

type rudeError struct{}

func (rudeError) Error() string { panic("Error panics") }

type blockError struct{ release chan struct{} }

func (e blockError) Error() string { <-e.release; return "released" }

// TestAttackUserCode calls methods that panic, exit, block, return far too much or what is being written.
// Each is one line's error or answer, and the session and the application go on.
func TestAttackUserCode(t *testing.T) {
	h := &host{release: make(chan struct{}), racing: map[int]int{}}
	var stop atomic.Bool
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 0; !stop.Load(); i++ {
			h.racing[i%1000] = i
			if i%100_000 == 0 {
				clear(h.racing)
			}
		}
	})
	defer writer.Wait()
	defer stop.Store(true)
	defer close(h.release)
	reg := registry.New()
	reg.CallTime = 20 * time.Millisecond
	reg.Expose("h", h, registry.Methods("*"))
	reg.Func("panics", func(context.Context) any { var m map[string]int; m["a"] = 1; return m })
	reg.Func("exits", func(context.Context) any { runtime.Goexit(); return 1 })
	reg.Func("racing", func(context.Context) any { return h.racing })
	s := NewSession(reg, Limits{Time: time.Minute, Bytes: 1 << 20})
	for _, c := range []struct{ source, want string }{
		{"h.PanicNil()", "panicked"}, {"h.PanicText()", "panicked: text"}, {"h.PanicRude()", "panicked"}, {"h.NilMap()", "nil map"}, {"h.NilPointer()", "nil pointer"},
		{"h.OutOfRange()", "out of range"}, {"h.Divide()", "divide by zero"}, {"h.Convert()", "interface conversion"}, {"h.Exit()", "ended its goroutine"}, {"h.ExitInDefer()", "ended its goroutine"},
		{"h.PanicTwice()", "second"}, {"h.RudeError()", "panicked"}, {"h.Closed()", "closed channel"}, {"h.Huge()", "kept"}, {"sum(h.HugeList())", ""}, {"map(h.HugeList(), #)", "kept"}, {"count(h.Racing(), # > 5)", ""},
		{"h.Racing()", ""}, {"h.Itself()", ""}, {"h.Func(1)", "argument"}, {"panics", "nil map"}, {"exits", "ended its goroutine"}, {"count(racing, # > 5)", ""},
		{"h.Block()", "still running"}, {"h.BlockInError()", "still running"}, {"h.Block()", "still running"}, {"h.Block()", "still running"}, {"h.Fine()", "too many"}, {"len(h.m)", ""},
	} {
		t0 := time.Now()
		_, err := s.Eval(t.Context(), c.source)
		println(c.source, time.Since(t0).String())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) || codeOfError(err) == "internal" {
			// Under load a method may seem to block that is only slow.
			var e *Error
			if errors.As(err, &e) && strings.Contains(e.Message, "did not return in time") {
				t.Logf("%s: %v", c.source, err)
				continue
			}
			t.Errorf("%s: %v, want %q", c.source, err, c.want)
		}
	}
}

// thing is an object whose end is told.
type thing struct {
	name string
	next *thing
	m    map[string]*thing
	list []*thing
	any  any
	mu   sync.Mutex
}

func (t *thing) Next() *thing { return t.next }

// TestAttackRetention: when an answer is there, nothing of the application is held by it, by the session,
// or by its variables.
func TestAttackRetention(t *testing.T) {
	reg := registry.New()
	ended := make(chan string, 100)
	things := 0
	newThing := func(next *thing) *thing {
		things++
		x := &thing{name: fmt.Sprint("thing ", things), next: next}
		runtime.AddCleanup(x, func(name string) { ended <- name }, x.name)
		return x
	}
	sessions := []*Session{NewSession(reg, Limits{}), NewSession(reg, Limits{})}
	var answers []any
	func() {
		root := newThing(newThing(newThing(nil)))
		root.m = map[string]*thing{"a": newThing(nil), "b": newThing(nil)}
		root.list = []*thing{newThing(nil), newThing(nil)}
		root.any = newThing(nil)
		reg.Expose("weak", registry.Weak(root), registry.Methods("Next"))
		reg.Expose("gone", root, registry.Guard(&root.mu), registry.Methods("Next"))
		reg.Expose("once", root, registry.Frozen())
		defer reg.Withdraw("gone")
		defer reg.Withdraw("once")
		for _, s := range sessions {
			for _, name := range []string{"weak", "gone", "once"} {
				for _, source := range []string{"$", "$.next", "$.m", "$.m.a", "$.list", "$.any", "map($.list, #)", "x = $", "y = $.next", "z = [$.next, $.m]", "u = map($.list, .name)", "v = $.m", "w = $.any", "$.Next()", "n = $.Next()",
					"toJSON($)", "string($.any)", "sortBy($.list, .name)", "groupBy($.list, .name)", "filter($.m, #key == \"a\")", "find($.list, true)", "$.nix", "$.list[7]", "count($.list, .nix)", "dir($)", "x", "y", "z", "_"} {
					r, err := s.Eval(t.Context(), strings.ReplaceAll(source, "$", name))
					answers = append(answers, r, err, s.Complete(name+".m[\"", len(name)+4))
				}
			}
		}
	}()
	timeout := time.After(time.Minute)
	for range things {
		runtime.GC()
		select {
		case <-ended:
		case <-timeout:
			t.Fatal("objects of the application are still held")
		}
	}
	r, err := sessions[0].Eval(t.Context(), "weak")
	if err != nil || r.Node.Line(0) != "nil" {
		t.Errorf("the weak object reads as %v, %v", r.Node, err)
	}
	runtime.KeepAlive(answers)
	runtime.KeepAlive(sessions)
}
