package sightglass_test

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/registry"
)

// TestAttackFlag holds that each package with tests knows the flag -attack, which go test ./... hands to all.
func TestAttackFlag(t *testing.T) {
	for _, p := range packages(t) {
		imports := slices.Concat(p.TestImports, p.XTestImports)
		if len(imports) > 0 && !slices.Contains(imports, module+"/internal/attack") {
			t.Errorf("no test of %s imports internal/attack: go test ./... -attack 10m would fail there", p.folder())
		}
	}
}

// TestSafetyNames holds that the tests that docs/safety.md names are there.
func TestSafetyNames(t *testing.T) {
	names := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)\\w+)` in `([^`]+)`").FindAllStringSubmatch(read(t, "docs/safety.md"), -1)
	if len(names) < 20 {
		t.Fatalf("docs/safety.md names %d tests", len(names))
	}
	for _, n := range names {
		found := false
		files, err := filepath.Glob(filepath.Join(n[2], "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			found = found || strings.Contains(read(t, file), "\nfunc "+n[1]+"(")
		}
		if !found {
			t.Errorf("docs/safety.md names %s in %s, which is not there", n[1], n[2])
		}
	}
}

// nosy is a client that, whenever something is written to it, sees whether a lock is taken.
type nosy struct {
	mu     *sync.RWMutex
	writes int
	held   int
}

func (n *nosy) Write(p []byte) (int, error) {
	n.writes++
	if !n.mu.TryLock() {
		n.held++
		return len(p), nil
	}
	n.mu.Unlock()
	return len(p), nil
}

// TestAttackSlowClient: no lock is held while an answer is written, so that a client that does not
// read holds up nobody but itself.
func TestAttackSlowClient(t *testing.T) {
	c := &struct {
		mu    sync.RWMutex
		items map[string][]string
	}{items: map[string][]string{}}
	for i := range 5000 {
		c.items[fmt.Sprint("key ", i)] = []string{strings.Repeat("x", i%50), "y"}
	}
	reg := registry.New()
	reg.Expose("c", c)
	reg.Expose("d", c, registry.Guard(&c.mu))
	client := &nosy{mu: &c.mu}
	s := console.New(eval.NewSession(reg, eval.Limits{}), client, eval.Limits{})
	for _, line := range []string{"c", "d.items", "c.items", "map(c.items, #)", "toJSON(d.items)", "sortBy(c.items, len(#))", "dir(c)", "c.items.nix", "x = d.items", "x", "groupBy(c.items, len(#[0]))"} {
		if err := s.Do(context.Background(), line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if client.held > 0 || client.writes == 0 {
		t.Errorf("in %d of %d writes the lock was held", client.held, client.writes)
	}
}
