package eval

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// yard is an object with all that goroutines wait for.
type yard struct {
	first  int // so that mu does not lie where the yard begins
	mu     sync.Mutex
	rw     sync.RWMutex
	wg     sync.WaitGroup
	cond   *sync.Cond
	jobs   chan int
	other  chan int
	shards [3]*shard
	secret struct {
		token chan int
	}
}

type shard struct {
	hits int
	mu   sync.Mutex
}

// waiters lets goroutines wait in the yard, n in each way, until the test ends. They carry labels.
func (y *yard) waiters(t *testing.T, n int) {
	t.Helper()
	var begun, ended sync.WaitGroup
	y.mu.Lock()
	y.rw.Lock()
	y.wg.Add(1)
	y.shards[2].mu.Lock()
	wait := map[string]func(){
		"mu":     func() { y.mu.Lock(); defer y.mu.Unlock() },
		"rw":     func() { y.rw.RLock(); defer y.rw.RUnlock() },
		"wg":     y.wg.Wait,
		"cond":   func() { y.cond.L.Lock(); y.cond.Wait(); y.cond.L.Unlock() },
		"jobs":   func() { <-y.jobs },
		"shard":  func() { y.shards[2].mu.Lock(); defer y.shards[2].mu.Unlock() },
		"hidden": func() { <-y.secret.token },
		"select": func() {
			select {
			case <-y.jobs:
			case <-y.other:
			}
		},
	}
	for name, f := range wait {
		for range n {
			begun.Add(1)
			ended.Go(func() {
				pprof.Do(context.Background(), pprof.Labels("way", name, "token", "hunter2"), func(context.Context) {
					begun.Done()
					f()
				})
			})
		}
	}
	begun.Wait()
	t.Cleanup(func() {
		y.mu.Unlock()
		y.rw.Unlock()
		y.wg.Done()
		y.shards[2].mu.Unlock()
		close(y.jobs)
		close(y.other)
		close(y.secret.token)
		y.cond.L.Lock()
		y.cond.Broadcast()
		y.cond.L.Unlock()
		ended.Wait()
	})
	s := NewSession(y.registry(), Limits{Time: time.Hour})
	until(t, s, fmt.Sprintf(`count(goroutines, .labels?.way != nil and .state == "waiting") == %d`, len(wait)*n))
}

func newYard() *yard {
	y := &yard{cond: sync.NewCond(new(sync.Mutex)), jobs: make(chan int), other: make(chan int), shards: [3]*shard{{}, {}, {}}}
	y.secret.token = make(chan int)
	return y
}

func (y *yard) registry(opts ...registry.Option) *registry.Registry {
	reg := registry.New()
	reg.Expose("yard", y, registry.Hide("secret"))
	reg.Goroutines(opts...)
	return reg
}

func TestGoroutines(t *testing.T) {
	y := newYard()
	y.waiters(t, 2)
	s := NewSession(y.registry(), Limits{Time: time.Hour})
	ours := "filter(goroutines, .labels?.way != nil)"
	for _, row := range []struct{ source, want string }{
		{`count(goroutines, .state == "waiting" and .blocked >= duration("0s") and .labels?.way != nil)`, "16"},
		{`count(goroutines, .state == "waiting" and .blocked > duration("1h"))`, "0"},
		{`any(goroutines, .state == "running" and len(.frames) == 0)`, "true"},
		{`any(goroutines, .entry == "runtime.main" and .id == 1 and .createdBy == "" and .parent == 0)`, "true"},
		{`join(sort(uniq(map(` + ours + `, .wait))), ", ")`, `"chan receive, select, sync.Cond.Wait, sync.Mutex.Lock, sync.RWMutex.RLock, sync.WaitGroup.Wait"`},
		{`all(` + ours + `, .entry == "sync.(*WaitGroup).Go.func1" and .createdBy == "sync.(*WaitGroup).Go" and .parent > 0)`, "true"},
		{`all(` + ours + `, .top startsWith "github.com/sightglass-go/sightglass/eval.(*yard).waiters.func")`, "true"},
		{`all(` + ours + `, last(.frames).function == "sync.(*WaitGroup).Go.func1" and first(.frames).line > 0)`, "true"},
		{`join(sort(uniq(flatten(map(` + ours + `, map(.waitsFor, .path))))), " ")`, `" yard.cond yard.jobs yard.mu yard.other yard.rw yard.shards[2].mu yard.wg"`},
		{`all(` + ours + `, all(.waitsFor, .address startsWith "0x"))`, "true"},
		{`sort(uniq(map(` + ours + `, .labels["way"])))`, `["cond", "hidden", "jobs", "mu", "rw", "select", "shard", "wg"]`},
		{`dir(goroutines[0])`, "id          int\nstate       string\nwait        string\nblocked     time.Duration\ntop         string\nentry       string\ncreatedBy   string\nparent      int\nlabels      map[string]string\nwaitsFor    []inspect.Awaited\nframes      []inspect.Frame"},
	} {
		if got := shown(t, s, row.source); got != row.want {
			t.Errorf("%s\n%s\nwant\n%s", row.source, got, row.want)
		}
	}
	say(t, s, map[string]string{`count(` + ours + `, .labels["token"] == "hunter2")`: "redacted"})
	r, err := s.Eval(t.Context(), "goroutines")
	if err != nil {
		t.Fatal(err)
	}
	if text := r.Node.Line(1 << 20); strings.Contains(text, "hunter2") || !strings.Contains(text, "redacted") {
		t.Error("a label is told by its name:", text)
	}
	stands := []string{"goroutines were read one after the other while they ran, and are not of one moment; those of the runtime itself are left out", "a goroutine that runs has no stack"}
	if len(r.Notes) < 2 || !slices.Equal(r.Notes[:2], stands) || !slices.Equal(r.Standing, stands) {
		t.Errorf("the answer does not say what it is: %q, of which %q stands", r.Notes, r.Standing)
	}
}

