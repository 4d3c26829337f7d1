package house

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"
)

// carriers are the programs of docs/dependencies.md that begin to carry sightglass. %[1]s stands for
// its imports, and %[2]s for the two calls that docs/getting-started.md has an application make.
// Given an argument they run, so that the linker has to keep everything.
var carriers = map[string]string{
	"hello, world": `package main

import (
	"fmt"
	"os"
%[1]s)

var n int

func main() {
	if len(os.Args) > 1 {
%[2]s	}
	fmt.Println("hello, world")
}
`,
	"a server of `net/http`": `package main

import (
	"fmt"
	"net/http"
	"os"
%[1]s)

var n int

func main() {
	if len(os.Args) > 1 {
%[2]s		fmt.Println(http.ListenAndServe(os.Args[1], nil))
	}
	fmt.Println("hello, world")
}
`,
}

// A load is what a carrier carries: what it imports, and calls.
type load struct{ imports, calls string }

var (
	exposing = load{"\n\t\"" + rig.Module + "/registry\"\n", "\t\tregistry.Expose(\"n\", &n)\n"}
	// watching also opts into registry.Runtime.
	watching = load{listening.imports, listening.calls + "\t\tregistry.Runtime()\n"}
	// looking is its own client too.
	looking   = load{listening.imports + "\t\"" + rig.Module + "/client\"\n", listening.calls + "\t\tos.Exit(client.Main(os.Args[1:]))\n"}
	listening = load{exposing.imports + "\t\"" + rig.Module + "/telnet\"\n", exposing.calls + "\t\tgo telnet.ListenAndServe(\"localhost:3000\", nil)\n"}
)

// carrier builds a program of carriers with a load, and returns its path.
func carrier(t *testing.T, name string, l load, flags ...string) string {
	t.Helper()
	return rig.Build(t, "carrier", fmt.Sprintf(carriers[name], l.imports, l.calls), flags...)
}

// measuredWith is where the figures of docs/dependencies.md come from.
const measuredWith = "go1.26 linux/amd64"

// TestCarry: programs grow by what docs/dependencies.md and README say. It prints what they grow by.
// The stripped ones, and those with registry.Runtime or client, are built with -attack or -update only:
//
//	go test ./internal/house -run Carry -update
func TestCarry(t *testing.T) {
	here := strings.Join(strings.SplitN(runtime.Version(), ".", 3)[:2], ".") + " " + runtime.GOOS + "/" + runtime.GOARCH
	const mb = `([\d.]+) MB`
	row := regexp.MustCompile("(?m)^\\| ([^|]+?)(, stripped|, `registry` alone|, `registry.Runtime` too|, `client` too)? \\| " + mb + " \\| " + mb + " \\| " + mb + " \\|$")
	const table, front = "docs/dependencies.md", "README.md"
	manual, readme := rig.Read(t, table), rig.Read(t, front)
	rows := row.FindAllStringSubmatch(manual, -1)
	if want := 5 * len(carriers); len(rows) != want {
		t.Fatalf("docs/dependencies.md has %d programs that carry sightglass, want %d", len(rows), want)
	}
	for _, r := range rows {
		name, stripped, carried := r[1], r[2] == ", stripped", listening
		switch {
		case strings.Contains(r[2], "alone"):
			carried = exposing
		case strings.Contains(r[2], "Runtime"):
			carried = watching
		case strings.Contains(r[2], "client"):
			carried = looking
		}
		if carriers[name] == "" {
			t.Errorf("docs/dependencies.md has %q, which nothing builds", name)
			continue
		}
		if (stripped || carried == watching || carried == looking) && !attack.Long() && !*update {
			continue
		}
		var flags []string
		if stripped {
			flags = []string{"-ldflags=-s -w"}
		}
		without, with := megabytes(t, carrier(t, name, load{}, flags...)), megabytes(t, carrier(t, name, carried, flags...))
		got := fmt.Sprintf("| %s%s | %.1f MB | %.1f MB | %.1f MB |", name, r[2], without, with, with-without)
		t.Logf("%s with %s", got, here)
		named, now := fmt.Sprintf("from %s to %s MB", r[3], r[4]), fmt.Sprintf("from %.1f to %.1f MB", without, with)
		if carried == exposing {
			named, now = fmt.Sprintf("adds %s MB", r[5]), fmt.Sprintf("adds %.1f MB", with-without)
		}
		if strings.Contains(name, "server") && carried != watching && carried != looking && !strings.Contains(readme, named) {
			t.Errorf("%s does not say %q of %s%s", front, named, name, r[2])
		}
		if *update {
			manual = strings.Replace(manual, r[0], got, 1)
			readme = strings.Replace(readme, named, now, 1)
			continue
		}
		told, err := strconv.ParseFloat(r[5], 64)
		if err != nil {
			t.Fatal(err)
		}
		if grown := with - without; here == measuredWith && math.Abs(grown-told) > max(told/10, 0.1) {
			t.Errorf("%s%s grows by %.1f MB, and docs/dependencies.md says by %s MB. If that is as it should be: go test ./internal/house -run Carry -update", name, r[2], grown, r[5])
		}
	}
	if *update {
		for file, text := range map[string]string{table: manual, front: readme} {
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// exposer is a program that says all that an application can say.
const exposer = `package main

import (
	"context"
	"sync"

	"github.com/sightglass-go/sightglass/registry"
)

type queue struct {
	mu   sync.Mutex
	jobs map[string]int
	next *queue
}

func (q *queue) Len() int { return len(q.jobs) }

func main() {
	q := &queue{jobs: map[string]int{"a": 1}}
	registry.Expose("queue", q, registry.Doc("jobs"), registry.Guard(&q.mu), registry.GuardBy("mu"),
		registry.Methods("Len"), registry.Actions("Flush"), registry.Hide("next"))
	registry.Expose("frozen", q, registry.Frozen())
	registry.Expose("owned", q, registry.Owner(func(f func()) { f() }))
	registry.Expose("weak", registry.Weak(q))
	registry.Func("now", func(context.Context) any { return q })
	registry.Lens(func(q *queue) any { return len(q.jobs) })
	for _, e := range registry.Default.Entries() {
		_ = e
	}
	registry.Withdraw("queue")
}
`

// TestExposingKeepsNoMethods: nothing that a program with registry alone can reach looks methods up
// by a name that it learns when it runs. The linker would keep all exported methods then.
func TestExposingKeepsNoMethods(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "exposer.go")
	if err := os.WriteFile(file, []byte(exposer), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "build", "-ldflags=-dumpdep", "-o", filepath.Join(dir, "exposer"), file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, out)
	}
	if !strings.Contains(string(out), "registry.(*Registry).Expose -> ") {
		t.Fatalf("the linker does not tell what leads to what:\n%.2000s", out)
	}
	if strings.Contains(string(out), " -> runtime/pprof.Lookup\n") {
		t.Error("a program that does not call registry.Runtime links runtime/pprof")
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)(\S+) <ReflectMethod>`).FindAllStringSubmatch(string(out), -1) {
		if !told[m[1]] {
			told[m[1]] = true
			t.Errorf("%s is reached, and looks up methods by name", m[1])
		}
	}
}

func megabytes(t *testing.T, file string) float64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return float64(info.Size()) / 1e6
}

// What the packages may allocate before main runs. A regular expression of Unicode's letters alone
// takes a hundred kilobytes.
const (
	maxInitBytes  = 96 << 10
	maxInitAllocs = 400
)

// TestStartUp: what a program does before main, because it carries sightglass, is little. It prints
// what the runtime says of the time.
func TestStartUp(t *testing.T) {
	cmd := exec.Command(carrier(t, "hello, world", listening))
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var took float64 // in milliseconds
	var bytes, allocs, packages int
	for _, m := range regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock, (\d+) bytes, (\d+) allocs$`).FindAllStringSubmatch(string(out), -1) {
		if !strings.HasPrefix(m[1], rig.Module+"/") {
			continue
		}
		packages++
		ms, _ := strconv.ParseFloat(m[2], 64)
		b, _ := strconv.Atoi(m[3])
		n, _ := strconv.Atoi(m[4])
		took, bytes, allocs = took+ms, bytes+b, allocs+n
	}
	t.Logf("before main: %d packages, %.2f ms, %d bytes in %d allocations", packages, took, bytes, allocs)
	if packages < 5 {
		t.Errorf("the runtime names %d of the packages\n%s", packages, out)
	}
	if bytes > maxInitBytes || allocs > maxInitAllocs {
		t.Errorf("the packages allocate %d bytes in %d allocations before main, want at most %d in %d: make what grew when it is first needed\n%s",
			bytes, allocs, maxInitBytes, maxInitAllocs, out)
	}
}

