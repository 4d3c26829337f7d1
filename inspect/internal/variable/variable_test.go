package variable_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect/internal/variable"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"
)

func TestMain(m *testing.M) { rig.MainAtRoot(m) }

// program has variables of many types. It prints what it finds of its own, and changes two of them
// by what it has found.
const program = `package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

type Status int

const (
	Idle Status = iota + 1
	Busy
	Lost    Status        = -2
	timeout time.Duration = 5 // is no name of a duration
	untyped               = 3
)

func (s Status) String() string { return "status" }

type store struct {
	name string
	n    map[string]*Status
}

var (
	limit   = 42
	cache   = &store{name: "x"}
	inline  store
	table   = map[string]Status{"a": 1}
	byID    map[uint16]store
	start   time.Time
	names   []string
	grid    [3][2]int16
	days    [7]string
	callback func(int) error
	any1    any = limit
	err1    error
	status  Status = 7
	zero    struct{}
)

func main() {
	steps := 0
	most, err := strconv.Atoi(os.Getenv("STEPS"))
	if err != nil {
		most = 1 << 30
	}
	spent := errors.New("no further step")
	step := func() error {
		if steps++; steps > most {
			return spent
		}
		return nil
	}
	found, err := inspect.Variables(inspect.VariableOptions{Symbols: os.Getenv("SYMBOLS"), Step: step}, func(pkg string) bool { return pkg == "main" })
	if err == spent && steps == most+1 && found.Variables == nil {
		fmt.Println("ended")
		return
	}
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	want := map[string]any{"limit": &limit, "cache": &cache, "inline": &inline, "table": &table, "byID": &byID, "start": &start,
		"names": &names, "grid": &grid, "days": &days, "callback": &callback, "any1": &any1, "err1": &err1, "status": &status}
	for _, v := range found.Variables {
		w, ok := want[v.Name]
		if !ok {
			continue
		}
		delete(want, v.Name)
		if v.Package != "main" || reflect.TypeOf(v.Pointer) != reflect.TypeOf(w) || reflect.ValueOf(v.Pointer).Pointer() != reflect.ValueOf(w).Pointer() {
			fmt.Printf("%s %s: %T at %v, want %T at %p\n", v.Package, v.Name, v.Pointer, v.Pointer, w, w)
		}
	}
	for name := range want {
		if name != "zero" {
			fmt.Println("not found:", name)
		}
	}
	for _, c := range found.Constants {
		if c.Type() != reflect.TypeFor[Status]() || c.Name(1) != "Idle" || c.Name(-2) != "Lost" {
			fmt.Println(c.Type(), c.Names())
		}
	}
	if len(found.Constants) != 1 {
		fmt.Println(len(found.Constants), "types with constants")
	}
	if !slices.IsSorted(found.Packages) || !slices.Contains(found.Packages, "main") || !slices.Contains(found.Packages, "runtime") {
		fmt.Println("the program has", found.Packages)
	}
	fmt.Println("done", limit, len(os.Args))
	if os.Getenv("STEPS") != "" {
		fmt.Println(steps)
	}
}
`

// TestRead: in programs built in many ways each variable is found, with its address and its type.
func TestRead(t *testing.T) {
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("no other system than Linux tells which file runs")
	}
	for _, tt := range []struct{ flags, want string }{
		{"", "done 42 1"},
		{"-buildmode=pie", "done 42 1"},
		{"-race", "done 42 1"}, // and no word from the detector
		{"-ldflags=-s", "error: the binary has no debug information; build it with go build, not go run, and without -ldflags=-w or -s, or name with registry.Symbols or SIGHTGLASS_SYMBOLS the file that it was before strip, or expose what you look for with a file that sightglass vars writes"},
		{"-ldflags=-w", "error: the binary has no debug information; build it with go build, not go run, and without -ldflags=-w or -s, or name with registry.Symbols or SIGHTGLASS_SYMBOLS the file that it was before strip, or expose what you look for with a file that sightglass vars writes"},
	} {
		t.Run(tt.flags, func(t *testing.T) {
			if (tt.flags == "-race" || strings.HasPrefix(tt.flags, "-buildmode")) && !attack.Long() {
				t.Skip("it builds the standard library anew; .ci/run does it")
			}
			var flags []string
			if tt.flags != "" {
				flags = []string{tt.flags}
			}
			out, err := exec.Command(rig.Build(t, "vars", program, flags...)).CombinedOutput()
			if got := strings.TrimSpace(string(out)); err != nil || got != tt.want {
				t.Errorf("%v\n%s", err, got)
			}
		})
	}
}

// TestSteps: whoever looks can end it at each step, of which there are many, and it ends with that error.
func TestSteps(t *testing.T) {
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("no other system than Linux tells which file runs")
	}
	binary := rig.Build(t, "vars", program)
	ask := func(steps int) string {
		cmd := exec.Command(binary)
		cmd.Env = append(os.Environ(), fmt.Sprint("STEPS=", steps))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	var all int
	if _, err := fmt.Sscanf(ask(1<<30), "done 42 1\n%d", &all); err != nil || all < 200 {
		t.Fatalf("%d steps; %v", all, err)
	}
	for n := 0; n < all; n += max(all/40, 1) {
		if got := ask(n); got != "ended" {
			t.Errorf("after %d of %d steps: %s", n, all, got)
		}
	}
}

// TestNone: the binary of a test is linked without debug information, mostly. Then Read says so.
func TestNone(t *testing.T) {
	if found, err := variable.Read(variable.Options{}, func(pkg string) bool { return false }); len(found.Variables) != 0 {
		t.Errorf("%v, %v", found, err)
	} else {
		fmt.Fprintln(t.Output(), err)
	}
}
