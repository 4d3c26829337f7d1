package registry

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// panics returns the text of f's panic.
func panics(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return "no panic"
}

func TestSenselessOptions(t *testing.T) {
	var mu sync.RWMutex
	for want, f := range map[string]func(){
		"the object is nil":                   func() { New().Expose("x", nil) },
		"the *int is nil":                     func() { New().Expose("x", (*int)(nil)) },
		"the map[string]int is nil":           func() { New().Expose("x", map[string]int(nil)) },
		"the function is nil":                 func() { New().Func("x", nil) },
		"Weak: the object is nil":             func() { Weak[int](nil) },
		"Guard and Frozen exclude each other": func() { New().Expose("x", 1, Guard(&mu), Frozen()) },
		"Guard and Guard exclude each other":  func() { New().Expose("x", 1, Guard(&mu), Guard(&mu)) },
		"Owner was given nil":                 func() { New().Expose("x", 1, Owner(nil)) },
		"Guard cannot try a *sync.rlocker":    func() { New().Expose("x", 1, Guard(mu.RLocker())) },
		"has an empty step":                   func() { New().Expose("x", 1, Hide("a..b")) },
		"more than 64 steps":                  func() { New().Expose("x", 1, Hide(strings.Repeat("a.", 64)+"a")) },
		`Methods("") has an empty step`:       func() { New().Expose("x", 1, Methods("")) },
	} {
		if got := panics(f); !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

type untryable struct{}

func (untryable) Lock()   {}
func (untryable) Unlock() {}

// GuardBy says how an object is read, and only Guard may stand beside it.
func TestGuardByGoesWithGuard(t *testing.T) {
	for want, opts := range map[string][]Option{
		"GuardBy and Frozen exclude each other":  {GuardBy("mu"), Frozen()},
		"GuardBy and Owner exclude each other":   {Owner(func(func()) {}), GuardBy("mu")},
		"GuardBy and Guard exclude each other":   {Guard(nil), GuardBy("mu")},
		"GuardBy was given no name of a lock":    {GuardBy()},
		"GuardBy was given no name of a lock ":   {GuardBy("mu", "")},
		"Frozen and Guard exclude each other":    {Frozen(), Guard(nil), GuardBy("mu")},
		"Guard cannot try a *registry.untryable": {Guard(new(untryable)), GuardBy("mu")},
	} {
		if got := panics(func() { New().Expose("c", 1, opts...) }); !strings.Contains(got, strings.TrimSpace(want)) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
