package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
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
	mu      sync.Mutex
	m       map[string]int
	p       *host
	racing  racing
}

// racing is what a method returns while somebody writes it without a lock.
type racing struct {
	m    map[int]int
	list []string
	text string
	any  any
}

func (r *racing) write(stop *atomic.Bool) {
	for i := 0; !stop.Load(); i++ {
		if r.m[i%1000] = i; i%100_000 == 0 {
			clear(r.m)
		}
		r.text = strings.Repeat("a", i%40)
		r.list = make([]string, i%30)
		if r.any = any(i); i%2 == 0 {
			r.any = r.text
		}
	}
}

func (h *host) PanicNil() int          { panic(nil) }
func (h *host) PanicText() int         { panic("text") }
func (h *host) PanicRude() int         { panic(rudeError{}) }
func (h *host) PanicSecret() int       { panic("cannot reach https://u:" + theSecret + "@host/") }
func (h *host) NilMap() int            { h.m["a"] = 1; return 0 }
func (h *host) NilPointer() int        { return len(h.p.m) }
func (h *host) OutOfRange() int        { return []int{}[len(h.m)] }
func (h *host) Divide() int            { return 1 / len(h.m) }
func (h *host) Convert() int           { return any(h).(interface{ N() int }).N() }
func (h *host) Exit() int              { runtime.Goexit(); return 1 }
func (h *host) ExitInDefer() int       { defer runtime.Goexit(); panic("x") }
func (h *host) PanicTwice() int        { defer func() { panic("second") }(); panic("first") }
func (h *host) PanicLocked() int       { h.mu.Lock(); defer h.mu.Unlock(); panic("locked") }
func (h *host) RudeError() error       { return rudeError{} }
func (h *host) ExitInError() error     { return exitError{} }
func (h *host) HugeError() error       { return errors.New(strings.Repeat("a", 10<<20)) }
func (h *host) Huge() string           { return strings.Repeat("a", 80<<20) }
func (h *host) HugeList() []int        { return slices.Repeat([]int{math.MaxInt / 1000}, 10<<20) }
func (h *host) Racing() *racing        { return &h.racing }
func (h *host) RacingMap() map[int]int { return h.racing.m }
func (h *host) Itself() any            { return h }
func (h *host) Closed() int            { c := make(chan int); close(c); close(c); return 0 }
func (h *host) Block() int             { <-h.release; return 0 }
func (h *host) BlockInError() error    { return blockError{h.release} }
func (h *host) Fine() int              { return 7 }
func (h *host) Func(string) func() int { return nil }

// String, Error and MarshalJSON are called as any other method once they are allowed, and never otherwise.
func (h *host) String() string               { panic("in String") }
func (h *host) Error() string                { runtime.Goexit(); return "" }
func (h *host) MarshalJSON() ([]byte, error) { noMap()["a"] = 1; return nil, nil }

// noMap is a map that cannot be written to.
func noMap() map[string]int { return nil }

type rudeError struct{}

func (rudeError) Error() string { panic("Error panics") }

type exitError struct{}

func (exitError) Error() string { runtime.Goexit(); return "" }

type blockError struct{ release chan struct{} }

func (e blockError) Error() string { <-e.release; return "released" }

// outcomes evaluates each source, of which the answer is an error with that text, or none for "".
func outcomes(t *testing.T, s *Session, sources [][2]string) {
	for _, c := range sources {
		source, want := c[0], c[1]
		_, err := s.Eval(t.Context(), source)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) || codeOfError(err) == "internal" {
			t.Errorf("%s: %.300v, want %q", source, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), theSecret) || len(err.Error()) > 10_000) {
			t.Errorf("%s tells %.300v, of %d bytes", source, err, len(err.Error()))
		}
	}
}

