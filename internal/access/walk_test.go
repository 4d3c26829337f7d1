package access

//lint:file-ignore U1000 some fields and methods here are only looked at

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// A walk meets each entry once, whatever policy it is under and however entries are handed out.
func TestEach(t *testing.T) {
	object := struct {
		small   map[string]int
		big     map[int]*item
		list    []int
		array   [40]string
		nothing []int
		none    map[string]int
		sync    *sync.Map
	}{map[string]int{"a": 1, "b": 2}, map[int]*item{}, make([]int, 5000), [40]string{}, nil, nil, new(sync.Map)}
	for i := range 5000 {
		object.big[i] = &item{hits: i}
		object.list[i] = i
		if i < 100 {
			object.sync.Store(i, i)
		}
	}
	for i, opts := range policies() {
		_, c := lookAt(t, &object, opts...)
		for name, want := range map[string]int{"small": 2, "big": 5000, "list": 5000, "array": 40, "nothing": 0, "none": 0, "sync": 100} {
			v := must(t, c, "."+name)
			for _, unlocked := range []bool{false, true} {
				seen := map[string]bool{}
				err := v.walk(unlocked, false, func(key, elem *View) (bool, error) {
					if elem.visit != c.visit || (key == nil) == strings.Contains("small big sync", name) {
						t.Error("key", key)
					}
					if seen[elem.Path()] {
						t.Errorf("%s twice", elem.Path())
					}
					seen[elem.Path()] = true
					if name == "big" {
						x, _, err := must(t, elem, ".hits").Plain()
						if k, _, kerr := key.Plain(); k != x || err != nil || kerr != nil {
							t.Errorf("%v: %v, %v, %v", k, x, err, kerr)
						}
					}
					return true, nil
				})
				if len(seen) != want || err != nil {
					t.Errorf("%d %s, unlocked %v: %d entries, %v", i, name, unlocked, len(seen), err)
				}
			}
		}
	}
}

// EachUnlocked hands out what it read under the guard, whatever happens since. Time stands still
// meanwhile, so that one chunk reads everything however busy the machine is.
func TestEachUnlockedIsOfOneMoment(t *testing.T) { synctest.Test(t, eachUnlockedIsOfOneMoment) }

