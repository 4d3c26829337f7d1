package access

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// trusting is an object whose guard does not guard everything that it leads to.
type trusting struct {
	mu    sync.Mutex
	plain any
	job   *locked
	value locked
	jobs  []*locked
	table map[string]locked
	lazy  *lazily
	spin  *spinning
	back  *trusting
	held  atomic.Value
	ctx   context.Context
	none  *uncopied
}

type locked struct {
	lk   sync.Mutex
	any  any
	next *trusting
}

type lazily struct {
	once sync.Once
	any  any
}

type spinning struct {
	lk  spinLock
	any any
}

type spinLock struct{ state atomic.Int32 }

func (l *spinLock) Lock()         { l.state.Store(1) }
func (l *spinLock) Unlock()       { l.state.Store(0) }
func (l *spinLock) TryLock() bool { return l.state.CompareAndSwap(0, 1) }

var _ interface {
	sync.Locker
	TryLock() bool
} = (*spinLock)(nil)

type contextKey string

// uncopied only says that it must not be copied.
type uncopied struct {
	_   noCopy
	any any
}

type noCopy struct{}

func (noCopy) Lock()   {}
func (noCopy) Unlock() {}

// TestTrustEnds declares guards of objects that lead to structs which look after themselves, those
// with a lock of any kind and those of sync, sync/atomic and context: the declaration does not
// reach these.
func TestTrustEnds(t *testing.T) {
	content := []int{1}
	x := &trusting{plain: content, ctx: context.WithValue(context.Background(), contextKey("k"), content)}
	x.job = &locked{any: content, next: x}
	x.value.any = content
	x.jobs = []*locked{x.job}
	x.table = map[string]locked{"a": {any: content}}
	x.lazy, x.spin, x.none = &lazily{any: content}, &spinning{any: content}, &uncopied{any: content}
	x.back = x
	x.held.Store(content)
	var other sync.Mutex
	r := New()
	r.Expose("guarded", x, Guard(&x.mu))
	r.Expose("elsewhere", x, Guard(&other))
	r.Expose("frozen", x, Frozen())
	r.Expose("owned", x, Owner(func(f func()) { f() }))
	r.Expose("by", x, GuardBy("mu"))
	r.Expose("both", x, GuardBy("lk"), Guard(&x.mu))
	for _, name := range []string{"guarded", "elsewhere", "frozen", "owned", "by", "both"} {
		for _, tc := range []struct {
			steps   []any
			trusted bool
		}{
			{[]any{".plain"}, true},
			{[]any{".job", ".any"}, name == "both"},
			{[]any{".value", ".any"}, name == "both"},
			{[]any{".jobs", 0, ".any"}, name == "both"},
			{[]any{".table", "a", ".any"}, false},
			{[]any{".lazy", ".any"}, false},
			{[]any{".spin", ".any"}, false},
			{[]any{".none", ".any"}, true},
			{[]any{".held"}, false},
			{[]any{".ctx", ".val"}, false},
			// Its lock is the declared one.
			{[]any{".back", ".plain"}, name == "guarded" || name == "by" || name == "both"},
			{[]any{".job", ".next", ".plain"}, name == "by" || name == "both"},
		} {
			l := r.Visit(t.Context(), nil)
			v, err := l.Get(name)
			if err != nil {
				t.Fatal(err)
			}
			if v, err = reach(v, tc.steps...); err != nil {
				t.Fatal(err)
			}
			e, err := v.deref()
			if err != nil {
				t.Fatal(err)
			}
			if got := e.val.Mark()&inspect.Racy == 0; got != tc.trusted {
				t.Errorf("%s: what lies in %s is believed: %v", name, v.Path(), got)
			}
			if l.Holding() {
				t.Errorf("%s: a guard is still held", v.Path())
			}
		}
	}
}
