package rig

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Module is the path of this module.
const Module = "github.com/sightglass-go/sightglass"

// Package is a package as go list describes it. Files of tests are not in GoFiles, nor their
// imports in Imports and Deps.
type Package struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Deps       []string

	Imports, TestImports, XTestImports []string
}

// Folder returns the path of p in the module, or "" for a package of another module.
func (p Package) Folder() string {
	below, ok := strings.CutPrefix(p.ImportPath, Module+"/")
	if !ok {
		return ""
	}
	return below
}

// Packages lists the packages of the module, including those that have only tests.
func Packages(t *testing.T) []Package {
	t.Helper()
	out := GoTool(t, "list", "-json=ImportPath,Dir,GoFiles,Deps,Imports,TestImports,XTestImports", "./...")
	var all []Package
	for dec := json.NewDecoder(strings.NewReader(out)); dec.More(); {
		var p Package
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		t.Fatal("go list found no packages")
	}
	return all
}

// Users returns the folders whose packages or tests import a package of the given module.
func Users(t *testing.T, module string) []string {
	var all []string
	for _, p := range Packages(t) {
		imports := slices.Concat(p.Imports, p.TestImports, p.XTestImports)
		if slices.ContainsFunc(imports, func(imp string) bool { return imp == module || strings.HasPrefix(imp, module+"/") }) {
			all = append(all, p.Folder())
		}
	}
	return all
}

// GoTool runs the go command in the folder of the module and returns its standard output.
func GoTool(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = Root()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// Build compiles a program of one file, with more flags of go build, and returns its path. The
// program can import the module's packages. Both files lie in a temporary folder of the test.
func Build(t *testing.T, name, source string, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, name+".go")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, name)
	GoTool(t, slices.Concat([]string{"build", "-o", program}, flags, []string{file})...)
	return program
}
