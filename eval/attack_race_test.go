package eval

import (
	"context"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// wild is changed by goroutines at full speed, without any lock.
type wild struct {
	m     map[string]*wild
	ints  map[int]wildling
	faces map[any]any
	face  any
	err   error
	text  string
	list  []*wild
	vals  []wildling
	next  *wild
	when  time.Time
	sync  *sync.Map
	hits  int
	grid  [][]map[string]any
}

type wildling struct {
	name string
	any  any
	more []string
}

type wildError struct{ text string }

func (e *wildError) Error() string { return e.text }

func (w *wild) write(stop *atomic.Bool) {
	texts := []string{"", "a", strings.Repeat("b", 100), strings.Repeat("long", 5000)}
	for i := 0; !stop.Load(); i++ {
		l := &wild{hits: i, text: texts[i%4], face: i, next: w, list: w.list}
		switch i % 3 {
		case 0:
			w.face, w.err = texts[i%4], &wildError{texts[i%4]}
		case 1:
			w.face, w.err = wildling{name: texts[i%4], any: i}, nil
		case 2:
			w.face, w.err = []any{i, l, map[string]int{"a": i}}, context.Canceled
		}
		w.text, w.next, w.hits = texts[i%4], l, i
		w.list = make([]*wild, i%20)
		for j := range w.list {
			w.list[j] = l
		}
		w.vals = make([]wildling, i%9)
		w.when = time.Unix(int64(i), 0)
		w.grid = [][]map[string]any{{{texts[i%3]: l}}, nil}
		if i%64 == 0 {
			w.sync = new(sync.Map)
		}
		w.sync.Store(i%50, l)
	}
}

// writeMaps is the only writer of its maps: the runtime ends a program with two.
func (w *wild) writeMaps(stop *atomic.Bool) {
	for round := 0; !stop.Load(); round++ {
		for i := range 1 << (round % 12) {
			key := strconv.Itoa(i * round)
			w.m[key] = &wild{hits: i, text: key, next: w}
			w.ints[i*7] = wildling{name: key, any: i}
			w.faces[any(i)] = key
			w.faces[any(key)] = i
			if i%3 == 0 {
				delete(w.m, strconv.Itoa(i/2*round))
				delete(w.ints, i)
				delete(w.faces, any(i/2))
			}
		}
		switch round % 3 {
		case 0:
			clear(w.m)
		case 1:
			w.ints = make(map[int]wildling)
		case 2:
			w.faces = make(map[any]any)
		}
	}
}

// kept is guarded by mu, and leads to what is not: a job with a lock of its own, and an atomic.Value that is stored into
// for the first time once it is there.
type kept struct {
	mu    sync.Mutex
	face  any
	jobs  []*keptJob
	first *atomic.Value
}

type keptJob struct {
	lk   sync.Mutex
	stat any
	next *keptJob
}

func (k *kept) write(stop *atomic.Bool) {
	stats := []any{&wildError{"text"}, &wildling{name: "name", any: 1}, 7, "text", []any{1, "a"}}
	for i := 0; !stop.Load(); i++ {
		first := new(atomic.Value)
		k.mu.Lock()
		k.face, k.first = stats[i%len(stats)], first
		k.jobs = append(k.jobs[:i%4:i%4], &keptJob{stat: stats[i%len(stats)]}, &keptJob{next: new(keptJob)})
		job := k.jobs[0]
		k.mu.Unlock()
		first.Store(stats[0])
		for j := range 100 {
			job.lk.Lock()
			job.stat = stats[(i+j)%len(stats)]
			job.lk.Unlock()
		}
	}
}

// TestAttackExpressions has four sessions ask everything of objects that are written at full speed, while
// what they hold is freed and used for something else: nothing crashes, and no answer takes more memory
// than it may.
func TestAttackExpressions(t *testing.T) {
	stop := attack.Stop(t)
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	w := &wild{m: map[string]*wild{}, ints: map[int]wildling{}, faces: map[any]any{}, sync: new(sync.Map)}
	reg := registry.New()
	reg.Expose("w", w)
	reg.Expose("free", w, registry.Guard(nil))
	k := &kept{jobs: []*keptJob{{}}, first: new(atomic.Value)}
	reg.Expose("kept", k, registry.Guard(&k.mu))
	var writers, sessions sync.WaitGroup
	writers.Go(func() { w.write(stop) })
	writers.Go(func() { w.writeMaps(stop) })
	writers.Go(func() { k.write(stop) })
	var lines, entries, torn, retries atomic.Int64
	for i := range 4 {
		sessions.Go(func() {
			s := NewSession(reg, Limits{Time: 5 * time.Second, Entries: 1_000_000, Bytes: 8 << 20, Share: 1})
			m := &maker{
				Rand:   rand.New(rand.NewPCG(uint64(i), 3)),
				atoms:  []string{"kept", "kept.jobs", "kept.face", "kept.first", "w", "free", "w.m", "w.ints", "w.faces", "w.face", "w.err", "w.text", "w.list", "w.vals", "w.next", "w.when", "w.sync", "w.hits", "w.grid", "x", "_", `"a"`, "1", "#"},
				fields: []string{"m", "ints", "faces", "face", "err", "text", "list", "vals", "next", "when", "sync", "hits", "grid", "name", "any", "more", "jobs", "stat", "first"},
			}
			ask := func(source string) {
				if stop.Load() {
					return
				}
				r, err := s.Eval(t.Context(), source)
				if codeOfError(err) == "internal" {
					t.Errorf("%s: %v", source, err)
				}
				lines.Add(1)
				entries.Add(int64(r.Cost.Entries))
				torn.Add(int64(r.Cost.Torn))
				retries.Add(int64(r.Cost.Retries))
			}
			for !stop.Load() && !t.Failed() {
				for _, source := range []string{
					"kept", "map(kept.jobs, .stat)", "kept.first", "kept.jobs[0].stat.name", "size(kept)", "w", "free.m", "count(w.m, .hits > 10)", "sum(w.m, .next.hits)", "filter(w.m, .text == \"1\")", "map(w.ints, .any)", "count(free.faces, # == 3)", "x = w.list", "map(w.list, .text)",
					"toJSON(w.face)", "sortBy(w.m, .hits)", "groupBy(w.ints, .name)", `w.m["12"].next.text`, "w.ints[7].any", "uniq(map(w.vals, .more))", "count(w.sync, .hits > 5)", "flatten(w.grid)", "dir(w)", "string(w.err)",
					"top(w.m, 3, .hits)", "top(free.vals, 2, .name)", "freq(w.m, .text)", "freq(w.faces)", "hist(w.m, .hits)", "hist(w.sync, .next.hits)", "size(w)", "tree(w, 4)", "help(w.face)", "snap(w)", "diff(snap(w), w)", "json(w.list)",
				} {
					ask(source)
				}
				for range 50 {
					source := m.statement()
					ask(source)
					s.Complete(source, len(source))
				}
				runtime.Gosched()
			}
		})
	}
	sessions.Wait()
	writers.Wait()
	t.Logf("%d expressions, %d entries and hops read, %d torn, %d retries", lines.Load(), entries.Load(), torn.Load(), retries.Load())
	if lines.Load() == 0 || entries.Load() == 0 {
		t.Error("the attack missed")
	}
}
