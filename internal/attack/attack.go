// Package attack gives the tests that attack a promise one flag in common, so
// that all of them can be run for as long as one likes:
//
//	go test ./... -run Attack -attack 10m
//
// Every package that has tests imports it in one of them, since go test hands a
// flag to each. Only tests import it: by being imported it defines a flag.
package attack

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var total = flag.Duration("attack", 0, "how long the attacks of each package last in all, within nine tenths of it; 0: a second each")

// test finds a test in a source, and timed that it asks for its time.
var (
	test  = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	timed = regexp.MustCompile(`\battack\.(Time|Stop)\(`)
)

// attacks is how many of the tests that run in the package ask for their time:
// tests run in the folder of their source. Where that is not there it is 1.
var attacks = sync.OnceValue(func() int {
	n := 0
	name, _, _ := strings.Cut(flag.Lookup("test.run").Value.String(), "/")
	run, err := regexp.Compile(name)
	if err != nil {
		return 1
	}
	files, _ := filepath.Glob("*_test.go")
	for _, file := range files {
		source, _ := os.ReadFile(file)
		begins := test.FindAllSubmatchIndex(source, -1)
		for i, at := range begins {
			end := len(source)
			if i+1 < len(begins) {
				end = begins[i+1][0]
			}
			if run.Match(source[at[2]:at[3]]) && timed.Match(source[at[0]:end]) {
				n++
			}
		}
	}
	return max(n, 1)
})

// Time is how long the attack that asks should last. With the flag, the attacks
// of a package that run share nine tenths of what it says: the rest is left for what has
// no measure, so that -attack 10m ends within the 10 minutes that go test allows.
func Time() time.Duration {
	if *total == 0 {
		return time.Second
	}
	return *total / 10 * 9 / time.Duration(attacks())
}

// Long reports whether the flag was given.
func Long() bool { return *total != 0 }

// Stride says which of its cases a test with very many of them tries: every nth. n is without the flag; with it
// it is a quarter of that, and with ten minutes or more every case is tried.
func Stride(n int) int {
	switch {
	case *total == 0:
		return n
	case *total < 10*time.Minute:
		return max(1, n/4)
	}
	return 1
}

// Stop returns what becomes true at the end of [Time], or of the test.
func Stop(t testing.TB) *atomic.Bool {
	stop := new(atomic.Bool)
	end := time.AfterFunc(Time(), func() { stop.Store(true) })
	t.Cleanup(func() {
		end.Stop()
		stop.Store(true)
	})
	return stop
}

// Again calls f on a goroutine of its own, over and over, and yields the processor after each
// call. stop ends that, and waits until it has.
func Again(f func()) (stop func()) {
	var still atomic.Bool
	var calls sync.WaitGroup
	calls.Go(func() {
		for !still.Load() {
			f()
			runtime.Gosched()
		}
	})
	return func() {
		still.Store(true)
		calls.Wait()
	}
}