// TestGoroutinesHide: what the application hides of goroutines is not told, nor used.
func TestGoroutinesHide(t *testing.T) {
	y := newYard()
	y.waiters(t, 1)
	whole := []string{"stacks()", "stacks(goroutines[:2])", "tree(goroutines)", "waiting(yard.mu)", "deadlocks()"} // they tell of all but labels
	for _, hidden := range []struct {
		patterns, sources []string
	}{
		{[]string{"*.labels.way", "*.createdBy"}, append(whole, `map(goroutines, .createdBy == "x")`, `filter(goroutines, .labels?.way == "mu")`)},
		{[]string{"*.frames.0.file"}, whole},
		{[]string{"3"}, whole},
		{[]string{"*.labels"}, []string{"map(goroutines, .labels == nil)"}},
	} {
		s := NewSession(y.registry(registry.Hide(hidden.patterns...)), Limits{Time: time.Hour})
		for _, source := range hidden.sources {
			if got := shown(t, s, source); !strings.Contains(got, "redacted") {
				t.Errorf("%s without %q: %s", source, hidden.patterns, got)
			}
		}
	}
	reg := y.registry(registry.Hide("*.labels"))
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range whole {
		if got := shown(t, s, source); strings.Contains(got, "redacted") {
			t.Errorf("%s without labels: %s", source, got)
		}
		shown(t, s, "kept = "+source)
		reg.Goroutines(registry.Hide("*.labels", "*.top"))
		if got := shown(t, s, "kept"); !strings.Contains(got, "this value was forgotten") {
			t.Errorf("%s is kept: %s", source, got)
		}
		reg.Goroutines(registry.Hide("*.labels"))
	}
}

