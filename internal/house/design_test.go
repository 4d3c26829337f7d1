package house

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestDesign: the table of docs/design.md has packages in the order of line and with about their
// sizes, and the files that the document names exist.
func TestDesign(t *testing.T) {
	text := rig.Read(t, "docs/design.md")
	var order []int
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (\\d+) \\|").FindAllStringSubmatch(text, -1) {
		order = append(order, lineIndex(m[1]))
		said, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		if lines := countLines(t, m[1]); max(said, lines) > min(said, lines)*6/5+100 {
			t.Errorf("docs/design.md gives %s %d lines; it has %d", m[1], said, lines)
		}
	}
	if len(order) < 9 {
		t.Fatalf("docs/design.md has %d packages in its table", len(order))
	}
	for i, at := range order {
		if at < 0 || i > 0 && at < order[i-1] {
			t.Errorf("row %d of docs/design.md is not where its package stands in the line", i+1)
		}
	}
	for _, m := range regexp.MustCompile("`([\\w/.]+\\.go)`").FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(m[1]); err != nil {
			t.Errorf("docs/design.md names %s, which is not there", m[1])
		}
	}
}

// countLines returns the number of lines in a folder's Go files, without tests.
func countLines(t *testing.T, folder string) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			n += strings.Count(rig.Read(t, file), "\n")
		}
	}
	return n
}

// TestFirstChange holds that the function which docs/design.md has a newcomer make compiles, and works.
func TestFirstChange(t *testing.T) {
	rig.Need(t, "sh", "sed")
	m := regexp.MustCompile(`(?m)^    cd (\S+)\n    (sed .*) > (\w+\.go)$`).FindStringSubmatch(rig.Read(t, "docs/design.md"))
	if m == nil {
		t.Fatal("docs/design.md has no first change")
	}
	sed := exec.Command("sh", "-c", m[2])
	sed.Dir = m[1]
	source, err := sed.Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	for path, content := range map[string]string{
		filepath.Join(m[1], m[3]): string(source),
		"internal/first/main.go": `package main

import (
	"context"
	"fmt"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

func main() {
	r, err := eval.NewSession(registry.New(), eval.Limits{}).Eval(context.Background(), "oct(8)")
	fmt.Print(r.Node.Scalar, err)
}
`,
	} {
		real, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		replace[real] = filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(replace[real], []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err := errors.Join(err, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600)); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", "-overlay", filepath.Join(dir, "overlay.json"), "./internal/first").CombinedOutput()
	if err != nil || string(out) != "10<nil>" {
		t.Errorf("%v\n%s", err, out)
	}
}
