// Package house tests the tree as a whole: who imports whom, what is exported, that for every
// protection a test fails when it is turned off, and that the documents name files and tests that
// exist.
package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

func TestMain(m *testing.M) { rig.MainAtRoot(m) }

// line is the one straight line of packages: each may import those before it, and none after it.
var line = []struct {
	path   string // of a folder, and of the folders below it that have no row of their own
	reason string // why no package before it may import it
}{
	{"internal/attack", "it is for tests"}, // first, as the tests of each package use it; see restricted
	{"internal/text", "it uses nothing of ours, and everybody uses it"},
	{"internal/number", "it uses nothing of ours, and inspect and eval compare numbers alike"},
	{"internal/secret", "it uses nothing of ours: names and texts tell secrets wherever they stand"},
	{"inspect/internal/peek", "bytes of memory come first"},
	{"inspect/internal/goroutine", "memory is read whether or not it is a goroutine's"},
	{"inspect/internal/gotype", "peek reads memory, whatever its types are called"},
	{"inspect/internal/variable", "a goroutine waits, whatever the variables are called"},
	{"inspect", "types and memory make a value, not the other way round"},
	{"inspect/render", "a value is read without knowing how it is shown"},
	{"internal/access/internal/kind", "reading a value is one thing, and under which guard another"},
	{"internal/access/internal/literal", "what a type tells is told of no value"},
	{"internal/access/internal/argument", "a value is typed in the same way whatever it is passed to"},
	{"internal/access/internal/redact", "an argument is bound whatever its name hides"},
	{"internal/access/internal/pattern", "a type is a secret wherever its values lie"},
	{"internal/access/internal/usercode", "a pattern names a method and never calls it"},
	{"internal/access/internal/pace", "a call into the application ends, whoever else works"},
	{"internal/access/internal/guard", "when to yield depends on processors, not on what is read"},
	{"internal/access", "a value is read and shown, and a guard held, without knowing names or policy"},
	{"internal/process", "what is read and shown does not depend on whose process it is"},
	{"registry", "the engine reads what it is given, whoever declared it"},
	{"eval/internal/fault", "the language's errors are made of those of the engine"},
	{"eval/internal/meter", "an error costs nothing"},
	{"eval/internal/pattern", "the budget knows of no work but steps, entries and bytes"},
	{"eval/internal/value", "a regular expression matches text, whatever value it is of"},
	{"eval/internal/syntax", "an error needs no tree"},
	{"eval/internal/scan", "how a line is read does not depend on how it is evaluated"},
	{"eval/internal/machine", "a value knows no evaluation but the thread that it is given"},
	{"eval/internal/library", "code runs whatever functions there are"},
	{"eval/internal/compile", "a function is called by what is compiled, and compiles nothing"},
	{"eval", "policy must hold whatever the language asks"},
	{"internal/console", "expressions are evaluated for programs too, without a session"},
	{"telnet/internal/protocoltest", "it is for tests"},
	{"telnet/internal/protocol", "a session speaks to any stream of bytes and knows no wire"},
	{"telnet/internal/transport", "telnet's bytes mean the same whatever carries them"},
	{"telnet/internal/peer", "a connection is safe to use whoever is at its other end"},
	{"telnet/internal/credential", "who a peer is does not depend on what it can prove"},
	{"telnet", "no part of a server knows the server"},
	{"client", "a library never depends on a command"},
	{"cmd/sightglass", "an application may be its own client, without the demonstration"},
	{"internal/rig", "it is for tests"},
}

// restricted says which packages may import what not all may.
var restricted = []struct {
	path   string   // of a package, or of another module for all of its packages
	users  []string // paths in line
	reason string   // why no other package may import it
}{
	{rig.Module + "/internal/attack", nil, "importing it defines a flag: only tests may"},
	{rig.Module + "/internal/rig", nil, "it is for tests"},
	{rig.Module + "/telnet/internal/protocoltest", nil, "it is for tests"},
	{"testing", []string{"internal/attack", "internal/rig"}, "it is for tests"},
	{"go.uber.org/goleak", []string{"internal/rig"}, "it is for tests"},
	{"unsafe", []string{"inspect/internal/peek"}, "whatever can break memory safety stands in one place"},
	{"github.com/expr-lang/expr", []string{"eval/internal/syntax", "eval/internal/library", "eval/internal/compile", "eval"}, "the language can be changed without touching what guards the application"},
	{"github.com/peterh/liner", []string{"client"}, "an application that is looked at has no terminal of its own to edit lines on"},
	{"github.com/guptarohit/asciigraph", []string{"client"}, "pictures are drawn where they are looked at"},
	{"github.com/alecthomas/kong", []string{"client", "cmd/sightglass"}, "a library has no flags"},
	{"github.com/posener/complete", []string{"cmd/sightglass"}, "a shell completes the command, and not an application"},
	{"golang.org/x/sys", []string{"client"}, "a library works wherever Go does"},
	{"golang.org/x/term", []string{"client", "cmd/sightglass"}, "only the command asks whether it has a terminal; the console's editor works on any stream"},
	{"golang.org/x/crypto", []string{"telnet/internal/credential"}, "passwords are checked where connections come in"},
	{"golang.org/x/time/rate", []string{"telnet", "telnet/internal/peer"}, "rates are limited where connections come in"},
	{"net", []string{"telnet", "telnet/internal/transport", "telnet/internal/peer", "inspect", "client", "cmd/sightglass", "internal/rig"}, "sockets are for telnet; inspect needs the types of addresses, to show them"},
	{"net/http", nil, "it links a web server into each application that wants a window"},
	{"net/http/pprof", nil, "importing it adds handlers to the default web server"},
	{"expvar", nil, "importing it adds handlers to the default web server"},
	{"log", nil, "nothing is written to an application's own output; servers log to the Logger they are given"},
	{"os/exec", []string{"client", "internal/rig"}, "looking at a process starts no other; the command alone runs the ssh and the kubectl of its user"},
	{"plugin", nil, "looking at a process loads nothing into it"},
}

