package eval

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/registry"
)

// TestOneParse: an evaluation parses its line once, whatever becomes of the answer, and not at all if it came before. The path of a live object that
// is reached by another expression is parsed beside it, for the variable that keeps it.
func TestOneParse(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	for _, line := range []struct {
		source string
		parses int64
	}{
		{"1 + 1", 1}, {"cache", 1}, {"cache.items", 1}, {"nums", 1}, {"_", 2}, {"hot = filter(cache.items, .hits > 1)", 1},
		{"hot", 1}, {"cache.items[\"ax\"]", 1}, {"map(cache.items, .hits)", 1}, {"top(cache.items, 1, .hits)", 1},
		{"c = cache", 1}, {"c.items", 2}, {"18446744073709551615", 1}, {"cache.nope", 1}, {"cache.", 1}, {"cache..items", 1}, {"f(", 1},
		{"x = = 1", 0}, {"", 0}, {"1 + 1", 0}, {"nums", 0}, {"1+1", 1}, {"f(", 1},
	} {
		before := syntax.ParseCount()
		_, _ = s.Eval(t.Context(), line.source)
		if n := syntax.ParseCount() - before; n != line.parses {
			t.Errorf("%q was parsed %d times, not %d", line.source, n, line.parses)
		}
	}
}

// TestParsedIsBounded: a session keeps few lines parsed, and none that is long.
func TestParsedIsBounded(t *testing.T) {
	var p parsed
	limits := syntax.Limits{Line: 64 << 10, Nesting: 200}
	for n := range 3000 {
		source := fmt.Sprint(n, strings.Repeat(" + 1", n%200))
		if n%100 == 99 {
			source = strings.Repeat(" ", 2*maxParsedBytes) + source
		}
		st, err := p.parse(source, limits)
		if err != nil || st.Text != strings.TrimSpace(source) {
			t.Fatalf("%s: %v, %v", source, st.Text, err)
		}
		held := 0
		for _, l := range p.lines {
			held += len(l.source)
		}
		if len(p.lines) > maxParsed || held > maxParsedBytes || held != p.bytes {
			t.Fatalf("%d lines of %d bytes, counted as %d", len(p.lines), held, p.bytes)
		}
	}
}