func eachUnlockedIsOfOneMoment(t *testing.T) {
	m := map[string]int{"a": 1, "b": 1, "c": 1}
	var mu sync.Mutex
	for i, opts := range policies() {
		if i == 1 {
			opts = []Option{Guard(&mu)} // and not Frozen, which would be untrue
		}
		clear(m)
		m["a"], m["b"], m["c"] = 1, 1, 1
		_, c := lookAt(t, m, opts...)
		err := c.EachUnlocked(func(_, e *View) (bool, error) {
			x, _, err := e.Plain()
			if x != 1 {
				t.Errorf("%d: %v", i, x)
			}
			mu.Lock()
			defer mu.Unlock()
			m["a"], m["b"], m["c"] = 2, 2, 2
			return true, err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// The texts of a map whose lock was only found may be freed as soon as it is released: entries that
// are handed out afterwards have copies.
func TestEachUnlockedKeepsTexts(t *testing.T) {
	object := struct {
		mu    sync.Mutex
		slots map[string]item
		names map[string]*item
	}{slots: map[string]item{"a": {}}, names: map[string]*item{"a": {}}}
	_, c := lookAt(t, &object)
	for _, name := range []string{".slots", ".names"} {
		err := must(t, c, name).EachUnlocked(func(key, elem *View) (bool, error) {
			if key.val.Lent() || elem.val.Lent() {
				t.Errorf("%s: key lent: %v, elem lent: %v", name, key.val.Lent(), elem.val.Lent())
			}
			return true, nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestEachEnds(t *testing.T) {
	l, c := lookAt(t, []int{1, 2, 3})
	for _, walk := range []func(func(key, elem *View) (bool, error)) error{c.Each, c.EachUnlocked} {
		n := 0
		if err := walk(func(_, _ *View) (bool, error) { n++; return n < 2, nil }); n != 2 || err != nil {
			t.Error(n, err)
		}
		n = 0
		if err := walk(func(_, _ *View) (bool, error) { n++; return true, fmt.Errorf("no") }); n != 1 || err == nil {
			t.Error(n, err)
		}
	}
	if got := l.meter.meter.(*meter).read; got < 4 {
		t.Errorf("%d reads were told", got)
	}
	if err := must(t, c, 0).Each(nil); err == nil || err.Error() != "c[0] (int) is no list or map" {
		t.Error(err)
	}
}

// An application that writes under its lock, one that takes none, and visits to both: for -race,
// and for the crash that a walk by the runtime would be.
func TestWritersMeanwhile(t *testing.T) {
	type busy struct {
		mu    sync.Mutex
		items map[string]*item
		any   any
		text  string
		list  []string
	}
	guarded, declared := &busy{items: map[string]*item{}}, &busy{items: map[string]*item{}}
	bare := &struct{ b busy }{}
	bare.b.items = map[string]*item{}
	r := New()
	r.Expose("guarded", guarded)
	r.Expose("declared", declared, Guard(&declared.mu))
	r.Expose("bare", &bare.b, Guard(nil))
	stop := make(chan struct{})
	var writers, readers sync.WaitGroup
	for _, b := range []*busy{guarded, declared, &bare.b} {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				b.mu.Lock()
				key := fmt.Sprint("k", i%500)
				if i%3 == 0 {
					delete(b.items, key)
				} else {
					b.items[key] = &item{key: key, hits: i}
				}
				b.any = []any{i, key, item{}, &item{}, nil}[i%5]
				b.text = strings.Repeat("x", i%9)
				b.list = make([]string, i%7)
				if i%5000 == 0 {
					clear(b.items)
				}
				b.mu.Unlock()
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for range 8 / attack.Stride(8) {
				l := r.Visit(context.Background(), nil)
				for _, name := range []string{"guarded", "declared", "bare"} {
					v, err := l.Get(name)
					if err != nil {
						t.Error(err)
						return
					}
					v.Snap(render.Limit{})
					for _, unlocked := range []bool{false, true} {
						items, err := v.Member("items")
						if err != nil {
							t.Error(err)
							return
						}
						_ = items.walk(unlocked, false, func(key, elem *View) (bool, error) {
							for _, field := range []string{"hits", "key"} {
								if f, err := elem.Member(field); err == nil {
									_, _, _ = f.Plain()
								}
							}
							_, _ = elem.Keep()
							return true, nil
						})
					}
				}
			}
		})
	}
	readers.Wait()
	close(stop)
	writers.Wait()
}

// The order of a walk of a map is the same as long as the map is, so that its parts fit together.
func TestMapOrder(t *testing.T) {
	m := map[int]int{}
	for i := range 3000 {
		m[i] = i
	}
	_, c := lookAt(t, m)
	keys := func(v *View) (list []int) {
		if err := v.Each(func(key, _ *View) (bool, error) {
			x, _, err := key.Plain()
			list = append(list, x.(int))
			return true, err
		}); err != nil {
			t.Fatal(err)
		}
		return list
	}
	var parts []int
	for at := 0; at < 3000; at += 700 {
		w, err := c.Window(at, at+700)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, keys(w)...)
	}
	whole := keys(c)
	if !slices.Equal(parts, whole) {
		t.Error("the parts are not the whole")
	}
	if slices.Sort(whole); !slices.Equal(whole, slices.Sorted(maps.Keys(m))) {
		t.Error("not each key once")
	}
}

func BenchmarkEach(b *testing.B) {
	m := make(map[string]*item, 1_000_000)
	for i := range 1_000_000 {
		m[fmt.Sprint("sku-", i)] = &item{hits: i}
	}
	type store struct {
		mu    sync.RWMutex
		items map[string]*item
	}
	for _, bb := range []struct {
		name string
		f    func(_, elem *View) (bool, error)
	}{
		{"walk", func(_, _ *View) (bool, error) { return true, nil }},
		{"hits", func(_, elem *View) (bool, error) {
			hits, err := elem.Member("hits")
			if err == nil {
				_, _, err = hits.Plain()
			}
			return true, err
		}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			_, c := lookAt(b, &store{items: m})
			items := must(b, c, ".items")
			b.ReportAllocs()
			start := time.Now()
			for b.Loop() {
				if err := items.Each(bb.f); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(b.N)/1e6, "ns/entry")
		})
	}
}
