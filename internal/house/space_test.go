package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// noProcess lists the package variables of inspect and below it, each with the reason why it does
// not belong to the process being read. Variables that do are fields of a Space.
var noProcess = map[string]string{
	"inspect/internal/peek.here":       "it is the Space of this process",
	"inspect/internal/peek.known":      "it is the layout of Go releases",
	"inspect/internal/peek.anchor":     "only this process finds its types by its own data",
	"inspect/internal/peek.witnesses":  "only this process finds its types by what reflect says of them",
	"inspect/internal/peek.uncaught":   "it says what a fault does to the process that reads",
	"inspect/internal/peek.trampoline": "it handles the faults of the process that reads",
	"inspect/internal/peek.usedSlots":  "it is a table",
	"inspect/internal/peek.zeros":      "it is memory of this package's own",
	"inspect/internal/peek.atNil":      "it is what the process that reads panics with",

	"inspect.here":                "it is the space of this process",
	"inspect/render.colours":      "it is a table",
	"inspect/render.tapered":      "it is a table",
	"inspect/render.listingRoles": "it is a table",
	"inspect.noLens":              "it is the same for every struct",
	"inspect.lensRows":            "it is a table",
	"inspect.noRow":               "it is the same for every type",
	"inspect.entryType":           "it describes a layout to this package",
	"inspect.year1":               "it is a number of seconds",
	"inspect.zones":               "its locations were made by this package",
	"inspect.zonesKept":           "it counts them",
	"inspect.directIndexes":       "it is a table",
}

// TestProcessStateLivesInSpaces: no package variable keeps what was learned about a process, so
// that a second process can be read beside this one.
func TestProcessStateLivesInSpaces(t *testing.T) {
	met := map[string]bool{}
	for _, folder := range []string{"inspect/internal/peek", "inspect/internal/goroutine", "inspect/internal/gotype", "inspect", "inspect/render"} {
		names, err := os.ReadDir(filepath.FromSlash(folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if !strings.HasSuffix(name.Name(), ".go") || strings.HasSuffix(name.Name(), "_test.go") {
				continue
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, filepath.Join(folder, name.Name()), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range variables(file) {
				full := folder + "." + v.Name
				met[full] = true
				if noProcess[full] == "" {
					t.Errorf("%s: %s is a package variable: put it into a Space, or say in noProcess why it belongs to no process", files.Position(v.Pos()), v.Name)
				}
			}
		}
	}
	for full := range noProcess {
		if !met[full] {
			t.Errorf("noProcess lists %s, which does not exist", full)
		}
	}
}

// variables returns the package variables of a file, except errors; see isError.
func variables(file *ast.File) (names []*ast.Ident) {
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.VAR {
			continue
		}
		for _, s := range d.Specs {
			for i, name := range s.(*ast.ValueSpec).Names {
				values := s.(*ast.ValueSpec).Values
				if name.Name != "_" && (i >= len(values) || !isError(values[i])) {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// isError reports whether x is errors.New(…), or another package's Err….
func isError(x ast.Expr) bool {
	if call, ok := x.(*ast.CallExpr); ok {
		x = call.Fun
	}
	s, ok := x.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, _ := s.X.(*ast.Ident)
	return from != nil && (from.Name == "errors" && s.Sel.Name == "New" || strings.HasPrefix(s.Sel.Name, "Err"))
}