// TestAttackUserCode calls methods that panic, exit, return far too much or what is being written.
// Each is one line's error or answer, and the session and the application go on.
func TestAttackUserCode(t *testing.T) {
	h := &host{racing: racing{m: map[int]int{}}}
	var stop atomic.Bool
	var writer sync.WaitGroup
	writer.Go(func() { h.racing.write(&stop) })
	defer writer.Wait()
	defer stop.Store(true)
	reg := registry.New()
	reg.CallTime = time.Hour // what returns is waited for, however slow the machine
	reg.Expose("h", h, registry.Methods("*"))
	reg.Func("panics", func(context.Context) any { m := noMap(); m["a"] = 1; return m })
	reg.Func("exits", func(context.Context) any { runtime.Goexit(); return 1 })
	reg.Func("racing", func(context.Context) any { return &h.racing })
	reg.Func("huge", func(context.Context) any { return strings.Repeat("a", 80<<20) })
	reg.Func("itself", func(context.Context) any { return reg })
	reg.Func("asks", func(ctx context.Context) any {
		_, err := NewSession(reg, Limits{}).Eval(ctx, "h.Fine()")
		return err == nil
	})
	reg.Expose("owned", h, registry.Owner(func(func()) { panic("owner") }))
	reg.Expose("left", h, registry.Owner(func(func()) { runtime.Goexit() }))
	reg.Expose("twice", h, registry.Owner(func(read func()) { read(); read() }))
	reg.Expose("odd", h, registry.Guard(&oddLock{func() bool { panic("TryLock") }}))
	reg.Expose("unlocked", h, registry.Guard(&oddLock{func() bool { return true }}))
	reg.Lens(func(l *panicsLensed) any { m := noMap(); m["a"] = 1; return m })
	reg.Lens(func(l *exitsLensed) any { runtime.Goexit(); return 1 })
	reg.Lens(func(l *hugeLensed) any { return make([]string, 10<<20) })
	reg.Lens(func(l *racingLensed) any { return l.racing })
	reg.Expose("panicsLensed", &panicsLensed{7})
	reg.Expose("exitsLensed", &exitsLensed{7})
	reg.Expose("hugeLensed", &hugeLensed{7})
	reg.Expose("racingLensed", &racingLensed{7, &h.racing})
	s := NewSession(reg, Limits{Time: time.Hour, Bytes: 1 << 20, Entries: 1_000_000, Share: 1})
	for name, want := range map[string]string{"panicsLensed": "nil map", "exitsLensed": "ended its goroutine", "hugeLensed": "", "racingLensed": ""} {
		outcomes(t, s, [][2]string{{name, ""}, {name + ".n", ""}, {"toJSON([" + name + ".n])", ""}, {"string(" + name + ")", want}, {"dir(" + name + ")", want}})
	}
	outcomes(t, s, [][2]string{
		{"h.PanicNil()", "panicked"}, {"h.PanicText()", "panicked: text"}, {"h.PanicRude()", "panicked"}, {"h.PanicSecret()", "redacted"},
		{"h.NilMap()", "nil map"}, {"h.NilPointer()", "nil pointer"}, {"h.OutOfRange()", "out of range"}, {"h.Divide()", "divide by zero"}, {"h.Convert()", "interface conversion"},
		{"h.Exit()", "ended its goroutine"}, {"h.ExitInDefer()", "ended its goroutine"}, {"h.PanicTwice()", "second"}, {"h.PanicLocked()", "locked"},
		{"h.RudeError()", "panicked"}, {"h.ExitInError()", "ended its goroutine"}, {"h.HugeError()", "…"}, {"h.Closed()", "closed channel"},
		{"h.String()", "in String"}, {"h.Error()", "ended its goroutine"}, {"h.MarshalJSON()", "nil map"},
		{"h.Huge()", ""}, {"huge", ""}, {"len(h.Huge()[:1000])", ""}, {"upper(h.Huge())", "take a part"}, {`huge + "a"`, "take a part"}, {"len(h.HugeList())", ""}, {"sum(h.HugeList()[:1000])", ""}, {"map(h.HugeList(), #)", "kept"}, {"toJSON(h.HugeList())", "kept"},
		{"count(h.RacingMap(), # > 5)", ""}, {"h.Racing()", ""}, {"toJSON(h.RacingMap())", ""}, {"h.Racing().text", ""}, {"len(h.Racing().list)", ""}, {"h.Racing().any", ""}, {"string(h.Racing())", ""}, {"racing", ""}, {"map(racing.list, len(#))", ""},
		{"h.Itself()", ""}, {"itself", ""}, {"h.Func(1)", "argument"}, {"h.Func(\"a\")", ""}, {"panics", "nil map"}, {"exits", "ended its goroutine"}, {"asks", ""},
		{"owned.racing.text", "panicked: owner"}, {"left.racing.text", "ended its goroutine"}, {"twice.m", ""}, {"len(twice.racing.m) >= 0", ""}, {"odd.racing.text", "panicked: TryLock"}, {"unlocked.racing.text", "panicked: Unlock"}, {"unlocked", ""}, {"h", ""}, {"string(h)", ""}, {"h.Fine()", ""},
	})
}

