package main

/*
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <unistd.h>

// A crash reporter: it takes the handler of SIGSEGV, and ends the process.
static struct sigaction before;

static void report(int sig, siginfo_t *info, void *context) {
	static const char said[] = "the crash reporter was called\n";
	if (write(1, said, sizeof said - 1) < 0) _exit(4);
	_exit(3);
}

static void take(int sig) {
	struct sigaction act;
	memset(&act, 0, sizeof act);
	act.sa_sigaction = report;
	act.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigaction(sig, &act, &before);
}

static void give_back(int sig) { sigaction(sig, &before, NULL); }
*/
import "C"

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

// handler has a library take the handler of SIGSEGV, give it back, and so on. While it has it nothing is read that could fault.
func handler(stop *atomic.Bool) (string, error) {
	x := &struct {
		mu   sync.Mutex
		hits int
		text string
		list []int
		any  any
		m    map[string]int
		gone []byte // memory that does not answer
	}{hits: 7, text: "seven", list: []int{7}, any: 7, m: map[string]int{"seven": 7}}
	mapped, err := syscall.Mmap(-1, 0, 1<<16, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return "", err
	}
	x.gone = mapped
	r := registry.New()
	r.Expose("x", x, registry.Guard(nil))
	r.Expose("frozen", x, registry.Frozen())
	r.Expose("guarded", x, registry.Guard(&x.mu))
	evaluations := 0
	// An answer has a seven in it, an error what is wanted.
	check := func(source, want string) error {
		evaluations++
		got, err := eval.NewSession(r, eval.Limits{}).Eval(context.Background(), source)
		said := fmt.Sprint(err)
		if err == nil {
			said = got.Node.Text
		}
		if (err == nil) != (want == "") || !strings.Contains(said, want) || err == nil && said != "7" && said != "seven" {
			return fmt.Errorf("%s: %s, want %s", source, said, want)
		}
		return nil
	}
	racy := []string{"x.text", "x.list[0]", "x.any", `x.m["seven"]`}
	sure := []string{"x.hits", "frozen.hits", "frozen.text", "frozen.list[0]", "frozen.any", "guarded.list[0]", "guarded.text", `guarded.m["seven"]`}
	first := true
	for !stop.Load() || first {
		for _, sig := range []C.int{C.SIGSEGV, C.SIGBUS} {
			for _, taken := range []bool{true, false} {
				if taken {
					C.take(sig)
				}
				for _, source := range sure {
					if err := check(source, ""); err != nil {
						return "", err
					}
				}
				want, gone := "", "cannot be read"
				if taken {
					want, gone = "SIGSEGV", "SIGSEGV"
				}
				for _, source := range racy {
					if err := check(source, want); err != nil {
						return "", err
					}
				}
				if err := check("x.gone[0]", gone); err != nil {
					return "", err
				}
				if taken {
					C.give_back(sig)
				}
			}
		}
		first = false
	}
	return fmt.Sprint(evaluations, " evaluations"), nil
}