// lineIndex returns the index in line of the package that folder belongs to, -1 for none.
func lineIndex(folder string) int {
	best := -1
	for i, l := range line {
		if (folder == l.path || strings.HasPrefix(folder, l.path+"/")) && (best < 0 || len(l.path) > len(line[best].path)) {
			best = i
		}
	}
	return best
}

// TestPackagesStandInLine: no package imports one that stands after it in line, directly or not.
func TestPackagesStandInLine(t *testing.T) {
	for _, p := range rig.Packages(t) {
		at := lineIndex(p.Folder())
		if len(p.GoFiles) == 0 {
			continue // nothing but tests
		}
		if at < 0 {
			t.Errorf("%s is not in the line of packages", p.Folder())
			continue
		}
		for _, dep := range p.Deps {
			below, ok := strings.CutPrefix(dep, rig.Module+"/")
			if !ok {
				continue
			}
			if d := lineIndex(below); d > at {
				t.Errorf("%s reaches %s: %s", p.Folder(), below, line[d].reason)
			}
		}
	}
}

// TestImportsOfTheFew: nothing in restricted is imported by others than its users.
func TestImportsOfTheFew(t *testing.T) {
	for _, p := range rig.Packages(t) {
		users := line[max(lineIndex(p.Folder()), 0)].path
		for _, imp := range p.Imports {
			for _, a := range restricted {
				inside := strings.Contains(a.path, ".") && strings.HasPrefix(imp, a.path+"/")
				if (imp == a.path || inside) && !slices.Contains(a.users, users) {
					t.Errorf("%s imports %s: %s", p.Folder(), imp, a.reason)
				}
			}
		}
	}
}

// TestImportHasNoEffect: importing a library does nothing. It declares no init function, names
// neither standard output nor standard error, and compiles no regular expression. Only client, which
// is for a terminal, writes there when it is called.
func TestImportHasNoEffect(t *testing.T) {
	for _, p := range rig.Packages(t) {
		if strings.HasPrefix(p.Folder(), "cmd/") {
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
				if what := effect(n); what != "" && (p.Folder() != "client" || !strings.HasSuffix(what, notOurs)) {
					t.Errorf("%s: %s", files.Position(n.Pos()), what)
				}
				return true
			})
			if i := lineIndex(p.Folder()); i >= 0 && line[i].reason == "it is for tests" {
				continue
			}
			for _, at := range compiledEarly(file) {
				t.Errorf("%s: the regular expression is compiled before main in every application that imports the package: put it into a sync.OnceValue", files.Position(at))
			}
		}
	}
}

const notOurs = " is the application's, not ours"

// compiledEarly returns where the package variables of a file compile regular expressions.
func compiledEarly(file *ast.File) (places []token.Pos) {
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
			ast.Inspect(d, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "MustCompile" {
					places = append(places, s.Pos())
				}
				_, later := n.(*ast.FuncLit)
				return !later
			})
		}
	}
	return places
}

// effect says what n does to an application that imports it, "" for nothing.
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
			return name + notOurs
		}
	}
	return ""
}

// importer is a program that imports all libraries and prints how many goroutines there are.
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

// TestImportStartsNothing: importing all libraries starts no goroutine.
func TestImportStartsNothing(t *testing.T) {
	var imports strings.Builder
	for _, p := range rig.Packages(t) {
		if len(p.GoFiles) > 0 && !strings.HasPrefix(p.Folder(), "cmd/") && !strings.Contains(p.Folder(), "internal/") {
			imports.WriteString("\t_ " + strconv.Quote(p.ImportPath) + "\n")
		}
	}
	cmd := exec.Command(rig.Build(t, "importer", strings.Replace(importer, "%s", imports.String(), 1)))
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "1" {
		t.Errorf("a program that only imports the libraries: %v, output %q, want 1 goroutine", err, out)
	}
}
