package sightglass_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/sightglass-go/sightglass"

// line is the one straight line of packages: each may import what stands
// before it, and never what stands after it.
var line = []struct {
	path   string
	reason string // why nothing before it may import it
}{
	{"internal/attack", "it is for tests"}, // first, as the tests of each package use it; see alone
	{"inspect/internal/peek", "bytes of memory come first"},
	{"inspect", "peek reads memory and knows no Go values"},
	{"registry", "a value is read without knowing names or policy"},
	{"eval", "policy must hold whatever the language asks"},
	{"internal/console", "expressions are evaluated for programs too, without a session"},
	{"telnet", "a session speaks to any stream of bytes and knows no socket"},
	{"cmd/sightglass", "a library never depends on a command"},
}

// alone says which packages may import something from outside the line, and why no other may.
// The path of somebody else's module stands for all of its packages.
var alone = []struct {
	path   string
	users  []string
	reason string
}{
	{module + "/internal/attack", nil, "being imported, it defines a flag: only tests may"},
	{"testing", []string{"internal/attack"}, "it is for tests"},
	{"unsafe", []string{"inspect/internal/peek"}, "all that can break memory safety is to be read in one place"},
	{"github.com/expr-lang/expr", []string{"eval"}, "the language can be changed without touching what guards the application"},
	{"github.com/peterh/liner", []string{"cmd/sightglass"}, "an application that is looked at has no terminal of its own to edit lines on"},
	{"github.com/alecthomas/kong", []string{"cmd/sightglass"}, "a library has no flags"},
	{"golang.org/x/term", []string{"cmd/sightglass"}, "only the command asks whether it has a terminal; the console's editor works on any stream"},
	{"golang.org/x/crypto", []string{"telnet"}, "passwords are checked where connections come in"},
	{"golang.org/x/time/rate", []string{"telnet"}, "rates are limited where connections come in"},
	{"net", []string{"telnet", "inspect", "cmd/sightglass"}, "sockets are for telnet; inspect needs the types of addresses, to show them"},
	{"net/http", nil, "it links a web server into each application that wants a window"},
	{"net/http/pprof", nil, "being imported, it adds handlers to the default web server"},
	{"expvar", nil, "being imported, it adds handlers to the default web server"},
	{"log", nil, "nothing is written to an application's own output; servers log to the Logger they are given"},
	{"os/exec", nil, "looking at a process starts no other"},
	{"plugin", nil, "looking at a process loads nothing into it"},
}

type goPackage struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Deps       []string

	Imports, TestImports, XTestImports []string
}

// folder is p's path below the module, "" for a package of somebody else.
func (p goPackage) folder() string {
	below, ok := strings.CutPrefix(p.ImportPath, module+"/")
	if !ok {
		return ""
	}
	return below
}

// packages lists the module's own packages.
func packages(t *testing.T) []goPackage {
	t.Helper()
	out := goTool(t, "list", "-json=ImportPath,Dir,GoFiles,Deps,Imports,TestImports,XTestImports", "./...")
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(out)); dec.More(); {
		var p goPackage
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
	if len(all) < len(line) {
		t.Fatalf("go list found %d packages, the line alone has %d", len(all), len(line))
	}
	return all
}

func goTool(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// place is the index in line of the package that folder belongs to, -1 for none.
func place(folder string) int {
	best := -1
	for i, l := range line {
		if (folder == l.path || strings.HasPrefix(folder, l.path+"/")) && (best < 0 || len(l.path) > len(line[best].path)) {
			best = i
		}
	}
	return best
}

func TestPackagesStandInLine(t *testing.T) {
	for _, p := range packages(t) {
		at := place(p.folder())
		if at < 0 {
			t.Errorf("%s has no place in the line of packages", p.folder())
			continue
		}
		for _, dep := range p.Deps {
			below, ok := strings.CutPrefix(dep, module+"/")
			if !ok {
				continue
			}
			if d := place(below); d > at {
				t.Errorf("%s reaches %s: %s", p.folder(), below, line[d].reason)
			}
		}
	}
}

func TestImportsOfTheFew(t *testing.T) {
	for _, p := range packages(t) {
		users := line[max(place(p.folder()), 0)].path
		for _, imp := range p.Imports {
			for _, a := range alone {
				within := strings.Contains(a.path, ".") && strings.HasPrefix(imp, a.path+"/")
				if (imp == a.path || within) && !slices.Contains(a.users, users) {
					t.Errorf("%s imports %s: %s", p.folder(), imp, a.reason)
				}
			}
		}
	}
}

// TestImportHasNoEffect holds that a library does nothing by being imported:
// it declares no init function, and names neither standard output nor standard error.
func TestImportHasNoEffect(t *testing.T) {
	for _, p := range packages(t) {
		if strings.HasPrefix(p.folder(), "cmd/") {
			continue
		}
		for _, name := range p.GoFiles {
			files := token.NewFileSet()
			path := filepath.Join(p.Dir, name)
			file, err := parser.ParseFile(files, path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if what := effect(n); what != "" {
					t.Errorf("%s: %s", files.Position(n.Pos()), what)
				}
				return true
			})
		}
	}
}

func effect(n ast.Node) string {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Recv == nil && n.Name.Name == "init" {
			return "an init function runs in every application that imports the package"
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "print" || id.Name == "println") && id.Obj == nil {
			return id.Name + " writes to the application's standard error"
		}
	case *ast.SelectorExpr:
		id, ok := n.X.(*ast.Ident)
		if !ok || id.Obj != nil {
			return ""
		}
		switch name := id.Name + "." + n.Sel.Name; name {
		case "os.Stdout", "os.Stderr", "os.Stdin", "fmt.Print", "fmt.Println", "fmt.Printf", "slog.Default":
			return name + " is the application's, not ours"
		}
	}
	return ""
}

// importer imports every library and lists what that started.
const importer = `package main

import (
	"os"
	"runtime"
	"strconv"

%s)

func main() {
	os.Stdout.WriteString(strconv.Itoa(runtime.NumGoroutine()))
}
`

func TestImportStartsNothing(t *testing.T) {
	var imports strings.Builder
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.folder(), "cmd/") && !strings.Contains(p.folder(), "internal/") {
			imports.WriteString("\t_ " + strconv.Quote(p.ImportPath) + "\n")
		}
	}
	cmd := exec.Command(build(t, "importer", strings.Replace(importer, "%s", imports.String(), 1)))
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "1" {
		t.Errorf("a program that only imports the libraries: %v, output %q, want the number of its goroutines, 1", err, out)
	}
}

// build compiles a program of one file within the module and returns its path.
// The file itself stays in a folder of the test.
func build(t *testing.T, name, source string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, name+".go")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, name)
	goTool(t, "build", "-o", program, file)
	return program
}
