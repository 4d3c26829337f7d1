package house

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// TestAttackFlag: each package with tests has the flag -attack, which go test ./... passes to all.
func TestAttackFlag(t *testing.T) {
	for _, p := range rig.Packages(t) {
		imports := slices.Concat(p.TestImports, p.XTestImports)
		if len(imports) > 0 && !slices.Contains(imports, rig.Module+"/internal/attack") {
			t.Errorf("no test of %s imports internal/attack: go test ./... -attack 10m would fail there", p.Folder())
		}
	}
}

// TestSafetyNames: the tests that docs/attacks.md and docs/safety.md name exist.
func TestSafetyNames(t *testing.T) {
	names := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)\\w+)` in `([^`]+)`").FindAllStringSubmatch(rig.Read(t, "docs/attacks.md")+rig.Read(t, "docs/safety.md"), -1)
	if len(names) < 20 {
		t.Fatalf("docs/attacks.md names %d tests", len(names))
	}
	for _, n := range names {
		found := false
		files, err := filepath.Glob(filepath.Join(n[2], "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			found = found || strings.Contains(rig.Read(t, file), "\nfunc "+n[1]+"(")
		}
		if !found {
			t.Errorf("docs/attacks.md or docs/safety.md names %s in %s, which does not exist", n[1], n[2])
		}
	}
}
