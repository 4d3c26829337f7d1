package eval_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// withVariables is a program that exposes its package variables and evaluates its arguments.
const withVariables = `package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

type status int

const (
	starting status = iota
	running
	draining
	timeout time.Duration = 7
)

// The linker drops the name of this type, and not that of status.
type stage int8

const (
	early stage = iota - 1
	later
)

type store struct {
	mu    sync.Mutex
	name  string
	items map[string]int
}

// The linker drops what it knows of these types, and of those without a name below.
type locker struct {
	Combination string ` + "`inspect:\"secret\"`" + `
	unseen      string ` + "`inspect:\"-\"`" + `
	n           int
}

type pinCode string

var (
	oneLocker = locker{"hunter2", "hunter2", 3}
	lockers   = []locker{{"hunter2", "hunter2", 3}, {}}
	issued    = pinCode("hunter2")
	shelf     = struct {
		n           int
		Combination string ` + "`inspect:\"secret\"`" + `
		unseen      string ` + "`inspect:\"-\"`" + `
		password    string
		own         locker
	}{7, "hunter2", "hunter2", "hunter2", locker{}}
	level    uint8 = 4
	onChange func(locker, ...int) error
	limit      = 42
	phase      = early
	phases     = []stage{early, later}
	dropped    = 43
	late       = "hunter2"
	current    = []status{running, draining, running, 9}
	patience   = 7 * time.Nanosecond
	cache      = &store{name: "c", items: map[string]int{"a": 1, "b": 2}}
	inline     = store{name: "inline"}
	dbPassword = "hunter2"
	apiToken   = []byte("hunter2")
	unseen     = "hunter2"
	unless     = "hunter2"
	gone       = "hunter2"
	vault      = struct{ Combination, place string }{"hunter2", "Bern"}
	users      = map[string]map[string]string{"ann": {"card": "hunter2", "cvv": "hunter2", "city": "Ulm"}}
)

// stops is attack.Stops, which programs cannot import without package testing.
func stops() (n uint64) {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/other:seconds"}}
	metrics.Read(sample)
	for _, count := range sample[0].Value.Float64Histogram().Counts {
		n += count
	}
	return n
}

func main() {
	registry.Packages("main", registry.Hide("main.unseen", "main.users.*.card", "*.un*less", "main.u*.*.cvv"))
	registry.Packages("github.com/sightglass-go/sightglass/eval/internal/...", registry.Hide("value", "github.com/sightglass-go/sightglass/eval/internal/scan"))
	registry.Expose("main.vault", &vault, registry.Hide("Combination"))
	registry.Expose("vault.own", &vault)
	registry.Withdraw("main.gone")
	registry.Packages("github.com/sightglass-go/sightglass/internal/secret")
	registry.Packages("no/such")
	registry.Packages("contxt")
	registry.Packages("go")
	inline.mu.Lock() // nobody may wait for it, or unlock it
	before := stops()
	// The first look counts as any other work, and ends with its limit of time.
	hurried := eval.NewSession(registry.Default, eval.Limits{Time: time.Nanosecond})
	var spent *eval.Error
	if _, err := hurried.Eval(context.Background(), "main.limit"); !errors.As(err, &spent) || spent.Code != "budget" || !strings.Contains(err.Error(), "the first look reads the debug information") {
		fmt.Println("the first look has no limit:", err)
	}
	s := eval.NewSession(registry.Default, eval.Limits{Time: time.Hour})
	for _, line := range os.Args[1:] {
		if pattern, ok := strings.CutPrefix(line, "hide "); ok {
			registry.Packages("main", registry.Hide(pattern))
			fmt.Println("hidden")
			continue
		}
		r, err := s.Eval(context.Background(), line)
		if err != nil {
			fmt.Println("error:", err)
			continue
		}
		fmt.Println(r.Node.Line(0))
	}
	after := stops()
	runtime.ReadMemStats(new(runtime.MemStats))
	if after != before || stops() == after {
		fmt.Println("stopped", after-before, "times; a stop counts", stops()-after)
		os.Exit(1)
	}
	inline.mu.Unlock()
	println(oneLocker.n, len(lockers), len(issued), shelf.n, level, phase, len(phases), onChange == nil) // on standard error
	if late == "" || len(current) != 4 || patience != timeout || limit != 42 || unseen+unless+gone+vault.Combination == "" || len(users)+len(dbPassword)+len(apiToken) == 0 {
		fmt.Println(cache, current)
	}
}
`

