package variable_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestPaths: variables are found, with the names of their packages, whatever the import paths look like.
func TestPaths(t *testing.T) {
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("no other system than Linux tells which file runs")
	}
	dir := t.TempDir()
	write := func(name, source string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own, err := os.ReadFile(filepath.Join(rig.Root(), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(rig.Root(), "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write("go.mod", strings.Replace(string(own), "module "+rig.Module, "module shop\nrequire "+rig.Module+" v0.0.0\nreplace "+rig.Module+" => "+rig.Root(), 1))
	write("go.sum", string(sums))
	write("api.v2/api.go", "package api\n\ntype row struct { key string `inspect:\"secret\"` }\n\ntype Status int\n\nconst Idle Status = 1\n\nvar (\n\tLimit = 42\n\tRows = []row{{\"k\"}}\n\tNow = any(Idle)\n\tTuple = struct{ n int; row row }{n: 3}\n)\n")
	write("store/v3/store.go", "package store\n\nvar Index = 7\n")
	write("main.go", `package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	api "shop/api.v2"
	"shop/store/v3"
)

func main() {
	found, err := inspect.Variables(inspect.VariableOptions{}, func(pkg string) bool { return strings.HasPrefix(pkg, "shop/") })
	if err != nil {
		fmt.Println(err)
	}
	want := map[string]any{"Limit": &api.Limit, "Index": &store.Index, "Now": &api.Now}
	for _, v := range found.Variables {
		fmt.Println(v.Package, v.PackageName, v.Name, v.Type, v.Sealed, v.Why)
		if w := want[v.Name]; w != nil && reflect.ValueOf(w).Pointer() != reflect.ValueOf(v.Pointer).Pointer() {
			fmt.Println("lies elsewhere")
		}
	}
	for _, c := range found.Constants {
		fmt.Println(c.Type(), c.Names())
	}
	println(len(api.Rows), api.Use())
}
`)
	write("api.v2/use.go", "package api\n\nfunc Use() int { return Tuple.n + len(Tuple.row.key) }\n")
	program := filepath.Join(dir, "program")
	build := exec.Command("go", "build", "-mod=mod", "-o", program, ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program).Output()
	lines := strings.SplitAfter(string(out), "\n")
	slices.Sort(lines)
	const want = `api.Status [Idle]
shop/api.v2 api Limit int  
shop/api.v2 api Now any  
shop/api.v2 api Rows []api.v2.row shop/api.v2.row 
shop/api.v2 api Tuple struct { n int; row api.v2.row } shop/api.v2.row 
shop/store/v3 store Index int  
`
	if err != nil || strings.Join(lines, "") != want {
		t.Errorf("%v:\n%s\nwant\n%s", err, out, want)
	}
}
