package access

//lint:file-ignore U1000 some fields and methods here are only looked at

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

type level int

type service struct {
	mu    sync.Mutex
	name  string
	pool  *inner
	items map[string]*inner
	any   any
	hang  chan struct{}
}

type inner struct{ n int }

func (i *inner) N() int            { return i.n }
func (i inner) Twice() int         { return 2 * i.n }
func (i *inner) Set(n int)         { i.n = n }
func (s *service) hidden()         {}
func (s *service) Flush()          { s.name = "" }
func (s *service) None()           {}
func (s *service) GetPool() *inner { return s.pool }
func (s *service) GetName() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.name
}
func (s *service) GetTwo() (int, string)         { return 1, "two" }
func (s *service) GetErr(fail bool) (int, error) { return 7, fails(fail) }
func (s *service) GetSecretErr() error {
	return errors.New("cannot dial postgres://u:hunter2secret@db/x")
}
func (s *service) GetDialErr() error                { return errors.New("cannot dial postgres://u:hunter2@db/x") }
func (s *service) GetDialPanic() int                { panic("cannot dial postgres://u:hunter2@db/x") }
func (s *service) GetPanic() int                    { panic(errors.New("boom")) }
func (s *service) GetExit() int                     { runtime.Goexit(); return 1 }
func (s *service) GetHang() int                     { <-s.hang; return 1 }
func (s *service) GetCtx(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
func (s *service) GetToken() string                 { return "abc" }
func (s *service) GetURL() string                   { return "https://u:hunter2secret@host/" }
func (s *service) GetItem(i *inner) int             { return i.n }
func (s *service) GetInts(a int8, b uint16, c float32, d level, e time.Duration) []any {
	return []any{a, b, c, d, e}
}
func (s *service) GetJoin(sep string, parts ...string) string { return strings.Join(parts, sep) }
func (s *service) GetList(list []string, x any) int           { return len(list) }

func fails(fail bool) error {
	if fail {
		return errors.New("no such thing")
	}
	return nil
}

func newService() *service {
	return &service{name: "svc", pool: &inner{n: 5}, items: map[string]*inner{"a": {n: 1}}, any: inner{n: 9}, hang: make(chan struct{})}
}

var calling = Methods("Get*", "None", "pool.N", "pool.Twice", "items.*.N", "any.*")

func TestCall(t *testing.T) {
	for _, tt := range []struct {
		steps []any
		name  string
		args  []any
		want  any
	}{
		{nil, "GetName", nil, "svc"},
		{nil, "None", nil, nil},
		{nil, "GetTwo", nil, []any{1, "two"}},
		{nil, "GetErr", []any{false}, 7},
		{[]any{".pool"}, "N", nil, 5},
		{[]any{".pool"}, "Twice", nil, 10},
		{nil, "GetInts", []any{-128, 65535, 1.5, 3, time.Second}, nil},
		{nil, "GetInts", []any{1.0, uint64(7), 2, 3.0, int64(4)}, nil},
		{nil, "GetJoin", []any{"-", "a", "b"}, "a-b"},
		{nil, "GetJoin", []any{"-"}, ""},
		{nil, "GetList", []any{[]any{"a", "b"}, nil}, 2},
		{nil, "GetList", []any{nil, 5}, 0},
	} {
		_, c := lookAt(t, newService(), calling)
		got, err := must(t, c, tt.steps...).Call(tt.name, tt.args)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if v, live := got.(*View); live {
			if want := "c.GetInts("; !strings.HasPrefix(v.Path(), want) {
				t.Errorf("%s: path %s", tt.name, v.Path())
			}
			continue
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %#v, want %#v", tt.name, got, tt.want)
		}
	}

	_, c := lookAt(t, newService(), calling)
	got, err := c.Call("GetPool", nil)
	if err != nil {
		t.Fatal(err)
	}
	pool := got.(*View)
	n := must(t, pool, ".n")
	if x, _, err := n.Plain(); x != 5 || err != nil || n.Path() != "c.GetPool().n" {
		t.Error(x, err, n.Path())
	}
	// A View is passed as the pointer that it is.
	if x, err := c.Call("GetItem", []any{must(t, c, ".pool")}); x != 5 || err != nil {
		t.Error(x, err)
	}
}

func TestNotCallable(t *testing.T) {
	for _, tt := range []struct {
		steps []any
		name  string
		args  []any
		want  string
	}{
		{nil, "Flush", nil, `method Flush of *access.service is an action: it changes something, and this session can only look`},
		{nil, "hidden", nil, `method hidden of *access.service does not exist`},
		{nil, "GetNam", nil, `method GetNam of *access.service does not exist; did you mean GetName?`},
		{[]any{".pool"}, "Set", []any{1}, `method Set of *access.inner may not be called: expose c with registry.Methods("pool.Set") if it only looks`},
		{[]any{".items", "a"}, "Set", []any{1}, `method Set of *access.inner may not be called: expose c with registry.Methods("items.*.Set") if it only looks`},
		{[]any{".items", "a"}, "N", nil, `method N of *access.inner cannot be called here: its receiver was reached through memory that may change meanwhile; declare a registry.Guard, Owner or Frozen for c`},
		{[]any{".any"}, "Set", []any{1}, `method Set of access.inner does not exist`},
		{nil, "GetErr", nil, `method GetErr of *access.service takes (bool), and was given 0 arguments`},
		{nil, "GetErr", []any{1}, `method GetErr of *access.service cannot be called: argument 1 is a bool, and cannot be 1`},
		{nil, "GetErr", []any{nil}, `method GetErr of *access.service cannot be called: argument 1 is a bool, and cannot be nil`},
		{nil, "GetJoin", nil, `method GetJoin of *access.service takes (string, ...string), and was given 0 arguments`},
		{nil, "GetInts", []any{128, 0, 0, 0, 0}, `method GetInts of *access.service cannot be called: argument 1 is an int8, and cannot be 128: it does not fit`},
		{nil, "GetInts", []any{0, -1, 0, 0, 0}, `method GetInts of *access.service cannot be called: argument 2 is a uint16, and cannot be -1: it does not fit`},
		{nil, "GetInts", []any{1.5, 0, 0, 0, 0}, `method GetInts of *access.service cannot be called: argument 1 is an int8, and cannot be 1.5: it does not fit`},
		{nil, "GetInts", []any{0, 0, int64(math.MaxInt64), 0, 0}, `method GetInts of *access.service cannot be called: argument 3 is a float32, and cannot be 9223372036854775807: it does not fit`},
		{nil, "GetList", []any{[]any{"a", 1}, 0}, `method GetList of *access.service cannot be called: argument 1 has an element 1 that is a string, and cannot be 1`},
		{nil, "GetErr", []any{true}, `method GetErr of *access.service returned an error: no such thing`},
		{nil, "GetPanic", nil, `method GetPanic of *access.service panicked: boom`},
		{nil, "GetExit", nil, `method GetExit of *access.service ended its goroutine instead of returning`},
		{nil, "GetDialErr", nil, `method GetDialErr of *access.service returned an error: <redacted>`},
		{nil, "GetDialPanic", nil, `method GetDialPanic of *access.service panicked: <redacted>`},
		{nil, "GetSecretErr", nil, `method GetSecretErr of *access.service returned an error, which is redacted`},
	} {
		_, c := lookAt(t, newService(), calling, Actions("Flush"))
		_, err := must(t, c, tt.steps...).Call(tt.name, tt.args)
		var e *MethodError
		if err == nil || err.Error() != tt.want || !errors.As(err, &e) {
			t.Errorf("%s:\n got %v\nwant %s", tt.name, err, tt.want)
		}
	}
	_, c := lookAt(t, newService())
	if _, err := c.Call("Flush", nil); err == nil || err.Error() != `method Flush of *access.service may not be called: expose c with registry.Methods("Flush") if it only looks` {
		t.Error(err)
	}
}

// Below a declared guard a receiver is certain, wherever it lies.
func TestCallOfSolid(t *testing.T) {
	s := newService()
	for i, opts := range [][]Option{{Guard(&s.mu)}, {Frozen()}, {Owner(func(f func()) { f() })}} {
		_, c := lookAt(t, s, append(opts, calling)...)
		if x, err := must(t, c, ".items", "a").Call("N", nil); x != 1 || err != nil {
			t.Error(i, x, err)
		}
		sum := 0
		err := must(t, c, ".items").EachUnlocked(func(_, e *View) (bool, error) {
			x, err := e.Call("N", nil)
			if err == nil {
				sum += x.(int)
			}
			return true, err
		})
		if sum != 1 || err != nil {
			t.Error(i, sum, err)
		}
		if x, err := must(t, c, ".any").Call("Twice", nil); x != 18 || err != nil {
			t.Error(i, x, err)
		}
	}
}

// A method that takes the lock of its object does not find it held by us.
func TestMethodThatLocks(t *testing.T) {
	s := newService()
	for _, opts := range [][]Option{nil, {Guard(&s.mu)}} {
		_, c := lookAt(t, s, append(opts, calling)...)
		err := must(t, c, ".items").Each(func(_, _ *View) (bool, error) {
			_, err := c.Call("GetName", nil)
			return false, err
		})
		if err == nil || !strings.Contains(err.Error(), "while a guard is held") {
			t.Error(err)
		}
		err = must(t, c, ".items").EachUnlocked(func(_, _ *View) (bool, error) {
			x, err := c.Call("GetName", nil)
			if x != "svc" {
				t.Error(x)
			}
			return false, err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestMethodsThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		r := New()
		r.Expose("c", s, calling)
		look := func(ctx context.Context) *View {
			c, _ := r.Visit(ctx, nil).Get("c")
			return c
		}
		for i := range 7 {
			start := time.Now()
			_, err := look(t.Context()).Call("GetHang", nil)
			want, wait := "did not return in time, and is still running", time.Second
			if i >= usercode.MaxOverdue {
				want, wait = "method GetHang of *access.service cannot be called: 4 earlier calls of it are still running", 0
			}
			if err == nil || !strings.HasSuffix(err.Error(), want) || time.Since(start) != wait {
				t.Errorf("%d: %v after %v", i, err, time.Since(start))
			}
		}
		// Other methods are not affected, until all that hang together are too many.
		if x, err := look(t.Context()).Call("GetName", nil); x != "svc" || err != nil {
			t.Error(x, err)
		}
		for i := usercode.MaxOverdue; i < usercode.MaxOverdueInAll; i++ {
			name := fmt.Sprint("f", i/usercode.MaxOverdue)
			if i%usercode.MaxOverdue == 0 {
				r.Func(name, func(context.Context) any { return <-s.hang })
			}
			if _, err := r.Visit(t.Context(), nil).Get(name); err == nil || !strings.HasSuffix(err.Error(), "still running") {
				t.Error(name, err)
			}
		}
		if _, err := look(t.Context()).Call("GetName", nil); err == nil || !strings.HasSuffix(err.Error(), "cannot be called: 32 calls of other methods are still running") {
			t.Error(err)
		}
		if _, err := r.Visit(t.Context(), nil).Get("f1"); err == nil || err.Error() != "function f1 cannot be called: 4 earlier calls of it are still running" {
			t.Error(err)
		}
		close(s.hang)
		synctest.Wait()
		if x, err := look(t.Context()).Call("GetHang", nil); x != 1 || err != nil {
			t.Error(x, err)
		}
		if _, err := look(t.Context()).Call("GetCtx", nil); err == nil {
			t.Error("it had no deadline")
		}
		synctest.Wait()
		if n := r.callees.Overdue(); n != 0 {
			t.Errorf("%d are still counted", n)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		s.hang = make(chan struct{})
		defer close(s.hang)
		if _, err := look(ctx).Call("GetHang", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestMethodResultsAreRedacted(t *testing.T) {
	_, c := lookAt(t, newService(), calling, Hide("GetPool.n"))
	for _, name := range []string{"GetToken", "GetURL"} {
		x, err := c.Call(name, nil)
		if r, ok := x.(*Redacted); !ok || err != nil || r.Empty {
			t.Errorf("%s: %#v, %v", name, x, err)
		}
	}
	pool, err := c.Call("GetPool", nil)
	if err != nil {
		t.Fatal(err)
	}
	if x, _, _ := must(t, pool.(*View), ".n").Plain(); reflect.TypeOf(x) != reflect.TypeFor[*Redacted]() {
		t.Errorf("%#v", x)
	}
	_, err = c.Call("GetJoin", []any{&Redacted{Path: "x"}})
	var e *RedactedError
	if !errors.As(err, &e) {
		t.Error(err)
	}
}

func TestFunc(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		r := New()
		calls := 0
		r.Func("f", func(context.Context) any { calls++; return map[string]any{"n": calls, "token": "hunter2secret"} })
		r.Func("bad", func(context.Context) any { panic("boom") })
		r.Func("late", func(context.Context) any { <-hang; return 1 })
		r.Func("none", func(context.Context) any { return nil })
		r.Expose("list", []string{"a"}, Guard(new(sync.Mutex)))
		for i := 1; i < 3; i++ {
			l := r.Visit(t.Context(), nil)
			for range 2 {
				f, err := l.Get("f")
				if err != nil {
					t.Fatal(err)
				}
				if x, _, err := must(t, f, ".n").Plain(); x != i || err != nil {
					t.Error(x, err)
				}
			}
			none, err := l.Get("none")
			if err != nil {
				t.Fatal(err)
			}
			if x, ok, err := none.Plain(); x != nil || !ok || err != nil {
				t.Error(x, ok, err)
			}
			list, _ := l.Get("list")
			err = list.Each(func(_, _ *View) (bool, error) { _, err := l.Get("late"); return false, err })
			if err == nil || !strings.Contains(err.Error(), "while a guard is held") {
				t.Error(err)
			}
		}
		if _, err := r.Visit(t.Context(), nil).Get("bad"); err == nil || err.Error() != "function bad panicked: boom" {
			t.Error(err)
		}
		start := time.Now()
		if _, err := r.Visit(t.Context(), nil).Get("late"); err == nil || time.Since(start) != time.Second {
			t.Error(err, time.Since(start))
		}
		close(hang)
	})
}

// What lies in a map has no address of its own, so only methods with a value receiver can be
// called: through a pointer one could write to it.
func TestMethodsOfMapElements(t *testing.T) {
	_, c := lookAt(t, map[string]inner{"a": {n: 3}}, Frozen(), Methods("a.*"))
	check := func(v *View) {
		if x, err := v.Call("Twice", nil); x != 6 || err != nil {
			t.Error(x, err)
		}
		if _, err := v.Call("Set", []any{1}); err == nil || !strings.Contains(err.Error(), "does not exist") {
			t.Error(err)
		}
	}
	check(must(t, c, "a"))
	for _, unlocked := range []bool{false, true} {
		if err := c.walk(unlocked, false, func(_, e *View) (bool, error) { check(e); return true, nil }); err != nil {
			t.Error(err)
		}
	}
}

// A guard that was only found makes nothing behind a slice certain.
func TestFoundGuardIsNotTrusted(t *testing.T) {
	type grid struct {
		mu    sync.Mutex
		cells []*inner
	}
	g := &grid{cells: []*inner{{n: 1}}}
	for _, opts := range [][]Option{nil, {Guard(&g.mu)}} {
		_, p := lookAt(t, g, opts...)
		c, err := p.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		err = c.consistent(func(func(*View) bool) {
			target, err := must(t, c, ".cells", 0).Resolve()
			if err != nil || target.val.Solid() != (opts != nil) {
				t.Errorf("solid: %v, %v", target.val.Solid(), err)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
}
