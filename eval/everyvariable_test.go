package eval_test

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"net/url"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"
)

// everyVariable is a program that asks for each of its package variables, for those of the standard
// library too if it has an argument. It prints what it was told, and what the first look took and keeps.
const everyVariable = `
func heap() (live, all uint64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, m.TotalAlloc
}

func main() {
	for _, pkg := range patterns {
		registry.Packages(pkg)
	}
	live, all := heap()
	began := time.Now()
	entries := registry.Default.Entries()
	took := time.Since(began)
	after, allocated := heap()
	fmt.Printf("%d names; the first look took %v, keeps %d KB and allocated %d MB\n", len(entries), took.Round(time.Millisecond), int64(after-live)>>10, (allocated-all)>>20)
	s := eval.NewSession(registry.Default, eval.Limits{Time: time.Hour})
	for _, e := range entries {
		answer := ""
		if r, err := s.Eval(context.Background(), e.Name); err != nil {
			answer = "error: " + err.Error()
		} else if r.Node != nil {
			answer = r.Node.Line(400)
		}
		_, name, _ := strings.Cut(e.Name, ".")
		fmt.Printf("%s.%s\t%s\t%q\n", e.Package, name, e.Name, answer)
	}
}
`

// TestEveryVariable: in a program with the demo's application, and in one that links all that this
// module uses and the standard library, each package variable that the debug information has is
// readable. The exceptions are of the runtime.
func TestEveryVariable(t *testing.T) {
	if !attack.Long() || runtime.GOOS != "linux" {
		t.Skip("it builds large programs; .ci/run does it")
	}
	own := []string{"main", rig.Module + "/..."}
	modules := strings.Fields(rig.GoTool(t, "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}/...{{end}}{{end}}", "./..."))
	packages := strings.Fields(rig.GoTool(t, "list", "-deps", "-f", "{{if .Module}}{{if not .Module.Main}}{{.ImportPath}}{{end}}{{end}}", "./..."))
	standard := strings.Fields(rig.GoTool(t, "list", "std"))
	var roots []string
	for _, pkg := range standard {
		root, _, _ := strings.Cut(pkg, "/")
		roots = append(roots, root+"/...")
	}
	for _, tt := range []struct {
		about            string
		imports, exposed []string
		least            int
	}{
		{"the demo", []string{rig.Module + "/cmd/sightglass/shop"}, append(own, modules...), 60},
		{"large", append(packages, standard...), append(append(own, modules...), roots...), 1500},
	} {
		source := "package main\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\t\"runtime\"\n\t\"strings\"\n\t\"time\"\n\n\t\"" + rig.Module + "/eval\"\n\t\"" + rig.Module + "/registry\"\n"
		for _, pkg := range tt.imports {
			if !notImportable.MatchString(pkg) {
				source += fmt.Sprintf("\t_ %q\n", pkg)
			}
		}
		source += fmt.Sprintf(")\n\nvar patterns = %#v\n", unique(tt.exposed)) + everyVariable
		program := rig.Build(t, "every", source)
		out, err := exec.Command(program).Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", tt.about, err, out)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		told, sealed, redacted := map[string]bool{}, 0, 0
		for _, line := range lines[1:] {
			parts := strings.SplitN(line, "\t", 3)
			if len(parts) != 3 {
				t.Fatalf("%s: %q", tt.about, line)
			}
			told[parts[0]] = true
			switch answer := parts[2]; {
			case strings.HasPrefix(line, ".\t") && notThere.MatchString(answer): // it stands for all of a pattern
			case strings.HasPrefix(line, "runtime.") && strings.Contains(answer, "is the Go runtime's own, and nothing points at one"):
			case strings.HasPrefix(answer, `"error: `), answer == `""`:
				t.Errorf("%s: %s", tt.about, line)
			case strings.Contains(answer, "unknownTags"):
				sealed++
			case answer == `"<redacted>"`:
				redacted++
			}
		}
		missing := 0
		for _, name := range namesInBinary(t, program) {
			pkg := name[:strings.LastIndexByte(name, '.')]
			if exposes(tt.exposed, pkg) && !told[name] {
				t.Errorf("%s: %s is in the binary, and nothing is told of it", tt.about, name)
				missing++
			}
		}
		t.Logf("%s: %s; of %d variables %d are redacted, %d have a struct without its tags, %d are missing", tt.about, lines[0], len(lines)-1, redacted, sealed, missing)
		if len(lines) < tt.least {
			t.Errorf("%s: %d variables, want at least %d", tt.about, len(lines)-1, tt.least)
		}
	}
}

// notImportable matches the paths of packages that a program of another module cannot import, and of
// those that need more than an import.
var notImportable = regexp.MustCompile(`(^|/)(internal|vendor)(/|$)|^(cmd|plugin|runtime/cgo|unsafe)(/|$)|/testdata/`)

// notThere matches the error of a pattern for packages of which the program has no variables.
var notThere = regexp.MustCompile(`cannot be read: (the program has no such package|there are none that the program uses)`)

// unique returns list without what comes again.
func unique(list []string) (out []string) {
	had := map[string]bool{}
	for _, s := range list {
		if !had[s] {
			out = append(out, s)
		}
		had[s] = true
	}
	return out
}

// exposes reports whether one of the patterns names the package.
func exposes(patterns []string, pkg string) bool {
	for _, p := range patterns {
		below, all := strings.CutSuffix(p, "/...")
		if pkg == below || all && strings.HasPrefix(pkg, below+"/") {
			return true
		}
	}
	return false
}

// namesInBinary returns the variables that the debug information of a program has, by their names in
// source.
func namesInBinary(t *testing.T, file string) (names []string) {
	t.Helper()
	f, err := elf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	unit := ""
	for r := info.Reader(); ; {
		e, err := r.Next()
		if e == nil || err != nil {
			return names
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		if path, err := url.PathUnescape(name); err == nil {
			name = path // the linker escapes a dot
		}
		switch e.Tag {
		case dwarf.TagCompileUnit:
			unit = name
		case dwarf.TagVariable:
			// Not those of functions, nor what the compiler made.
			if own, ok := strings.CutPrefix(name, unit+"."); ok && !strings.ContainsAny(own, ".·:") && e.Val(dwarf.AttrLocation) != nil {
				names = append(names, name)
			}
		}
	}
}
