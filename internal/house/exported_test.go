package house

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

var update = flag.Bool("update", false, "rewrite the golden files of exported names, and in the manual the sizes and the protections; read the diff")

// TestExportedNames: each library exports what testdata/exported lists. A new name is a promise,
// which should not be made in passing.
func TestExportedNames(t *testing.T) {
	const folder = "internal/house/testdata/exported"
	known, err := filepath.Glob(folder + "/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rig.Packages(t) {
		if len(p.GoFiles) == 0 || strings.HasPrefix(p.Folder(), "cmd/") {
			continue
		}
		golden := filepath.Join(folder, strings.ReplaceAll(p.Folder(), "/", "-")+".txt")
		known = slices.DeleteFunc(known, func(name string) bool { return name == golden })
		got := strings.Join(exported(t, p.Dir), "\n") + "\n"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Error(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Error(err)
			continue
		}
		was, is := strings.Split(string(want), "\n"), strings.Split(got, "\n")
		for _, line := range is {
			if !slices.Contains(was, line) {
				t.Errorf("%s now exports %s; if it must, go test ./internal/house -run ExportedNames -update", p.Folder(), line)
			}
		}
		for _, line := range was {
			if !slices.Contains(is, line) {
				t.Errorf("%s no longer exports %s; if nobody needs it, go test ./internal/house -run ExportedNames -update", p.Folder(), line)
			}
		}
	}
	for _, name := range known {
		t.Errorf("%s belongs to no package", name)
	}
}

// exported lists what the package in a folder exports, on all platforms: a line for each name,
// sorted.
func exported(t *testing.T, folder string) (lines []string) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				lines = append(lines, function(decl)...)
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					lines = append(lines, names(decl.Tok, spec)...)
				}
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// function returns the line of an exported function, or of an exported method of an exported type.
func function(decl *ast.FuncDecl) []string {
	if !decl.Name.IsExported() {
		return nil
	}
	signature := strings.TrimPrefix(source(decl.Type), "func")
	if decl.Recv == nil {
		return []string{"func " + decl.Name.Name + signature}
	}
	recv := source(decl.Recv.List[0].Type)
	if !ast.IsExported(strings.TrimPrefix(recv, "*")) {
		return nil
	}
	return []string{"func (" + recv + ") " + decl.Name.Name + signature}
}

// names returns the lines of exported constants or variables, or of an exported type with its
// fields or methods.
func names(tok token.Token, spec ast.Spec) (lines []string) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if name.IsExported() {
				lines = append(lines, tok.String()+" "+name.Name)
			}
		}
	case *ast.TypeSpec:
		if !spec.Name.IsExported() {
			return nil
		}
		head := "type " + spec.Name.Name
		switch of := spec.Type.(type) {
		case *ast.StructType:
			lines = append(lines, head+" struct")
			lines = append(lines, fields(head, of.Fields)...)
		case *ast.InterfaceType:
			lines = append(lines, head+" interface")
			lines = append(lines, fields(head, of.Methods)...)
		default:
			if spec.Assign.IsValid() {
				head += " ="
			}
			lines = append(lines, head+" "+source(spec.Type))
		}
	}
	return lines
}

// fields returns the lines of exported fields or methods of the type that head declares.
func fields(head string, list *ast.FieldList) (lines []string) {
	for _, f := range list.List {
		text := source(f.Type)
		if len(f.Names) == 0 && ast.IsExported(text[strings.LastIndexAny(text, "*.")+1:]) {
			lines = append(lines, head+", "+text)
		}
		for _, name := range f.Names {
			if name.IsExported() {
				lines = append(lines, head+", "+name.Name+" "+text)
			}
		}
	}
	return lines
}

// source returns the source of a type, on one line.
func source(node ast.Node) string {
	var b strings.Builder
	_ = printer.Fprint(&b, token.NewFileSet(), node)
	return strings.Join(strings.Fields(b.String()), " ")
}