// TestPackages: package variables are looked up by name, under policy. No look stops the program.
func TestPackages(t *testing.T) {
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("no other system than Linux tells which file runs")
	}
	const stripped = "the binary has no debug information at 1:"
	lines := []struct{ source, want, stripped string }{
		{"main.current", "{1 (running), 2 (draining), 1 (running), 9}", ""},
		{`count(main.current, # == "running")`, "2", ""},
		{`main.current[0] == "runing"`, `main.status has no constant "runing" at 1:20; did you mean "running"?`, ""},
		{"main.phase", "-1 (early)", ""},
		{`main.phase == "early" and main.phase != "later" and main.phase + 1 == 0`, "true", ""},
		{`main.phase == "latter"`, `has no constant "latter" at 1:15; did you mean "later"?`, ""},
		{"type(main.phase)", `"*int8"`, ""},
		{"json(main.phase)", "-1", ""},
		{"[main.phase]", "[-1]", ""},
		{"main.phases", "{-1, 0}", ""},
		{"main.level", "4", ""},
		{"main.patience", "7ns", ""},
		{"main.limit + 1", "43", "error: the variables of package main cannot be read: " + stripped + "1; build it with go build, not go run, and without -ldflags=-w or -s, or name with registry.Symbols or SIGHTGLASS_SYMBOLS the file"},
		{`main["limit"]`, "42", "error: the variables of package main cannot be read: " + stripped},
		{"main.limti", "did you mean main.limit?", stripped},
		{"mian.limit", "error: unknown name mian at 1:1; did you mean main?", "did you mean main?"},
		// The linker has dropped it, as nothing uses it.
		{"main.dropped", `error: nothing is exposed as "main.dropped" at 1:6; dir(main) lists its variables; the linker drops what the program does not use`, stripped},
		{"main.oneLocker", "main.locker{unknownTags: <redacted>}", ""},
		{"main.oneLocker.n", "has no field n", stripped},
		{"main.lockers", "[]main.locker{{unknownTags: <redacted>}, {unknownTags: <redacted>}}", ""},
		{"len(main.lockers)", "2", ""},
		{"main.lockers[0] == main.lockers[1]", "it may be shown as redacted, and nothing else", ""},
		{"count(main.lockers, .unknownTags[0] == 1)", "error: ", ""},
		{"json(main.oneLocker)", "redacted", ""},
		{"keys(census(main.lockers))", `["[]main.locker"]`, ""},
		{"main.issued", "{secret: <redacted>}", ""},
		{"main.shelf", "struct{n: 7, Combination: <redacted>, password: <redacted>, own: main.locker{unknownTags: <redacted>}}", ""},
		{"type(main.shelf)", `"*struct { n int; Combination string; password string; own main.locker }"`, ""},
		{"main.shelf.unseen", "error: main.shelf (struct { n int; Combination string; password string; own main.locker }) has no field unseen", ""},
		{"main.level * 2", "8", ""},
		{"type(main.onChange)", `"*func(main.locker, ...int) error"`, ""},
		{"main.cache.items.b", "2", ""},
		{`count(main.cache.items, # > 1)`, "1", ""},
		// What is hidden after the first look is hidden at once, and forgotten.
		{"kept = main.cache.items", `{"a": 1, "b": 2}`, stripped},
		{"copied = main.cache.items.b + 0", "2", stripped},
		{"hide main.cache.items.b", "hidden", "hidden"},
		{"main.cache.items", `{"a": 1, "b": <redacted>}`, stripped},
		{"main.cache.items.b > 1", "is redacted", stripped},
		{"kept", `{"a": 1, "b": <redacted>}`, "unknown name kept"}, // it is the live object
		{"copied", "error: ", "error: "},
		{"hide main.late", "hidden", "hidden"},
		{"main.late", `nothing is exposed as "main.late"`, stripped},
		{"main.inline.name", `"inline"`, ""},
		{"main.dbPassword", "<redacted>", ""},
		{"main.apiToken", "<redacted>", ""},
		{"main.unseen", `error: nothing is exposed as "main.unseen" at 1:6; dir(main) lists its variables`, stripped},
		{"main.unless", `error: nothing is exposed as "main.unless"`, ""},
		{"main.gone", `error: nothing is exposed as "main.gone"`, ""},
		{"main.vault.place", `"Bern"`, ""},
		{"main.vault.Combination", `<redacted>`, ""},
		{"main.users.ann.city", `"Ulm"`, ""},
		{"main.users.ann.cvv", "<redacted>", ""},
		{`any(dir(), .name == "scan")`, "false", ""},
		{`any(dir(), .name == "value")`, "false", ""},
		{`any(dir(), .name == "library")`, "true", ""},
		{"main.users.ann.card", "<redacted>", ""},
		{`pkg("main").limit`, "42", `error: no variable of package "main" is exposed: ` + stripped + "1; build it with go build"},
		{`len(dir(pkg("github.com/sightglass-go/sightglass/internal/secret"))) > 1`, "true", ""},
		{`pkg("github.com/sightglass-go/sightglass/internal/secrets")`, `did you mean "github.com/sightglass-go/sightglass/internal/secret"?`, `error: no variable of package "github.com/sightglass-go/sightglass/internal/secrets" is exposed`},
		{`pkg("github.com/sightglass-go/sightglass/internal/text")`, `is exposed: the application does not name it at 1:1; registry.Packages("github.com/sightglass-go/sightglass/internal/text") in the application`, `; registry.Packages("github.com/sightglass-go/sightglass/internal/text") in the application`},
		{`pkg("github.com/sightglass-go/sightglass/eval/internal/value")`, "is exposed: it has none, or all are hidden at 1:1; the linker drops", stripped},
		{`pkg("no/vault")`, "; dir(vault) lists what is exposed under such names by itself", "; dir(vault) lists what is exposed under such names by itself"},
		{`pkg("no/where")`, `error: no variable of package "no/where" is exposed: the application does not name it at 1:1; registry.Packages("no/where") in the application`, `; registry.Packages("no/where")`},
		{`pkg("github.com/sightglass-go/sightglass/eval/internal/none")`, `is exposed: the program has no such package at 1:1; $env has those that are exposed`, stripped},
		{"text.x", `error: unknown name text at 1:1; dir() lists what there is`, "error: unknown name text at 1:1; dir() lists what there is: without the variables of the packages below github.com/sightglass-go/sightglass/eval/internal, as the binary has no debug information"},
		{"scan.x", "error: unknown name scan at 1:1; dir() lists what there is", "without the variables of the packages below github.com/sightglass-go/sightglass/eval/internal"},
		{"such", "error: the variables of package no/such cannot be read: the program has no such package at 1:1; correct the import path in the call of registry.Packages", "error: the variables of package no/such cannot be read: " + stripped},
		{`pkg("no/such")`, "is exposed: the program has no such package at 1:1; correct", stripped},
		{"contxt.x", `error: the variables of package contxt cannot be read: the program has no such package at 1:1; did the call of registry.Packages mean "context"?`, stripped},
		{"go.x", `the program has no such package at 1:1; for those below it the application calls registry.Packages("go/...")`, stripped},
		{`find(dir(), .name == "such").guard`, "cannot be read", "cannot be read"},
		{"count(census(), true) > 0", "true", "true"},
		{"main", "", "error: the variables of package main cannot be read: " + stripped},
		{"len(filter(dir(), .name startsWith \"main\")) > 0", "true", "true"},
	}
	var sources []string
	for _, l := range lines {
		sources = append(sources, l.source)
	}
	for _, flag := range []string{"", "-ldflags=-s"} {
		var flags []string
		if flag != "" {
			flags = append(flags, flag)
		}
		out, err := exec.Command(rig.Build(t, "variables", withVariables, flags...), sources...).Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if strings.Contains(string(out), "hunter2") {
			t.Errorf("it tells a secret:\n%s", out)
		}
		got := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(got) != len(lines) {
			t.Fatalf("%d answers to %d lines:\n%s", len(got), len(lines), out)
		}
		for i, l := range lines {
			want := l.want
			if flag != "" {
				want = l.stripped
			}
			if !strings.Contains(got[i], want) {
				t.Errorf("%s %s: %s, want %s", flag, l.source, got[i], want)
			}
		}
	}
}