// listener is a program that exposes an object and listens. It prints what that has allocated by
// the time that connections are accepted, in bytes, and how many goroutines there are besides main.
const listener = `package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"

	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// listening is a log that waits for the server to listen.
type listening chan struct{}

func (listening) Enabled(context.Context, slog.Level) bool { return true }
func (l listening) WithAttrs([]slog.Attr) slog.Handler     { return l }
func (l listening) WithGroup(string) slog.Handler          { return l }
func (l listening) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "listening" {
		close(l)
	}
	return nil
}

func main() {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n := new(int)
	registry.Expose("n", n)
	log := make(listening)
	go (&telnet.Server{Addr: "localhost:0", Logger: slog.New(log)}).ListenAndServe()
	<-log
	runtime.ReadMemStats(&after)
	fmt.Println(after.TotalAlloc-before.TotalAlloc, runtime.NumGoroutine()-1)
}
`

// TestListeningCostsLittle: the self-tests of what is believed of the runtime run for the first
// session, and not while the application starts: they allocate three megabytes.
func TestListeningCostsLittle(t *testing.T) {
	out, err := exec.Command(rig.Build(t, "listener", listener)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var bytes, goroutines int
	if _, err := fmt.Sscan(string(out), &bytes, &goroutines); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("listening has allocated %d bytes, and takes %d goroutines", bytes, goroutines)
	if bytes > 512<<10 || goroutines > 4 {
		t.Errorf("listening has allocated %d bytes, and takes %d goroutines: want at most 512 KiB, and 4", bytes, goroutines)
	}
}

// TestServingLinksNoClient: a program that only serves does not carry the other end of the wire.
func TestServingLinksNoClient(t *testing.T) {
	symbols := rig.GoTool(t, "tool", "nm", carrier(t, "hello, world", listening))
	if !strings.Contains(symbols, "/telnet.(*Server).Serve") {
		t.Fatal("the program has no server")
	}
	for _, of := range []string{"/telnet.(*Client)", "/telnet.(*Dialer)", "/telnet.parseAnswer", "/telnet.Processes"} {
		if strings.Contains(symbols, of) {
			t.Errorf("the program has %s…", of)
		}
	}
}