// TestParsedAgain: a line that was parsed before means what it means now.
func TestParsedAgain(t *testing.T) {
	reg := registry.New()
	s := NewSession(reg, Limits{Time: time.Hour})
	ask := func(source, want string) {
		t.Helper()
		r, err := s.Eval(t.Context(), source)
		got := fmt.Sprint(err)
		if err == nil {
			got = r.Node.Line(0)
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
	type object struct{ X, Y int }
	for range 2 {
		reg.Withdraw("a")
		ask("a.X", "unknown name a")
		reg.Expose("a", &object{X: 1}, registry.Frozen())
		ask("a.X", "1")
		reg.Expose("a", &object{X: 2}, registry.Hide("X"))
		ask("a.X", "<redacted>")
		reg.Withdraw("a")
		reg.Expose("a.X", &object{Y: 3})
		ask("a.X.Y", "3")
		reg.Withdraw("a.X")
		reg.Expose("b", &object{X: 5})
		ask("v = 4", "4")
		ask("v", "4")
		ask("v = b.X", "5")
		ask("v", "5")
		ask("_ + _1", "10")
		ask("1", "1")
		ask("_ + _1", "11")
	}
	for _, limits := range []Limits{{}, {Nesting: 1}, {Line: 3}} {
		_, err := s.Run(t.Context(), Query{Source: "((1))", Limits: limits})
		if wants := limits != (Limits{}); (err != nil) != wants {
			t.Errorf("%+v: %v", limits, err)
		}
	}
}

// TestCompiledAgain: a plain line that came before is not compiled again, and any other is.
func TestCompiledAgain(t *testing.T) {
	reg := registry.New()
	reg.Expose("box", &struct{ N int }{1})
	reg.Expose("list", []int{1, 2})
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, tc := range []struct {
		source string
		kept   bool
	}{
		{"1 + 1", true}, {"-box.N * 2 < 3.5", true}, {"list[1]", true}, {"x = box", true}, {`"a" + "b"`, true}, {"nil", true}, {"$env.box.N", true}, {"box.N!", true},
		{"x.N", false}, {"_", false}, {"count(list, # > 1)", false}, {`"a" matches "b"`, false}, {"1 in list", false}, {"let y = 1; y + y", false},
		{"[1]", false}, {"1 .. 2", false}, {"list[box.N]", false}, {"box.N == 1", false}, {"true && false", false}, {"box?.N", false}, {"list[0:1]", false},
	} {
		for range 2 {
			if _, err := s.Eval(t.Context(), tc.source); err != nil {
				t.Fatal(tc.source, err)
			}
		}
		if l := s.parsed.lines[len(s.parsed.lines)-1]; l.source != tc.source || (l.program != nil) != tc.kept {
			t.Errorf("%s is kept compiled: %v", tc.source, l.program != nil)
		}
	}
}

// TestCompiledIsCurrent: whatever happens between two evaluations of a line, the session answers as one
// that has never seen it.
func TestCompiledIsCurrent(t *testing.T) {
	type box struct{ N, Secret any }
	lines := []string{"a", "a.N", "a.b", "a.b + 1", "$env.a.N", "b", "b + 1", "a.Secret", "a.N[0]", "$env", "c.d", "c", "x = a", "x = a.N"}
	random := rand.New(rand.NewPCG(1, 2))
	reg := registry.New()
	s := NewSession(reg, Limits{Time: time.Hour})
	changes := []func(){
		func() { reg.Expose("a", &box{N: 1, Secret: "hunter2"}) },
		func() { reg.Expose("a", &box{N: []int{7}}, registry.Hide("Secret")) },
		func() { reg.Expose("a", map[string]int{"b": 3, "N": 4}) },
		func() { reg.Expose("a", 5) },
		func() { reg.Withdraw("a") },
		func() { reg.Expose("a.b", 6) },
		func() { reg.Withdraw("a.b") },
		func() { reg.Expose("c.d", &box{}) },
		func() { reg.Withdraw("c.d") },
		func() { reg.Expose("b", 8) },
		func() { reg.Withdraw("b") },
		func() { s.Eval(t.Context(), fmt.Sprintf("b = %d", random.IntN(100))) }, // refused while it is exposed
		func() { s.Eval(t.Context(), "c = {d: 9}") },
		func() {},
	}
	told := func(s *Session, line string) string {
		r, err := s.Run(t.Context(), Query{Source: line, Mode: Aside})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(r.Node.Line(200), r.Type, r.Notes, r.Cost.Entries, r.Cost.Bytes)
	}
	answers := map[string]bool{}
	for range 400 {
		changes[random.IntN(len(changes))]()
		anew := NewSession(reg, Limits{Time: time.Hour})
		line := lines[random.IntN(len(lines))]
		anew.vars.named, anew.vars.answers, anew.vars.version = maps.Clone(s.vars.named), slices.Clone(s.vars.answers), s.vars.version
		want := told(anew, line)
		if got := told(s, line); got != want {
			t.Fatalf("%s is %s, and anew %s", line, got, want)
		}
		answers[line+": "+want] = true
	}
	if len(answers) < 3*len(lines) {
		t.Errorf("the lines had %d different answers in all", len(answers))
	}
}

// TestCompiledHoldsNothing: a line that is kept compiled keeps no object of the application.
func TestCompiledHoldsNothing(t *testing.T) {
	type box struct {
		N   int
		big [1 << 10]byte
	}
	reg := registry.New()
	s := NewSession(reg, Limits{Time: time.Hour})
	freed := make(chan int, 1)
	func() {
		b := &box{N: 1}
		runtime.AddCleanup(b, func(n int) { freed <- n }, 0)
		reg.Expose("box", b)
	}()
	if _, err := s.Run(t.Context(), Query{Source: "box.N", Mode: Aside}); err != nil {
		t.Fatal(err)
	}
	if s.parsed.lines[0].program == nil {
		t.Fatal("it is not kept compiled")
	}
	reg.Withdraw("box")
	for end := time.Now().Add(time.Minute); ; {
		runtime.GC()
		select {
		case <-freed:
			return
		default:
			if time.Now().After(end) {
				t.Fatal("the object is still held")
			}
			runtime.Gosched()
		}
	}
}