// TestSparedStacks: what asks for nothing that stacks tell is answered without reading them, and
// everything else as before.
func TestSparedStacks(t *testing.T) {
	y := newYard()
	y.waiters(t, 3)
	s := NewSession(y.registry(), Limits{Time: time.Hour})
	until(t, s, `count(goroutines, .wait == "sync.Mutex.Lock") == 6`)
	shown(t, s, "every = goroutines")
	const ours = `.labels?.way != nil`
	spared := map[string]bool{
		`len(goroutines) > 24`: true,
		`count(goroutines, .state == "waiting" and ` + ours + `)`:                                                           true,
		`count(filter(goroutines, ` + ours + `), .wait == "select")`:                                                        true,
		`filter(goroutines, ` + ours + `) | freq(.wait)`:                                                                    true,
		`hist(filter(goroutines, ` + ours + `), len(.waitsFor))`:                                                            true,
		`sum(filter(goroutines, ` + ours + `), #.blocked) >= duration("0s")`:                                                true,
		`max(filter(goroutines, ` + ours + `), .parent) > 0`:                                                                true,
		`uniq(map(filter(goroutines, ` + ours + `), .createdBy))`:                                                           true,
		`any(goroutines, any(.waitsFor, .path == "yard.rw"))`:                                                               true,
		`let n = count(goroutines, ` + ours + `); n < 25 ? n : "many"`:                                                      true,
		`len(every) > 0 and count(goroutines, ` + ours + `) == 24`:                                                          true, // every is what was kept of the list before
		`count(goroutines, ` + ours + ` and .top contains "waiters")`:                                                       false,
		`count(goroutines, ` + ours + ` and #["entry"] contains "Go")`:                                                      false,
		`count(goroutines, ` + ours + ` and any(.frames, .function contains "waiters"))`:                                    false,
		`count(goroutines, ` + ours + ` and get(#, "top") contains "waiters")`:                                              false,
		`map(filter(goroutines, ` + ours + ` and .wait == "select"), #)[0].top`:                                             false,
		`filter(goroutines, ` + ours + ` and .wait == "select")[0].top`:                                                     false,
		`first(goroutines, ` + ours + `).top`:                                                                               false,
		`reduce(filter(goroutines, .wait == "select" and ` + ours + `), #acc).top`:                                          false,
		`groupBy(goroutines, .wait)["select"][0].top`:                                                                       false,
		`sortBy(filter(goroutines, ` + ours + `), .id)[0].frames[-1].function`:                                              false,
		`let some = filter(goroutines, ` + ours + `); freq(some, .top)[0].count`:                                            false,
		`[count(goroutines, ` + ours + `), sum(stacks(filter(goroutines, ` + ours + `)), .count)]`:                          false,
		`$env.goroutines | count(` + ours + `)`:                                                                             false,
		`count(goroutines, .wait == "sync.Mutex.Lock") == sum(map(waiting(yard), .waiting), # > 5 ? # - 0 : 0)`:             false,
		`filter(goroutines, .wait == "sync.WaitGroup.Wait" and ` + ours + `) | map({{"id": .id, "top": .top}}) | map(.top)`: false,
	}
	read := func(source string) (answer string, noStacks bool) {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatal(source, err)
		}
		return r.Node.Line(2000), !strings.Contains(strings.Join(r.Notes, "\n"), "a goroutine that runs has no stack")
	}
	for source, want := range spared {
		got, noStacks := read(source)
		if noStacks != want {
			t.Errorf("%s spares the stacks: %v", source, noStacks)
		}
		all, noStacks := read("[" + source + ", len(stacks())][0]")
		if got != all || noStacks {
			t.Errorf("%s: %s, and with stacks %s", source, got, all)
		}
	}
}

// TestLooksStopNothing: no look at goroutines or at what fills the memory stops the program, as a
// profile or a dump of them would.
func TestLooksStopNothing(t *testing.T) {
	y := newYard()
	y.waiters(t, 5)
	reg := y.registry()
	reg.Expose("lathe", newMachine())
	before := attack.Stops()
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{
		"len(goroutines)", "freq(goroutines, .top)", "stacks()", "tree(goroutines)", "waiting(yard)", "deadlocks()",
		"census()", "census(lathe)", "diff(census(lathe), census(lathe))", "refs(lathe.parts[0])", "size(lathe)",
	} {
		if got := shown(t, s, source); strings.HasPrefix(got, "error:") {
			t.Errorf("%s: %s", source, got)
		}
		if n := attack.Stops(); n != before {
			t.Errorf("%s stopped the program %d times", source, n-before)
			before = n
		}
	}
}

// TestGoroutinesRelease: what a look at goroutines needs for a while is given back.
func TestGoroutinesRelease(t *testing.T) {
	y := newYard()
	y.waiters(t, 20)
	s := NewSession(y.registry(), Limits{Time: time.Hour})
	for _, source := range []string{"waiting(yard.mu)[0].waiting", "len(stacks())", "len(tree(goroutines))", "len(deadlocks())"} {
		kept := map[int]int{}
		for _, n := range []int{1, 20} {
			r, err := s.Eval(t.Context(), fmt.Sprintf("map(1..%d, %s)", n, source))
			if err != nil {
				t.Fatal(err)
			}
			kept[n] = r.Cost.Bytes
		}
		if kept[20] > kept[1]+kept[1]/2+2000 {
			t.Errorf("%s keeps %d bytes, and twenty times %d", source, kept[1], kept[20])
		}
	}
}

