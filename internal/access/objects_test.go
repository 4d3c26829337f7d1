package access

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestNames(t *testing.T) {
	for _, name := range []string{"cache", "db.pool", "a.b.c", "_x", "Größe", "x1", "count", "type", "go"} {
		New().Expose(name, 1)
	}
	for name, want := range map[string]string{
		"":           `a name is made of identifiers joined by dots, and "" is none`,
		"1x":         `and "1x" is none`,
		"a b":        `and "a b" is none`,
		"a..b":       `and "" is none`,
		".a":         `and "" is none`,
		"a-b":        `and "a-b" is none`,
		"x[0]":       `and "x[0]" is none`,
		"true":       "true is a word of the expression language",
		"db.in":      "in is a word",
		"_":          "_ is a word",
		"startsWith": "startsWith is a word",
	} {
		if got := panics(func() { New().Expose(name, 1) }); !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

// panics returns the text of f's panic.
func panics(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return "no panic"
}

func TestEntries(t *testing.T) {
	r := New()
	p := newPool()
	other := new(sync.Mutex)
	r.Expose("p", p, Doc("the pool"))
	r.Expose("declared", p, Guard(&p.lock))
	r.Expose("other", p, Guard(other))
	r.Expose("unlocked", p, Guard(nil))
	r.Expose("frozen", p, Frozen())
	r.Expose("owned", p, Owner(func(f func()) { f() }))
	r.Expose("copy", 5)
	r.Expose("bare", new(item))
	r.Expose("atomic", new(atomic.Int64))
	r.Func("f", func(context.Context) any { return 1 })
	r.Func("g", func(context.Context) any { return new(item) }, Frozen())
	var got []string
	for _, e := range r.Entries() {
		got = append(got, fmt.Sprintf("%s|%s|%s|%s", e.Name, e.Type, e.Doc, e.Guard))
	}
	want := `atomic|*atomic.Int64||needs no lock
bare|*access.item||no lock found: read racily
copy|int||a copy
declared|*access.pool||guarded by declared.lock
f|any||computed at each look
frozen|*access.pool||frozen
g|any||computed at each look
other|*access.pool||guarded by the guard of other
owned|*access.pool||read by its owner
p|*access.pool|the pool|guarded by p.lock
unlocked|*access.pool||no lock found: read racily`
	if g := strings.Join(got, "\n"); g != want {
		t.Errorf("got\n%s\nwant\n%s", g, want)
	}
}

func TestReplaceAndWithdraw(t *testing.T) {
	r := New()
	r.Expose("x", 1)
	old := r.Visit(context.Background(), nil)
	first, err := old.Get("x")
	if err != nil {
		t.Fatal(err)
	}
	r.Expose("x", 2)
	if v, _ := old.Get("x"); v != first {
		t.Error("a name changed within a look")
	}
	v, _ := r.Visit(context.Background(), nil).Get("x")
	if x, _, _ := v.Plain(); x != 2 {
		t.Error(x)
	}
	r.Withdraw("x")
	r.Withdraw("x")
	if _, err := r.Visit(context.Background(), nil).Get("x"); err == nil || err.Error() != "unknown name x; dir() lists what is exposed" {
		t.Error(err)
	}
	if len(r.Entries()) != 0 {
		t.Error("it is listed still")
	}
}

func TestUnknownName(t *testing.T) {
	var r Registry
	r.Expose("db.pool", new(int))
	r.Expose("cache", new(int))
	l := r.Visit(context.Background(), nil)
	for name, want := range map[string]string{
		"db.pol": "unknown name db.pol; did you mean db.pool?",
		"cach":   "unknown name cach; did you mean cache?",
		"zzz":    "unknown name zzz; dir() lists what is exposed",
	} {
		if _, err := l.Get(name); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Exposing, withdrawing, listing and reading at the same time.
func TestConcurrentUse(t *testing.T) {
	r := New()
	object := newCache()
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 200 {
				name := fmt.Sprintf("n%d", (g+i)%3)
				switch i % 4 {
				case 0:
					r.Expose(name, object, Hide("Token"))
				case 1:
					r.Withdraw(name)
				case 2:
					r.Entries()
				default:
					l := r.Visit(context.Background(), nil)
					v, err := l.Get(name)
					if err != nil {
						continue
					}
					hits, err := reach(v, ".items", "sku-17", ".hits")
					if err != nil {
						t.Error(err)
						continue
					}
					if x, _, err := hits.Plain(); x != 9 || err != nil {
						t.Error(x, err)
					}
				}
			}
		})
	}
	all.Wait()
}
