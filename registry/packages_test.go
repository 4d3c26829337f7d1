package registry

import (
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// TestPackagesWhileRead: PackagesIn does not wait while the debug information is read.
func TestPackagesWhileRead(t *testing.T) {
	r := New()
	r.packages.reading.Lock()
	defer r.packages.reading.Unlock()
	PackagesIn(r, "example.com/shop")
	if got := len(r.packages.calls()); got != 1 {
		t.Errorf("%d calls are noted", got)
	}
}

// TestPackagesEnd: a look that ends while the debug information is read leaves all to the next one.
func TestPackagesEnd(t *testing.T) {
	r := New()
	PackagesIn(r, "example.com/shop")
	PackagesIn(r, "example.com/shop/...")
	spent := errors.New("the budget is spent")
	if err := r.Visit(t.Context(), meter{spent}).Load(); err != spent && runtime.GOOS == "linux" {
		t.Errorf("the look ends with %v", err)
	}
	if len(r.packages.ready)+len(r.packages.taken) > 0 && runtime.GOOS == "linux" {
		t.Error("something is left of it")
	}
	if all := r.Entries(); len(all) != 1 || all[0].Guard != "cannot be read" {
		t.Errorf("%+v", all)
	}
}

// meter is spent from the beginning.
type meter struct{ err error }

func (m meter) Read(int) error { return m.err }
func (m meter) Work(int) error { return m.err }
func (m meter) Keep(int) error { return m.err }

// TestPackagesHide: what one call hides is hidden in what the others expose, in whichever order.
func TestPackagesHide(t *testing.T) {
	const auth, user = "example.com/shop/auth", "example.com/shop/user"
	hide := func(r *Registry) { PackagesIn(r, auth, Hide("auth.key", "user.name")) }
	all := func(r *Registry) { PackagesIn(r, "example.com/shop/...") }
	variables := []inspect.Variable{{Package: auth, Name: "key", Pointer: new(string)}, {Package: auth, Name: "n", Pointer: new(int)}, {Package: user, Name: "name", Pointer: new(string)}}
	for _, calls := range [][]func(*Registry){{hide, all}, {all, hide}} {
		r := New()
		for _, call := range calls {
			call(r)
		}
		var objects access.Objects
		for _, p := range r.packages.calls() {
			read := readPackages{names: map[string]string{auth: "auth", user: "user"}, all: r.packages.calls()}
			for _, v := range variables {
				if p.has(v.Package) {
					read.variables = append(read.variables, v)
				}
			}
			exposeVariables(&objects, p, read)
		}
		var names []string
		for _, e := range objects.Entries() {
			names = append(names, e.Name)
		}
		if want := []string{"auth.n", "user.name"}; !slices.Equal(names, want) {
			t.Errorf("%q are exposed, want %q", names, want)
		}
	}
}

// TestPackagesNames: a package goes by its name, not by the version at the end of its path, and is hidden
// by each way to name it.
func TestPackagesNames(t *testing.T) {
	const store, other = "example.com/shop/store/v2", "example.com/other/store"
	variables := []inspect.Variable{
		{Package: store, PackageName: "store", Name: "index", Pointer: new(int)}, {Package: store, PackageName: "store", Name: "a", Pointer: new(int)},
		{Package: store, PackageName: "store", Name: "b", Pointer: new(int)}, {Package: store, PackageName: "store", Name: "c", Pointer: new(int)},
		{Package: store, PackageName: "store", Name: "d", Pointer: new(int)}, {Package: other, PackageName: "store", Name: "index", Pointer: new(int)},
	}
	r := New()
	PackagesIn(r, "example.com/...", Hide("store.a", "v2.b", store+".c", "example_com_shop_store_v2.d"))
	a := &r.packages
	read := readPackages{names: map[string]string{}, all: a.calls(), variables: variables}
	for _, v := range variables {
		read.names[v.Package] = a.name(v.Package, v.PackageName)
	}
	var objects access.Objects
	exposeVariables(&objects, a.calls()[0], read)
	var names []string
	for _, e := range objects.Entries() {
		names = append(names, e.Name)
	}
	if want := []string{"example_com_other_store.index", "store.index"}; !slices.Equal(names, want) {
		t.Errorf("%q are exposed, want %q", names, want)
	}
	for path, want := range map[string]string{
		"main": "main", "example.com/shop": "shop", store: "store", "gopkg.in/yaml.v3": "yaml", "v2": "v2", "example.com/a/v2x": "v2x", "example.com/api.v": "api.v",
	} {
		if got := access.PackageName(path); got != want {
			t.Errorf("the name of %s is guessed as %s, want %s", path, got, want)
		}
	}
}
