package eval

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// pool is what a lens is set for.
type pool struct{ size int }

// TestCompleteCallsNothing: whatever is completed, no function, lens or method of the application runs.
func TestCompleteCallsNothing(t *testing.T) {
	var called atomic.Int64
	reg := registry.New()
	stats := struct{ Requests int }{5}
	compute := func(context.Context) any { called.Add(1); return &stats }
	reg.Func("stats", compute)
	reg.Func("db.stats", compute)
	reg.Lens(func(*pool) any { called.Add(1); return stats })
	box := &struct {
		pool  *pool
		pools []*pool
		m     map[string]*pool
	}{&pool{1}, []*pool{{2}}, map[string]*pool{"a": {3}}}
	reg.Expose("box", box, registry.Frozen(), registry.Methods("*"))
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{"x = box", "y = stats", "s = $env"} {
		if _, err := s.Eval(t.Context(), source); err != nil {
			t.Fatal(err)
		}
	}
	called.Store(0)
	for _, line := range []string{
		"", "st", "stats.", "stats[\"", "stats?.", "db.", "db.stats.", `$env["`, "$env.", "$env.stats.", `$env["stats"].`, `$env["db.stats"].`, "s.", "s.stats.", `s["`, "filter($env, .", "$env | filter(.",
		"filter(stats, .", "map([stats], .", "first($env).", "stats | map(.", "x.", "x.pool.", "box.pool.", "box.pools[0].", `box.m["`, `box.m["a"].`, "filter(box.pools, .", "keys(stats).", "find(box.pools, true).", "let a = stats; a.",
		"/* \" */ box.", "// it's\nbox.", "/* ` */ stats.",
	} {
		s.Complete(line, len(line))
		if n := called.Swap(0); n > 0 {
			t.Errorf("%s: %d calls", line, n)
		}
	}
	for _, line := range []string{`/* " */ box.`, "// it's\nbox.", `"//" == box.`, "`/*` == box."} {
		if got := s.Complete(line, len(line)); len(got) != 3 {
			t.Errorf("%s: %v", line, got)
		}
	}
	if got := s.Complete("// box.", 7); len(got) != 0 {
		t.Errorf("in a comment: %v", got)
	}
}

// tapped is a lock that somebody else has, and says when it is tried.
type tapped struct {
	sync.Mutex
	tried func()
}

func (l *tapped) TryLock() bool { l.tried(); return false }

// TestCompletionEnds: a completion ends with its context, also while it waits for a guard.
func TestCompletionEnds(t *testing.T) {
	reg := registry.New()
	reg.GuardWait = time.Hour
	lock := &tapped{}
	object := &struct{ m map[string]int }{map[string]int{"a": 1}}
	reg.Expose("box", object, registry.Guard(lock))
	s := NewSession(reg, Limits{})
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	lock.tried = func() {
		tries++
		cancel()
	}
	if got := s.CompleteContext(ctx, `box.m["`, 7); len(got) != 0 || tries == 0 {
		t.Errorf("%v after %d tries", got, tries)
	}
	if got := s.CompleteContext(ctx, "bo", 2); len(got) != 0 {
		t.Errorf("%v in a context that has ended", got)
	}
}