func TestStacks(t *testing.T) {
	y := newYard()
	y.waiters(t, 3)
	s := NewSession(y.registry(), Limits{Time: time.Hour})
	const ours = `filter(goroutines, .labels?.way != nil)`
	// Only a collection of garbage tells for how long they have waited.
	text := regexp.MustCompile(`, for \S+ or longer`).ReplaceAllString(shown(t, s, "stacks("+ours+")"), "")
	for _, want := range []string{"3 waiting: sync.Mutex.Lock", "  sync.(*Mutex).Lock ", "eval.(*yard).waiters.func1 ", "eval/goroutines_test.go:", "3 waiting: select\n  eval.(*yard).waiters.func"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, row := range []struct{ source, want string }{
		{"map(stacks(" + ours + "), .count)", "[3, 3, 3, 3, 3, 3, 3, 3]"},
		{"len(stacks(" + ours + ")[0].ids)", "3"},
		{"stacks(" + ours + ")[0].state", `"waiting"`},
		{"sum(stacks(), .count) == len(goroutines)", "true"},
		{"len(stacks(first(" + ours + ")))", "1"},
		{"stacks([])", "no goroutines"},
		{"stacks([1])", "error: argument 1 of stacks has to be goroutines, not an integer at 1:1"},
	} {
		if got := shown(t, s, row.source); got != row.want {
			t.Errorf("%s: %s, want %s", row.source, got, row.want)
		}
	}
	got := shown(t, s, "tree(goroutines, 20)")
	if !strings.Contains(got, "sync.(*WaitGroup).Go.func1") || !strings.Contains(got, "created by testing.(*T).Run") || !strings.Contains(got, "24  ") {
		t.Error(got)
	}
	if got := shown(t, s, `find(tree(goroutines, 20), .name == "sync.(*WaitGroup).Go.func1").count`); got != "24" {
		t.Error(got)
	}
	for depth, cut := range map[int]bool{1: true, 20: false} {
		r, err := s.Eval(t.Context(), fmt.Sprintf("tree(goroutines, %d)", depth))
		if got := strings.Join(r.Notes, "\n"); err != nil || strings.Contains(got, "goroutines are further down than depth") != cut {
			t.Errorf("to depth %d: %s, %v", depth, got, err)
		}
	}
}

// TestTreeOfYounger: a goroutine may have a greater number than one that it created, since each
// processor hands out numbers of its own.
func TestTreeOfYounger(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	type pair struct{ parent, child int }
	pairs := make(chan pair)
	end := make(chan struct{})
	var ended sync.WaitGroup
	defer ended.Wait()
	defer close(end)
	const most, together = 1000, 64
	for round := 1; ; round++ {
		// Many at once, so that other processors take some of them over.
		for range together {
			ended.Go(func() { treeParent(&ended, end, func(parent, child int) { pairs <- pair{parent, child} }) })
		}
		younger := false
		for range together {
			p := <-pairs
			younger = younger || p.child < p.parent
		}
		if younger {
			break
		}
		if round == most {
			t.Fatal("each goroutine of ", most*together, " has a smaller number than the one that it created")
		}
	}
	reg := registry.New()
	reg.Goroutines()
	s := NewSession(reg, Limits{Time: time.Hour})
	source := `filter(tree(goroutines, 20), .name contains "treeParent.func" and .depth == 0)`
	if got := shown(t, s, source); got != "[]" {
		t.Errorf("%s: %s", source, got)
	}
}

//go:noinline
func treeParent(ended *sync.WaitGroup, end chan struct{}, numbered func(parent, child int)) {
	child := make(chan int)
	ended.Add(1)
	go func() {
		defer ended.Done()
		child <- goroutineNumber()
		<-end
	}()
	numbered(goroutineNumber(), <-child)
	<-end
}

// goroutineNumber is the number of the goroutine that calls it.
func goroutineNumber() int {
	b := make([]byte, 64)
	var n int
	fmt.Sscanf(string(b[:runtime.Stack(b, false)]), "goroutine %d", &n)
	return n
}

// TestNoGoroutines: an application that does not expose them tells nothing of them.
func TestNoGoroutines(t *testing.T) {
	reg := registry.New()
	s := NewSession(reg, Limits{Time: time.Hour})
	if got := shown(t, s, "goroutines"); !strings.Contains(got, "unknown name goroutines") {
		t.Error(got)
	}
	if got := shown(t, s, "stacks()"); !strings.Contains(got, "does not expose at 1:1; registry.Goroutines() in the application exposes them") {
		t.Error(got)
	}
	reg.Goroutines()
	if got := shown(t, s, "len(goroutines) > 0"); got != "true" {
		t.Error(got)
	}
	reg.Withdraw("goroutines")
	if got := shown(t, s, "len(goroutines)"); !strings.Contains(got, "unknown name goroutines") {
		t.Error(got)
	}
}

// TestGoroutinesBudget: to read goroutines is charged like all other reading.
func TestGoroutinesBudget(t *testing.T) {
	y := newYard()
	y.waiters(t, 20)
	s := NewSession(y.registry(), Limits{Time: time.Hour, Entries: 50})
	if _, err := s.Eval(t.Context(), "len(goroutines)"); codeOfError(err) != "budget" {
		t.Error(err)
	}
	s = NewSession(y.registry(), Limits{Time: time.Hour, Bytes: 20_000})
	if _, err := s.Eval(t.Context(), "len(goroutines)"); codeOfError(err) != "budget" {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s = NewSession(y.registry(), Limits{Time: time.Hour})
	if _, err := s.Eval(ctx, "len(goroutines)"); codeOfError(err) != "cancelled" {
		t.Error(err)
	}
	for _, c := range s.Complete("filter(goroutines, .sta", 23) {
		if c.Text == "state" {
			return
		}
	}
	t.Error("state is not completed")
}
