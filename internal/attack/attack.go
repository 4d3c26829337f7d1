// Package attack gives all tests that attack a promise one flag, which says how long they run:
//
//	go test ./... -run Attack -attack 10m
//
// Every package that has tests imports it in one of them, as go test passes a flag to all of them.
// Only tests may import it: importing it defines a flag.
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

var total = flag.Duration("attack", 0, "the time for all attacks of a package together; 0: a second for each")

var (
	test  = regexp.MustCompile(`(?m)^func (Test\w+)\(`)   // the beginning of a test in its source
	timed = regexp.MustCompile(`\battack\.(Time|Stop)\(`) // a call that makes the test an attack
)

// attacks returns how many of the tests selected by -run are attacks, at least 1. It reads their
// source, which lies in the folder that tests run in.
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

// Time returns how long the calling test should attack: a second, or with the flag its share of
// nine tenths of the flag. The remaining tenth is for what is not timed, so that -attack 10m ends
// within the 10 minutes that go test allows.
func Time() time.Duration {
	if *total == 0 {
		return time.Second
	}
	return *total / 10 * 9 / time.Duration(attacks())
}

// Long reports whether the flag was given.
func Long() bool { return *total != 0 }

// Stride returns which of its many cases a test tries: every nth without the flag, four times as
// many with it, and all if the flag is ten minutes or more. Under the race detector, which slows a
// test down by ten and looks for races, not for wrong answers, a third of them have to do.
func Stride(n int) int {
	switch {
	case *total == 0 && RaceDetector:
		return 3 * n
	case *total == 0:
		return n
	case *total < 10*time.Minute:
		return max(1, n/4)
	}
	return 1
}

// Stop returns a value that becomes true after [Time], or at the end of the test.
func Stop(t testing.TB) *atomic.Bool {
	stop := new(atomic.Bool)
	end := time.AfterFunc(Time(), func() { stop.Store(true) })
	t.Cleanup(func() {
		end.Stop()
		stop.Store(true)
	})
	return stop
}

// Again calls f over and over in a goroutine, which yields the processor after each call. stop
// waits for the last call to return.
func Again(f func()) (stop func()) {
	var stopped atomic.Bool
	var calls sync.WaitGroup
	calls.Go(func() {
		for !stopped.Load() {
			f()
			runtime.Gosched()
		}
	})
	return func() {
		stopped.Store(true)
		calls.Wait()
	}
}
