package inspect

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	_ "github.com/sightglass-go/sightglass/internal/attack" // the flag
)

var update = flag.Bool("update", false, "rewrite the golden file")

var shapeNames = map[Shape]string{Scalar: "scalar", Struct: "struct", List: "list", Map: "map", Pointer: "pointer", Interface: "interface", Opaque: "described"}

// TestLenses lists the types that have a lens, what they look like and the fields that it needs.
func TestLenses(t *testing.T) {
	const golden = "testdata/lenses.txt"
	var lines []string
	for _, r := range lensRows {
		line := fmt.Sprintf("%-38s %-10s %s", r.name, shapeNames[r.shape], strings.TrimSpace(r.inner+" "+r.fields))
		lines = append(lines, strings.TrimSpace(line)+"\n")
		ways := 0
		for _, way := range []any{r.inner, r.scalar, r.text, r.collection} {
			if !reflect.ValueOf(way).IsZero() {
				ways++
			}
		}
		if shapeNames[r.shape] == "" || ways > 1 || ways == 0 && r.datum == NoDatum && r.describe == nil {
			t.Errorf("the row of %s says too much or too little", r.name)
		}
	}
	slices.Sort(lines)
	got := strings.Join(lines, "")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s says otherwise; go test ./inspect -run Lenses -update, and read the diff. Got:\n%s", golden, got)
	}
}

// TestLensesAreOfTheirPackage: a type of another package has no lens for having a name like it.
func TestLensesAreOfTheirPackage(t *testing.T) {
	row := func(name string) string {
		for i := range lensRows {
			if lensRows[i].matches(name) {
				return lensRows[i].name
			}
		}
		return ""
	}
	for name, want := range map[string]string{
		"context.cancelCtx": "context.*Ctx", "context.Ctx": "context.*Ctx", "sync.Map": "sync.Map", "sync/atomic.Pointer": "sync/atomic.Pointer",
		"context.example/x.shopCtx": "", "context.example.shopCtx": "", "example.com/context.cancelCtx": "", "context/x.cancelCtx": "",
		"example.com/sync.Map": "", "sync.example/sync.Map": "", "vendor/time.Time": "", "context.Ct": "",
	} {
		if got := row(name); got != want {
			t.Errorf("%s has the lens %q, want %q", name, got, want)
		}
	}
}