// These are looked at through lenses that fail, return far too much, or what is being written.
type (
	panicsLensed struct{ n int }
	exitsLensed  struct{ n int }
	hugeLensed   struct{ n int }
	racingLensed struct {
		n      int
		racing *racing
	}
	blocksLensed struct{ n int }
)

// oddLock is a lock of an application's own that fails.
type oddLock struct{ try func() bool }

func (l *oddLock) TryLock() bool { return l.try() }
func (l *oddLock) Lock()         { panic("Lock") }
func (l *oddLock) Unlock()       { panic("Unlock") }

// TestAttackBlocking calls methods that do not return: each is given up after its time, and no more
// are called when four of the method are stuck.
func TestAttackBlocking(t *testing.T) {
	h := &host{release: make(chan struct{})}
	defer close(h.release)
	reg := registry.New()
	reg.CallTime = 5 * time.Millisecond
	reg.Expose("h", h, registry.Methods("*"))
	reg.Func("blocks", func(context.Context) any { <-h.release; return 1 })
	reg.Expose("owned", h, registry.Owner(func(func()) { <-h.release }))
	reg.Lens(func(*blocksLensed) any { <-h.release; return 1 })
	reg.Expose("blocksLensed", &blocksLensed{7})
	s := NewSession(reg, Limits{Time: time.Hour, Bytes: 1 << 20})
	outcomes(t, s, [][2]string{
		{"blocksLensed", ""}, {"blocksLensed.n", ""}, {"h.Block()", "still running"}, {"h.BlockInError()", "still running"}, {"blocks", "still running"}, {"map([1], h.Block())", "still running"},
		{"h.Block()", "in time"}, {"h.Block()", "in time"}, {"h.Block()", "cannot be called"}, {"h.Fine()", ""}, {"blocks", "in time"}, {"len(h.m)", ""}, {"owned.racing.text", "owner"},
	})
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
		made := newThing(newThing(nil))
		reg.Func("made", func(context.Context) any { return made })
		defer reg.Withdraw("made")
		defer reg.Withdraw("gone")
		defer reg.Withdraw("once")
		for _, s := range sessions {
			for _, name := range []string{"weak", "gone", "once", "made"} {
				for _, source := range []string{"$", "$.next", "$.m", "$.m.a", "$.list", "$.any", "map($.list, #)", "x = $", "y = $.next", "z = [$.next, $.m]", "u = map($.list, .name)", "v = $.m", "w = $.any", "$.Next()", "n = $.Next()",
					"toJSON($)", "string($.any)", "sortBy($.list, .name)", "groupBy($.list, .name)", "filter($.m, #key == \"a\")", "find($.list, true)", "$.nix", "$.list[7]", "count($.list, .nix)", "dir($)", "snap($)", "s = snap($)", "size($)", "tree($)", "diff(s, $)", "top([$, $.next], .name)", "freq([$])", "$ == $.next", "uniq([$, $])", "vars()", "x", "y", "z", "_", "_3"} {
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
